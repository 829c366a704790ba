"""Puts a backup back: all of it or nothing, into SQLite or PostgreSQL, wherever it was made.

The tables change in one transaction, which also notes that the kept files belong to it. The files
wait beside their places and move there afterwards; a restore that is cut off in between is ended
by the next start.
"""

from __future__ import annotations

import secrets
import shutil
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, transaction

from regulars.jobs import heartbeats, outbox, tables, ticker
from regulars.jobs.archive import Manifest, extract, manifest_of, open_archive, table_member, verify
from regulars.jobs.backup import KEPT, KEPT_FOLDERS, PERMISSION, Actor, Witness
from regulars.jobs.leases import EXCLUSIVE, hold
from regulars.jobs.migrations_due import migrate_if_due
from regulars.jobs.models import Lease
from regulars.jobs.queue import enqueue
from regulars.jobs.registry import kinds
from regulars.kernel import clock
from regulars.kernel.errors import Busy, NoRoom, UnreadableFile, WrongUse
from regulars.kernel.telling import told

_LEASE = "restore"
_MARK = "restored"
_STAGE = "restoring"
# Made from the truth, and wrong once that has changed.
_DERIVED = ("mart",)
_LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back. ``queued`` names the jobs that remake what is derived."""

    path: Path
    made_at: str
    tables: int
    rows: int
    files: int
    queued: tuple[str, ...]


def restore(
    actor: Actor, source: Path, *, witness: Witness, is_confirmed: bool = False
) -> Restored:
    """Replace everything here by the backup ``source``; checksums are verified first.

    ``witness(verb, subject)`` writes the audit row into the restored tables, in the same
    transaction. `NotAllowed` without the permission, `WrongUse` when something is here already and
    ``is_confirmed`` is not set or when the backup's tables are of another version, `Busy` while
    the server runs or somebody imports, `UnreadableFile` when the backup is damaged. After any
    error everything is as it was.
    """
    actor.require(PERMISSION)
    migrate_if_due()
    settle_interrupted()
    with open_archive(source) as archive:
        manifest = manifest_of(archive)
        _check_fits(manifest)
        if not is_confirmed and not tables.is_empty():
            raise WrongUse(
                told(
                    "There is a business in this data folder already, and a restore "
                    "replaces all of it. Repeat with --yes if that is what you want."
                )
            )
        _check_idle()
        verify(archive, manifest)
        _check_room(manifest)
        with ExitStack() as rights:
            for name in (_LEASE, *EXCLUSIVE):
                rights.enter_context(hold(name, _LEASE_SECONDS))
            queued = _replace(archive, manifest, source.name, witness)
    files = len(manifest.files)
    return Restored(source, manifest.made_at, len(manifest.tables), manifest.rows, files, queued)


def settle_interrupted() -> None:
    """End a restore that was cut off between tables and files; does nothing where none was."""
    if not _stage().exists():
        return
    try:
        with hold(_LEASE, _LEASE_SECONDS):
            _settle()
    except Busy:
        # A restore is under way, and will settle for itself.
        return


def _replace(
    archive: zipfile.ZipFile, manifest: Manifest, name: str, witness: Witness
) -> tuple[str, ...]:
    token = secrets.token_hex(16)
    try:
        _put_aside(archive, manifest, token)
        with transaction.atomic():
            _load(archive, manifest)
            hold_back()
            queued = _queue_what_follows()
            mark = {"holder": token, "until": clock.now()}
            Lease.objects.update_or_create(name=_MARK, defaults=mark)
            witness("backup.restore", name)
    except DatabaseError as error:
        raise UnreadableFile(
            told("The database did not take this backup: %(problem)s", problem=error)
        ) from error
    finally:
        # Moves the files into place after the commit, drops them after a failure.
        _settle()
    return queued


def _check_fits(manifest: Manifest) -> None:
    here = {model._meta.label_lower: set(tables.columns(model)) for model in tables.kept_models()}
    fits = manifest.migrations == tables.migrations() and all(
        here.get(label) == set(member.columns)
        for label, member in manifest.tables.items()
        if member.count
    )
    if not fits:
        raise WrongUse(
            told(
                "This backup was made by Regulars %(version)s, whose tables differ "
                "from this version's. Put it back with that version, then upgrade.",
                version=manifest.version,
            )
        )


def _check_idle() -> None:
    if heartbeats.living("worker"):
        raise Busy(told("Regulars is being served from this data folder. Stop it, then try again."))


def _check_room(manifest: Manifest) -> None:
    needed = sum(member.count for member in manifest.files.values())
    free = shutil.disk_usage(settings.DATA_FOLDER).free
    if free < needed:
        raise NoRoom(
            told(
                "The kept files need %(needed)s MB and %(free)s MB are free.",
                needed=f"{needed // 1000000:,}",
                free=f"{free // 1000000:,}",
            )
        )


def _put_aside(archive: zipfile.ZipFile, manifest: Manifest, token: str) -> None:
    stage = _stage()
    shutil.rmtree(stage, ignore_errors=True)
    # A folder of which the backup holds no file is emptied as well.
    for name in KEPT_FOLDERS:
        (stage / "files" / name).mkdir(parents=True, mode=0o700)
    (stage / "token").write_text(token, encoding="ascii")
    for name in manifest.files:
        extract(archive, name, stage / "files" / name)


def _load(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    wanted = tables.kept_models()
    tables.clear(wanted)
    for model in wanted:
        member = manifest.tables.get(model._meta.label_lower)
        if member is None:
            continue
        with archive.open(table_member(model._meta.label_lower)) as lines:
            tables.write(model, member.columns, lines)
        tables.go_on_from(model, member.next_number or 1)
    ContentType.objects.clear_cache()


def hold_back() -> None:
    """Let nothing go out by itself that may have gone out after the backup was made."""
    outbox.hold_restored()
    ticker.pass_over_restored()


def _queue_what_follows() -> tuple[str, ...]:
    following = [kind for kind in kinds() if kind.after_restore is not None]
    for kind in following:
        enqueue(kind.name, kind.after_restore, unique_key=f"{kind.name} after restore")
    return tuple(kind.name for kind in following)


def _settle() -> None:
    stage = _stage()
    token = stage / "token"
    mark = Lease.objects.filter(name=_MARK)
    if token.exists() and mark.filter(holder=token.read_text(encoding="ascii")).exists():
        folder = Path(settings.DATA_FOLDER)
        for name in _DERIVED:
            shutil.rmtree(folder / name, ignore_errors=True)
        for name in KEPT:
            _move(stage / "files" / name, folder / name, stage / "old" / name)
    mark.delete()
    shutil.rmtree(stage, ignore_errors=True)


def _move(new: Path, place: Path, old: Path) -> None:
    """Put ``new`` in its place. Done again after a kill, it goes on where it stood."""
    if not new.exists():
        return
    old.parent.mkdir(exist_ok=True, mode=0o700)
    if place.exists():
        if old.is_dir():
            shutil.rmtree(old)
        place.rename(old)
    new.rename(place)


def _stage() -> Path:
    return Path(settings.DATA_FOLDER) / _STAGE
