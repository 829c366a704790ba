"""Tables that come whole, on a schedule: handed in as files are, and read as they were before.

A table whose columns nobody explained yet waits; so does one whose columns changed. Of the file
that was imported last a copy stays, the ones before it go.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import orjson
from django.conf import settings
from django.db import transaction

from regulars.accounts import actors
from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.kernel import clock
from regulars.kernel.errors import RegularsError, WrongUse
from regulars.kernel.telling import told
from regulars.sources import imports
from regulars.sources.candidates import Candidate, look, remember
from regulars.sources.connectors.contract import Account, Client, Connector, Unreachable
from regulars.sources.models import Import, Pull, Source

STREAM = "table"
_HOURS = 24.0
_SHORTEST_HOURS = 0.25
_LONGEST_TOLD = 120


def is_due(source: Source) -> bool:
    """Whether the time between two tables is over; a quarter of it early is on time."""
    at = Pull.objects.filter(source_id=source.pk, stream=STREAM).values_list("pulled_at", flat=True)
    last = at.first()
    return last is None or clock.now() - last >= timedelta(hours=hours_of(source)) * 0.99


def hours_of(source: Source) -> float:
    """Every how many hours a table is fetched."""
    try:
        hours = float(source.settings.get("connector", {}).get("hours") or _HOURS)
    except ValueError:
        return _HOURS
    return max(hours, _SHORTEST_HOURS) if hours == hours else _HOURS


def pull(source: Source, connector: Connector, account: Account, client: Client) -> int:
    """Fetch the table and import what is new; returns how many rows landed.

    `contract.Unreachable` with a reason for what cannot be fetched or is no table.
    """
    assert connector.snapshot is not None
    place, _ = Pull.objects.get_or_create(source_id=source.pk, stream=STREAM)
    known = orjson.loads(place.cursor) if place.cursor else {}
    fresh = _folder(source.pk) / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    try:
        try:
            got = connector.snapshot(account, client, known.get("stamp", ""), fresh)
        except WrongUse as error:
            raise Unreachable(str(error)[:_LONGEST_TOLD]) from error
        if got is None:
            return _seen(place, known)
        path, stamp = got
        digest = _digest(path)
        if digest == known.get("digest"):
            return _seen(place, {**known, "stamp": stamp})
        landed = _take(source, path, digest)
        # One that waits is fetched anew until somebody says how to read it.
        fresh_one = {} if landed is None else {"stamp": stamp, "digest": digest}
        return _seen(place, fresh_one, landed or 0)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _seen(place: Pull, cursor: dict[str, str], landed: int = 0) -> int:
    Pull.objects.filter(pk=place.pk).update(
        cursor=orjson.dumps(cursor).decode(), is_whole=True, pulled_at=clock.now()
    )
    return landed


def _take(source: Source, path: Path, digest: str) -> int | None:
    """Import a table, or let it wait where nobody said yet how to read it: None then."""
    try:
        found = [one for one in look(path, businesses.get()) if not one.missing or not one.is_sure]
    except RegularsError as error:
        raise Unreachable(str(error)[:_LONGEST_TOLD]) from error
    if not found or not all(one.is_sure for one in found):
        _wait(source, path)
        return None
    return _import(actors.owner("job"), source, path, digest)


def _import(actor: Actor, source: Source, path: Path, digest: str) -> int:
    kept = Path(settings.DATA_FOLDER) / "imports" / digest[:16] / path.name
    # Named after what is in it: a pull after a kill goes on with the same file.
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(path, kept)
    runs = [
        imports.go_on(actor, imports.begin(actor, one, is_kept_copy=True).pk)
        for one in look(kept, businesses.get())
        if one.is_sure
    ]
    _no_longer_waits(source)
    _let_go(source, kept)
    return sum(run.landed for run in runs)


def _let_go(source: Source, kept: Path) -> None:
    """Remember the file that was imported last, and remove the one before it."""
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        before = source.settings.get("table_file", "")
        source.settings["table_file"] = str(kept.relative_to(settings.DATA_FOLDER))
        source.save(update_fields=["settings"])
    old = Path(settings.DATA_FOLDER) / before
    is_open = Import.objects.filter(path=before, finished_at=None).exists()
    if before and old != kept and not is_open:
        shutil.rmtree(old.parent, ignore_errors=True)
        with transaction.atomic():
            Import.objects.filter(path=before).update(path="", is_kept_copy=False)


# ---- what waits for somebody --------------------------------------------------------------------


def _folder(source_id: int) -> Path:
    return Path(settings.DATA_FOLDER) / "tables" / str(source_id)


def _wait(source: Source, path: Path) -> None:
    folder = _folder(source.pk) / "waiting"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    shutil.copyfile(path, folder / path.name)


def forget_waiting() -> None:
    """Remove all tables that wait: they may name somebody who is erased. The next pull brings them
    again."""
    shutil.rmtree(Path(settings.DATA_FOLDER) / "tables", ignore_errors=True)


def _no_longer_waits(source: Source) -> None:
    shutil.rmtree(_folder(source.pk) / "waiting", ignore_errors=True)


def waiting(source: Source) -> Path | None:
    """The table that waits until somebody says how to read it."""
    folder = _folder(source.pk) / "waiting"
    return next(iter(folder.iterdir()), None) if folder.is_dir() else None


def has_come(source: Source) -> bool:
    """Whether a table of this source was ever fetched."""
    return Pull.objects.filter(source_id=source.pk, stream=STREAM, is_whole=True).exists()


def candidate(source: Source, kind: str | None = None) -> Candidate:
    """How the table that waits would be read; `WrongUse` where none does."""
    path = waiting(source)
    if path is None:
        raise WrongUse(told("No table waits: the last one was read as before."))
    found = look(path, businesses.get(), kind=kind)
    return next((one for one in found if not one.is_sure), found[0])


def decide(actor: Actor, source: Source, found: Candidate) -> int:
    """Import the table that waits as ``found`` says, and the next ones likewise; returns how many
    rows landed. Needs ``imports.run``."""
    path = waiting(source)
    if path is None:
        raise WrongUse(told("No table waits: the last one was read as before."))
    found.is_sure = True
    remember(found.mapping, found.table.columns, actor.member_id)
    return _import(actor, source, path, _digest(path))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
