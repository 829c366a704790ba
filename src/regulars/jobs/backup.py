"""Takes everything away in one file: the tables, the kept copies of imported files, the secret.

The mart is not in it: it is a copy that ``regulars refresh --rebuild`` remakes.
"""

from __future__ import annotations

import errno
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import connection

from regulars.jobs import tables
from regulars.jobs.archive import (
    FORMAT,
    Manifest,
    add_file,
    add_lines,
    add_manifest,
    file_member,
    sync,
    table_member,
)
from regulars.kernel import clock
from regulars.kernel.errors import NoRoom, WrongUse
from regulars.kernel.telling import told

# What of the data folder belongs to the truth: the rest is made from it or lasts only a while.
KEPT_FOLDERS = ("imports", "files")
KEPT = (*KEPT_FOLDERS, "secret.key")
PERMISSION = "backup.make"
_DISK_MARGIN = 20_000_000

Witness = Callable[[str, str], object]


class Actor(Protocol):
    """Somebody whose role is asked (an actor of the floor above)."""

    def require(self, permission: str) -> None:
        """Raise unless the actor's role carries ``permission``."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    path: Path
    size_bytes: int
    tables: int
    rows: int
    files: int


def backup(actor: Actor, target: Path, *, witness: Witness) -> Backup:
    """Write everything to ``target``, readable by its owner only; writers go on meanwhile.

    ``witness(verb, subject)`` writes the audit row, before the copy, so that the copy holds it.
    `NotAllowed` without the permission, `WrongUse` when the file exists or its folder does not,
    `NoRoom` when the disk is too small. The file appears under its name only when it is whole.
    """
    actor.require(PERMISSION)
    target = target.expanduser().absolute()
    if target.exists():
        raise WrongUse(told("%(target)s exists already; choose another name.", target=target))
    if not target.parent.is_dir():
        raise WrongUse(told("There is no folder %(parent)s.", parent=target.parent))
    _check_room(target.parent)
    witness("backup.make", target.name)
    partial = target.with_name(f".{target.name}.partial")
    try:
        manifest = _write(partial)
        partial.replace(target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoRoom(told("The disk filled up; the backup was not made.")) from error
        raise
    finally:
        partial.unlink(missing_ok=True)
    size = target.stat().st_size
    return Backup(target, size, len(manifest.tables), manifest.rows, len(manifest.files))


def kept_files() -> Iterator[tuple[str, Path]]:
    """Yield the kept files by their name inside the data folder."""
    folder = Path(settings.DATA_FOLDER)
    for name in KEPT:
        top = folder / name
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in found:
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path


def _write(path: Path) -> Manifest:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        # Level 1: three times as fast as the usual 6, and a seventh larger.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            manifest = Manifest(
                format=FORMAT,
                version=version("regulars"),
                made_at=clock.now().isoformat(),
                database=connection.vendor,
                migrations=tables.migrations(),
            )
            with tables.snapshot():
                _add_tables(archive, manifest)
            # After the tables: the copy of a file is there before the row that names it.
            _add_files(archive, manifest)
            add_manifest(archive, manifest)
        sync(file)
    return manifest


def _add_tables(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    for model in tables.kept_models():
        label = model._meta.label_lower
        member = add_lines(archive, table_member(label), tables.read(model))
        member.columns = tables.columns(model)
        member.next_number = tables.next_number(model)
        manifest.tables[label] = member


def _add_files(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    for name, path in kept_files():
        manifest.files[name] = add_file(archive, file_member(name), path)


def _check_room(folder: Path) -> None:
    needed = sum(path.stat().st_size for _, path in kept_files()) + _database_size() // 3
    free = shutil.disk_usage(folder).free
    if free < needed + _DISK_MARGIN:
        raise NoRoom(
            told(
                "The backup needs about %(needed)s MB and %(free)s MB are free in %(folder)s.",
                needed=f"{needed // 1000000:,}",
                free=f"{free // 1000000:,}",
                folder=folder,
            )
        )


def _database_size() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(cursor.fetchone()[0])
