"""Files that belong to a person: kept once by what they hold, given out as they came."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Member
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import anchor_of, person_of
from regulars.profiles.hanging.models import PersonFile
from regulars.profiles.looks import keeping as looks

FOLDER = "files"
MOST_BYTES = 20 * 2**20
_LONGEST_NAME = 200
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_TYPE = re.compile(r"[a-z]{1,40}/[a-z0-9.+-]{1,58}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a person."""

    id: int
    name: str
    media_type: str
    size_bytes: int
    at: datetime
    by: str


def keep(
    actor: Actor, profile_id: int, *, name: str, chunks: Iterable[bytes], media_type: str = ""
) -> int:
    """Keep a file with a person; returns its number. Needs ``people.write``.

    Reads ``chunks`` once; `WrongUse` when they are empty or beyond 20 MB, `NotFound` for nobody.
    """
    actor.require("people.write")
    anchor = anchor_of(profile_id)
    name = _CONTROLS.sub("", name.replace("\\", "/").rpartition("/")[2]).strip()[-_LONGEST_NAME:]
    digest, size = _store(chunks)
    plain = media_type.partition(";")[0].strip().lower()
    with transaction.atomic():
        row = PersonFile.objects.create(
            identifier_id=anchor, name=name or "file", size_bytes=size, digest=digest,
            media_type=plain if _TYPE.fullmatch(plain) else "application/octet-stream",
            at=clock.now(), member_id=actor.member_id,
        )  # fmt: skip
        audit(actor, "files.keep", f"file {row.pk}", size_bytes=size)
    return row.pk


def find(actor: Actor, file_id: int) -> tuple[PersonFile, Path]:
    """Return a file and where its bytes lie, and note the look at whose it is. Needs
    ``people.see``. `NotFound` for none."""
    actor.require("people.see")
    row = PersonFile.objects.filter(pk=file_id if 0 < file_id < 2**63 else 0).first()
    path = _path(row.digest) if row else None
    if row is None or path is None or not path.is_file():
        raise NotFound(told("There is no such file."))
    person = person_of(row.identifier_id)
    if person is not None:
        looks.note(actor, person)
    return row, path


def remove(actor: Actor, file_id: int) -> None:
    """Remove a file for good, its bytes too. Needs ``people.set_up``. `NotFound` for none."""
    actor.require("people.set_up")
    row, _ = find(actor, file_id)
    with transaction.atomic():
        forget([row])
        audit(actor, "files.remove", f"file {file_id}")


def of(profile_id: int) -> list[Kept]:
    """A person's files, the latest first."""
    rows = list(
        PersonFile.objects.filter(identifier__in=identifiers_of(profile_id)).order_by("-pk")
    )
    members = Member.objects.in_bulk({one.member_id for one in rows if one.member_id})
    return [
        Kept(
            one.pk, one.name, one.media_type, one.size_bytes, one.at,
            str(members.get(one.member_id or 0, "")),
        )
        for one in rows
    ]  # fmt: skip


def forget(rows: Iterable[PersonFile]) -> int:
    """Delete these rows, and the bytes that nobody else's row names; how many rows."""
    gone = list(rows)
    PersonFile.objects.filter(pk__in=[one.pk for one in gone]).delete()
    for digest in {one.digest for one in gone}:
        if not PersonFile.objects.filter(digest=digest).exists():
            _path(digest).unlink(missing_ok=True)
    return len(gone)


def _path(digest: str) -> Path:
    return Path(settings.DATA_FOLDER) / FOLDER / digest[:2] / digest


def _store(chunks: Iterable[bytes]) -> tuple[str, int]:
    folder = Path(settings.DATA_FOLDER) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise WrongUse(told("A file may have at most 20 MB."))
                digest.update(chunk)
                file.write(chunk)
        if not size:
            raise WrongUse(told("The file is empty."))
        path = _path(digest.hexdigest())
        path.parent.mkdir(exist_ok=True)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return digest.hexdigest(), size
