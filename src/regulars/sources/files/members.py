"""What a path holds: itself, what a .gz holds, or each member of a .zip."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from regulars.kernel.errors import UnreadableFile, WrongUse
from regulars.kernel.telling import told, told_count

from .containers import Member, bomb
from .tables import Limits

_MIB = 2**20
_MAX_MEMBERS = 10_000
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ARCHIVES = frozenset(".zip .gz .tgz .bz2 .xz .zst .7z .rar .tar .jar".split())
_TABULAR = frozenset(".csv .tsv .tab .txt .json .jsonl .ndjson .xlsx .xlsm .xlsb .xls .ods".split())


def find_members(path: Path, limits: Limits) -> tuple[list[Member], list[str]]:
    """Return the members of ``path`` that may hold tables, and notes on those passed over."""
    magic, size = _first_bytes(path)
    if magic[:2] == b"\x1f\x8b":
        return [_gz_member(path, size, limits)], []
    if magic in _ZIP_MAGIC:
        return _zip_members(path, size, limits)
    return [_plain_member(path, size)], []


def is_spreadsheet_zip(names: set[str]) -> bool:
    """Whether a zip with these member names is an Office or OpenDocument file."""
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names


def _first_bytes(path: Path) -> tuple[bytes, int]:
    if path.is_dir():
        raise WrongUse(told("%(file)s is a folder; name the files in it.", file=path.name or path))
    try:
        with path.open("rb") as file:
            return file.read(4), path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        raise WrongUse(told("There is no file %(path)s.", path=path)) from None
    except OSError as error:
        raise UnreadableFile(
            told("%(file)s cannot be read: %(strerror)s.", file=path.name, strerror=error.strerror)
        ) from None


def _plain_member(path: Path, size: int) -> Member:
    def opener() -> tuple[IO[bytes], IO[bytes]]:
        raw = path.open("rb")
        return raw, raw

    # A plain file cannot grow, so only archives are held to the inflated limit.
    return Member(path.name, path, "plain", size, size, 2**63, 0, opener)


def _allowed(stored: int, limits: Limits) -> int:
    # Below one MiB nothing can be a bomb, and tiny files of equal rows do exceed the ratio.
    return min(limits.inflated_bytes, max(_MIB, limits.inflated_ratio * stored))


def _gz_member(path: Path, size: int, limits: Limits) -> Member:
    with path.open("rb") as file:
        file.seek(max(0, size - 8))
        trailer = file.read(8)
    # RFC 1952: CRC-32 and the inflated size modulo 2³², which a cut file does not have.
    checksum = int.from_bytes(trailer, "little")
    given = int.from_bytes(trailer[4:], "little")
    allowed = _allowed(size, limits)

    def opener() -> tuple[IO[bytes], IO[bytes]]:
        raw = path.open("rb")
        return raw, gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]

    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    inflated = given if size <= given <= allowed else size
    return Member(name, path, "gz", size, inflated, allowed, checksum, opener)


def _zip_members(path: Path, size: int, limits: Limits) -> tuple[list[Member], list[str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableFile(
            told("%(file)s is a damaged or cut-off archive; fetch it again.", file=path.name)
        ) from None
    if is_spreadsheet_zip({info.filename for info in infos}):
        return [_plain_member(path, size)], []
    if len(infos) > _MAX_MEMBERS or sum(i.file_size for i in infos) > _allowed(size, limits):
        raise bomb(path.name)
    members, passed_over = [], []
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if inner.name.startswith(".") or "__MACOSX" in inner.parts:
            continue
        if inner.suffix.lower() in _ARCHIVES:
            raise UnreadableFile(
                told(
                    "%(file)s holds another archive, %(inner)s; unpack it and give the files.",
                    file=path.name,
                    inner=inner.name,
                )
            )
        if inner.suffix.lower() in _TABULAR:
            members.append(_zip_member(path, info, limits))
        else:
            passed_over.append(inner.name)
    if not members:
        raise UnreadableFile(
            told("%(file)s holds no CSV, TSV, Excel or JSON file.", file=path.name)
        )
    return members, _passed_over_note(passed_over)


def _passed_over_note(names: list[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(sorted(names)[:5]) + (", …" if len(names) > 5 else "")
    return [
        told_count(
            "Passed over %(n)s other file in the archive: %(known)s.",
            "Passed over %(n)s other files in the archive: %(known)s.",
            len(names),
            known=shown,
        )
    ]


def _zip_member(path: Path, info: zipfile.ZipInfo, limits: Limits) -> Member:
    if info.flag_bits & 0x1:
        raise UnreadableFile(
            told("%(file)s is protected by a password; save it without one.", file=path.name)
        )
    allowed = _allowed(info.compress_size, limits)
    if info.file_size > allowed:
        raise bomb(info.filename)

    def opener() -> tuple[IO[bytes], IO[bytes]]:
        try:
            archive = zipfile.ZipFile(path)
            return archive, archive.open(info.filename)  # type: ignore[return-value]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
            raise UnreadableFile(
                told(
                    "%(inner)s in %(file)s is damaged or packed in a way we cannot read.",
                    inner=info.filename,
                    file=path.name,
                )
            ) from None

    return Member(
        info.filename, path, "zip", info.compress_size, info.file_size, allowed, info.CRC, opener
    )
