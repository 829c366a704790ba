"""Keeps who was erased from coming back: with the next file, the next message, or a restore.

Of an erased person nothing stays but a keyed hash of each address and number, in the database and
in a file of the data folder that no restore replaces. See docs/algorithms/erasure.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.kernel import clock
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import told
from regulars.sources.bulk import fetch_by_keys
from regulars.sources.files.identifiers import NAME, normaliser
from regulars.sources.files.names import beside, folded
from regulars.sources.files.records import (
    BookingRow,
    CustomerRow,
    EventRow,
    FeedbackRow,
    SaleRow,
)
from regulars.sources.models import Forgotten, Identifier
from regulars.sources.secrets import keyed_hash

FILE = "forgotten.jsonl"
_PURPOSE = "forgotten"
_SIZE = 16
# Made anew by a browser or by us: they name nobody who could come back.
_PASSING = ("anonymous_id", "person")
# What an office or a family has in common.
_SHARED = frozenset({"email", "phone", "card"})
_AT_ONCE = 5_000
Named = tuple[str, str]


def hash_of(kind: str, value: str) -> str:
    """Return the keyed hash of one identifier."""
    return keyed_hash(_PURPOSE, kind, value, size=_SIZE)


def note(erasure_number: int, identifier_ids: Iterable[int]) -> int:
    """Keep the hashes of a person who is about to be erased; how many. Inside the transaction that
    notes the erasure."""
    rows = fetch_by_keys(Identifier, ("kind", "value"), "id", sorted(identifier_ids))
    hashes = sorted(
        {hash_of(kind, value) for kind, value in rows if kind.partition(":")[0] not in _PASSING}
    )
    _keep(erasure_number, hashes)
    _append(erasure_number, hashes)
    return len(hashes)


def sieve() -> Sieve | None:
    """Return what keeps the forgotten out, or ``None`` while nobody was erased."""
    hashes = frozenset(
        Forgotten.objects.filter(ended_at=None).values_list("hash", flat=True).iterator()
    )
    return Sieve(hashes) if hashes else None


class Sieve:
    """Leaves out what names somebody who was erased."""

    def __init__(self, hashes: frozenset[str]) -> None:
        self._hashes = hashes
        self._known: dict[Named, bool] = {}

    def is_forgotten(self, identifiers: Iterable[Named]) -> bool:
        """Whether any of these was erased."""
        return any(self._is(one) for one in identifiers)

    def is_in_cells(self, cells: Iterable[str], region: str) -> bool:
        """Whether any cell of a row that could not be read is an address or number of theirs."""
        for cell in cells:
            for kind in ("email", "phone", "card"):
                value = normaliser(kind, region)(cell) if 4 < len(cell) < 100 else None
                if value and self._is((kind, value)):
                    return True
        return False

    def sifted(self, records: Sequence[Any]) -> tuple[list[Any], int]:
        """Return the records without what names the forgotten, and how many were left out whole:
        a sale stays as nobody's, what is only about a person goes."""
        kept: list[Any] = []
        left_out = 0
        for one in records:
            if not self.is_forgotten([*getattr(one, "identifiers", ()), *_names_beside(one)]):
                kept.append(one)
            elif isinstance(one, CustomerRow | FeedbackRow):
                left_out += 1
            else:
                kept.append(_nobodys(one))
        return kept, left_out

    def _is(self, named: Named) -> bool:
        found = self._known.get(named)
        if found is None:
            found = self._known[named] = hash_of(*named) in self._hashes
        return found


def _names_beside(one: Any) -> list[Named]:
    """What would stand for the name of a record beside each of its addresses: of an office or a
    family, the address alone says of nobody that they were erased."""
    name = folded(getattr(one, "traits", None) or {})
    if not name:
        return []
    return [(NAME, beside(name, value)) for kind, value in one.identifiers if kind in _SHARED]


def _nobodys(one: Any) -> Any:
    if isinstance(one, SaleRow):
        more = tuple(_nobodys(line) for line in one.more)
        return replace(one, identifiers=(), traits=None, more=more)
    if isinstance(one, BookingRow):
        return replace(one, identifiers=(), traits={})
    if isinstance(one, EventRow):
        return replace(one, identifiers=(), properties={})
    return one


def welcome_back(actor: Actor, text: str) -> int:
    """Let somebody who was erased come back, by an address or a number of theirs; how many hashes
    that ended. Needs ``people.erase``. `NotFound` when nobody was erased under it."""
    actor.require("people.erase")
    wanted = {hash_of(kind, value) for kind, value in _readings(text)}
    with transaction.atomic():
        rows = Forgotten.objects.filter(ended_at=None)
        numbers = set(rows.filter(hash__in=wanted).values_list("erasure_number", flat=True))
        if not numbers:
            raise NotFound(told("Nobody was erased under that."))
        ended = rows.filter(erasure_number__in=numbers).update(
            ended_at=clock.now(), ended_by=actor.member_id
        )
        hashes = rows.model.objects.filter(erasure_number__in=numbers)
        _append(min(numbers), sorted(hashes.values_list("hash", flat=True)), is_ended=True)
        audit(actor, "people.welcome_back", f"erasures {sorted(numbers)}", hashes=ended)
    return ended


def take_up_again() -> list[int]:
    """After a restore: keep again what was forgotten since the backup, and return the identifiers
    of those who are back."""
    for line in _lines():
        if line.get("is_ended"):
            again = Forgotten.objects.filter(hash__in=line["hashes"], ended_at=None)
            again.update(ended_at=clock.now())
        else:
            _keep(int(line["erasure"]), list(line["hashes"]))
    hashes = frozenset(Forgotten.objects.filter(ended_at=None).values_list("hash", flat=True))
    if not hashes:
        return []
    rows = Identifier.objects.order_by("pk").values_list("pk", "kind", "value")
    return [pk for pk, kind, value in rows.iterator(_AT_ONCE) if hash_of(kind, value) in hashes]


def _readings(text: str) -> list[Named]:
    region = businesses.get().country
    found = [(kind, normaliser(kind, region)(text)) for kind in ("email", "phone", "card")]
    kinds = Identifier.objects.filter(kind__startswith="customer_id").order_by()
    numbers = set(kinds.values_list("kind", flat=True).distinct())
    found += [(kind, normaliser(kind, region)(text)) for kind in sorted(numbers)]
    return [(kind, value) for kind, value in found if value]


def _keep(erasure_number: int, hashes: Sequence[str]) -> None:
    known = dict(Forgotten.objects.filter(hash__in=hashes).values_list("hash", "ended_at"))
    now = clock.now()
    # Somebody who was welcomed back and is erased once more is forgotten anew.
    Forgotten.objects.filter(
        hash__in=[one for one, ended in known.items() if ended is not None],
    ).exclude(erasure_number=erasure_number).update(
        erasure_number=erasure_number, at=now, ended_at=None, ended_by=None
    )
    Forgotten.objects.bulk_create(
        Forgotten(hash=one, erasure_number=erasure_number, at=now)
        for one in hashes
        if one not in known
    )


def _path() -> Path:
    return Path(settings.DATA_FOLDER) / FILE


def _append(erasure_number: int, hashes: Sequence[str], *, is_ended: bool = False) -> None:
    line = {
        "erasure": erasure_number, "at": clock.now().isoformat(), "hashes": list(hashes),
        "is_ended": is_ended,
    }  # fmt: skip
    handle = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="ascii") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _lines() -> list[dict[str, Any]]:
    path = _path()
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            found.append(dict(json.loads(line)))
        except ValueError:
            # A line that a crash cut off: its erasure was not noted in the database either.
            continue
    return found
