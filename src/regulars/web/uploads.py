"""Files handed in through the browser: kept under the data folder until they are imported."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from regulars.accounts import business as businesses
from regulars.kernel.errors import NotFound, RegularsError
from regulars.kernel.telling import told
from regulars.sources.candidates import Candidate, look
from regulars.sources.imports import check_room, stored_path
from regulars.sources.models import Import

_TOKEN = re.compile(r"[0-9a-f]{16}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")
_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Upload:
    """One kept file; ``token`` names its folder. ``is_again``: it was handed in before and waits
    already."""

    token: str
    path: Path
    is_again: bool = False

    def candidates(self, kind: str | None = None) -> list[Candidate]:
        """What the file holds and how each table would be read."""
        return look(self.path, businesses.get(), kind=kind)

    def taken(self) -> set[str]:
        """The names of its tables that an import has taken already."""
        runs = Import.objects.filter(path=stored_path(self.path))
        return set(runs.values_list("table_name", flat=True))


def keep(file: UploadedFile[Any]) -> Upload:
    """Store an uploaded file durably; one that waits already is not kept twice. Raises `NoRoom`
    when the disk could not take its import, and what reading raises when it holds no table; nothing
    is kept then."""
    check_room(file.size or 0)
    token = secrets.token_hex(8)
    folder = _folder() / token
    folder.mkdir(mode=0o700)
    upload = Upload(token, folder / _safe(file.name or ""))
    try:
        with upload.path.open("xb") as out:
            for chunk in file.chunks():
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if before := _same(upload):
            shutil.rmtree(folder, ignore_errors=True)
            return replace(before, is_again=True)
        upload.candidates()
    except (RegularsError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def get(token: str) -> Upload:
    """Return one kept file; `NotFound` when there is none of that name."""
    folder = _folder() / token
    if _TOKEN.fullmatch(token) and folder.is_dir():
        for path in folder.iterdir():
            return Upload(token, path)
    raise NotFound(told("This file is not here any more. Hand it in again."))


def waiting() -> list[Upload]:
    """Kept files of which no import has taken all tables yet, the newest first."""
    folders = sorted(_folder().iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    found = [Upload(one.name, path) for one in folders if one.is_dir() for path in one.iterdir()]
    known = set(
        Import.objects.filter(path__in=[stored_path(one.path) for one in found]).values_list(
            "path", flat=True
        )
    )
    # A file is looked into again only where an import took one of its tables.
    return [one for one in found if stored_path(one.path) not in known or _has_more(one)]


def discard(upload: Upload) -> None:
    """Remove a kept file that nothing was imported from; `NotFound` when something was."""
    if upload.taken():
        raise NotFound(told("This file was imported; undo the import instead."))
    shutil.rmtree(upload.path.parent, ignore_errors=True)


def _same(upload: Upload) -> Upload | None:
    """The waiting file that holds the very same bytes."""
    size, digest = upload.path.stat().st_size, ""
    for one in waiting():
        if one.token == upload.token or one.path.stat().st_size != size:
            continue
        digest = digest or _digest(upload.path)
        if _digest(one.path) == digest:
            return one
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_more(upload: Upload) -> bool:
    try:
        return {one.table.name for one in upload.candidates()} > upload.taken()
    except RegularsError:
        return False


def _folder() -> Path:
    folder = Path(settings.DATA_FOLDER) / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _safe(name: str) -> str:
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{ending[:20]}" if plain else "file"
