"""What lies in a backup file: a zip with a manifest, one member per table, and the kept files."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.telling import told

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


@dataclass(slots=True)
class Member:
    """One table or file in the archive: its rows (files: bytes) and the SHA-256 of its content."""

    count: int
    sha256: str
    columns: list[str] = field(default_factory=list)
    next_number: int | None = None


@dataclass(slots=True)
class Manifest:
    """What the archive says of itself."""

    format: int
    version: str
    made_at: str
    database: str
    migrations: list[str]
    tables: dict[str, Member] = field(default_factory=dict)
    files: dict[str, Member] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows all tables hold together."""
        return sum(member.count for member in self.tables.values())


def add_lines(archive: zipfile.ZipFile, name: str, lines: Iterator[bytes]) -> Member:
    """Write ``lines`` as the member ``name``."""
    digest, count = sha256(), 0
    with archive.open(name, "w", force_zip64=True) as target:
        for line in lines:
            target.write(line)
            digest.update(line)
            count += 1
    return Member(count, digest.hexdigest())


def add_file(archive: zipfile.ZipFile, name: str, path: Path) -> Member:
    """Write the file at ``path`` as the member ``name``."""
    digest, count = sha256(), 0
    with archive.open(name, "w", force_zip64=True) as target, path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
            digest.update(chunk)
            count += len(chunk)
    return Member(count, digest.hexdigest())


def add_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Write the manifest; it comes last, since it holds the others' checksums."""
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False))


def table_member(label: str) -> str:
    """Return the name of the member that holds a table."""
    return f"tables/{label}.jsonl"


def file_member(name: str) -> str:
    """Return the name of the member that holds a kept file."""
    return f"files/{name}"


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a backup for reading; `UnreadableFile` when it is none."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableFile(
            told("%(file)s is no backup of Regulars, or was cut off.", file=path.name)
        ) from error


def manifest_of(archive: zipfile.ZipFile) -> Manifest:
    """Read the manifest; `UnreadableFile` when it is missing, malformed or from a newer version."""
    name = Path(archive.filename or "").name
    try:
        manifest = Manifest(**json.loads(archive.read(MANIFEST)))
        manifest.tables = _members(manifest.tables)
        manifest.files = _members(manifest.files)
    except (KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise UnreadableFile(told("%(name)s is not a backup of Regulars.", name=name)) from error
    if manifest.format != FORMAT:
        raise UnreadableFile(
            told(
                "%(name)s was made by a newer Regulars (%(version)s).",
                name=name,
                version=manifest.version,
            )
        )
    return manifest


def verify(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Raise `UnreadableFile` unless every member is there, whole, and under a safe name."""
    members = {table_member(label): one for label, one in manifest.tables.items()}
    members |= {file_member(name): one for name, one in manifest.files.items()}
    for name, member in members.items():
        if not _is_safe(name) or _digest(archive, name) != member.sha256:
            raise UnreadableFile(
                told("%(name)s in this backup is damaged. Nothing was changed.", name=name)
            )


def extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Write the kept file ``name`` to ``target``, on disk when this returns."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, archive.open(file_member(name)) as source:
        while chunk := source.read(_CHUNK):
            file.write(chunk)
        sync(file)


def sync(file: IO[bytes]) -> None:
    """Let the file's content reach the disk."""
    file.flush()
    os.fsync(file.fileno())


def _members(said: Mapping[str, Any]) -> dict[str, Member]:
    return {name: Member(**one) for name, one in said.items()}


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _digest(archive: zipfile.ZipFile, name: str) -> str | None:
    digest = sha256()
    try:
        with archive.open(name) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    return digest.hexdigest()
