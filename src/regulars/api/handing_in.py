"""Files handed in by a program: kept under the data folder until they are imported."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.kernel.errors import UnreadableFile, WrongUse
from regulars.sources import candidates, imports
from regulars.sources.models import Import

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")
_LONGEST_NAME = 150


def begin(
    actor: Actor,
    file: UploadedFile[Any],
    *,
    kind: str | None,
    changes: dict[str, str],
    is_confirmed: bool,
) -> list[Import]:
    """Keep ``file`` durably and begin an import of each of its tables.

    Raises what `candidates.look` and `imports.begin` raise, and `WrongUse` with the proposed
    mappings when its shape is not known and was not confirmed; nothing is kept then.
    """
    actor.require("imports.run")
    imports.check_room(file.size or 0)
    path = _keep(file)
    try:
        found = candidates.look(path, businesses.get(), kind=kind, changes=changes)
        if not found:
            raise UnreadableFile(f"{path.name} holds no table.")
        unsure = [one for one in found if not one.is_sure]
        if unsure and not is_confirmed:
            raise WrongUse(
                f"{path.name} is of no known shape. Check the proposed mapping, then send it again "
                "with confirm=true or change it with map.",
                detail={"proposals": [one.as_json() for one in unsure]},
            )
        for one in unsure:
            one.is_sure = True
        return [imports.begin(actor, one, is_kept_copy=True) for one in found]
    except Exception:
        if not Import.objects.filter(path=str(path)).exists():
            shutil.rmtree(path.parent, ignore_errors=True)
        raise


def _keep(file: UploadedFile[Any]) -> Path:
    folder = Path(settings.DATA_FOLDER) / "imports" / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    path = folder / _safe(file.name or "")
    with path.open("xb") as out:
        for chunk in file.chunks():
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return path


def _safe(name: str) -> str:
    # A file system takes 255 bytes, and what is no text at all cannot be a name.
    plain = _UNSAFE.sub("_", name).encode("utf-8", "replace").decode().strip(". ")
    stem, dot, ending = plain.rpartition(".")
    short = f"{stem[:_LONGEST_NAME]}{dot}{ending[:20]}".encode()[:250].decode("utf-8", "ignore")
    return short or "file"
