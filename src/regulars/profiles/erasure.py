"""Everything known about one person: given out whole, or erased everywhere for ever.

See docs/algorithms/erasure.md. Every floor declares in ``privacy.py`` how its tables do both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from regulars.accounts.actors import Actor, audit, owner
from regulars.identity.queries import identifiers_of, profiles_of
from regulars.kernel import clock
from regulars.kernel.declarations import PrivacyHandler
from regulars.kernel.errors import Busy
from regulars.kernel.telling import told
from regulars.profiles import search_index
from regulars.profiles.models import Erasure
from regulars.profiles.reach import reach_of
from regulars.sources import forgetting
from regulars.sources.naming import naming_of

Erased = Callable[[frozenset[int], frozenset[int]], None]
_TRIES = 5
_LEFT_OUT = "(named the person; left out)"

_handlers: dict[str, PrivacyHandler] = {}
_callbacks: dict[str, Erased] = {}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did: rows by table (deleted or made anonymous), and whether the mart and the
    database's own log are free of the person too."""

    erasure_id: int
    rows: dict[str, int]
    is_mart_done: bool
    is_log_emptied: bool

    def as_json(self) -> dict[str, Any]:
        """The receipt as plain values."""
        return asdict(self)


def register(handlers: Iterable[PrivacyHandler]) -> None:
    """Take ``handlers`` into the registry; a second one for a table is refused."""
    for handler in handlers:
        if _handlers.setdefault(handler.table, handler) is not handler:
            raise ValueError(f"table {handler.table!r} has two privacy handlers")


def handlers() -> tuple[PrivacyHandler, ...]:
    """Every declared handler, the lowest floor's first."""
    return tuple(_handlers.values())


def on_erased(callback: Erased) -> Erased:
    """Call ``callback(identifier_ids, profile_ids)`` after each erasure in the database; it raises
    while it cannot do its part, and is called again by `resume`. Usable as a decorator."""
    _callbacks[f"{callback.__module__}.{callback.__qualname__}"] = callback
    return callback


def export(actor: Actor, profile_id: int) -> dict[str, Any]:
    """Return everything known about one person, by table, ready for JSON. Needs ``people.export``.
    `NotFound` when there is no such person."""
    actor.require("people.export")
    identifiers, profiles = reach_of(identifiers_of(profile_id)), frozenset({profile_id})
    tables = {
        handler.table: [dict(row) for row in handler.export(identifiers, profiles)]
        for handler in handlers()
    }
    with transaction.atomic():
        audit(actor, "people.export", f"person {profile_id}")
    return {
        "profile_id": profile_id,
        "made_at": clock.now().isoformat(),
        "tables": {table: rows for table, rows in tables.items() if rows},
    }


def erase(actor: Actor, profile_id: int, why: str = "") -> Receipt:
    """Erase one person everywhere; their sales stay as anonymous ones. Needs ``people.erase``.

    Done in short turns; a kill in between is made good by `resume`. `NotFound` when there is no
    such person, `Busy` when imports keep naming them meanwhile.
    """
    actor.require("people.erase")
    identifiers = reach_of(identifiers_of(profile_id))
    said = _LEFT_OUT if why and naming_of(identifiers).in_own_text(why) else why
    with transaction.atomic():
        row = Erasure.objects.create(
            member_id_at_the_time=actor.member_id,
            pending={"identifiers": sorted(identifiers), "profiles": [profile_id]},
        )
        hashes = forgetting.note(row.pk, identifiers)
        audit(actor, "people.erase", f"erasure {row.pk}", why=said, hashes=hashes)
    return _carry_out(row)


def resume() -> list[Receipt]:
    """Carry on with erasures that were cut off or whose mart part failed; done at start-up."""
    return [_carry_out(row) for row in Erasure.objects.exclude(pending=None).order_by("pk")]


def forget_again() -> int:
    """After a restore: erase once more whoever was erased since the backup was made, and resume
    what it cut off; how many people. The erasures are the system's own."""
    resume()
    back = profiles_of(forgetting.take_up_again())
    people = sorted(set(back.values()))
    for number in people:
        identifiers = reach_of(identifiers_of(number))
        with transaction.atomic():
            row = Erasure.objects.create(
                pending={"identifiers": sorted(identifiers), "profiles": [number]}
            )
            audit(owner("job"), "people.erase_again", f"erasure {row.pk}")
        _carry_out(row)
    return len(people)


def _carry_out(row: Erasure) -> Receipt:
    pending = row.pending or {}
    identifiers = frozenset(pending.get("identifiers", ()))
    profiles = frozenset(pending.get("profiles", ()))
    with _Wiping() as wiping:
        if row.finished_at is None:
            row.rows = _forget(identifiers, profiles)
            row.finished_at = clock.now()
            with transaction.atomic():
                row.save(update_fields=["rows", "finished_at"])
        search_index.forget_traces()
        is_mart_done = _tell(identifiers, profiles)
        if is_mart_done:
            row.mart_done_at, row.pending = clock.now(), None
            with transaction.atomic():
                row.save(update_fields=["mart_done_at", "pending"])
    return Receipt(row.pk, row.rows, is_mart_done, wiping.is_log_emptied)


def _forget(identifiers: frozenset[int], profiles: frozenset[int]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for attempt in range(_TRIES):
        try:
            for handler in reversed(handlers()):
                done = handler.erase(identifiers, profiles)
                rows[handler.table] = rows.get(handler.table, 0) + done
        except IntegrityError as error:
            # An import or a refresh wrote about the person between two of our turns.
            if attempt == _TRIES - 1:
                raise Busy(
                    told(
                        "Imports are writing about this person right now. The erasure is noted "
                        "and goes on by itself."
                    )
                ) from error
            continue
        break
    return {table: count for table, count in rows.items() if count}


def _tell(identifiers: frozenset[int], profiles: frozenset[int]) -> bool:
    is_done = True
    for callback in list(_callbacks.values()):
        try:
            callback(identifiers, profiles)
        except Busy:
            is_done = False
    return is_done


class _Wiping:
    """Makes SQLite overwrite what is deleted, and empties its log afterwards."""

    is_log_emptied = True

    def __enter__(self) -> _Wiping:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA secure_delete")
                self._before = int(cursor.fetchone()[0])
                cursor.execute("PRAGMA secure_delete = ON")
        return self

    def __exit__(self, *_: object) -> None:
        if connection.vendor != "sqlite":
            return
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA secure_delete = {self._before}")
        self.is_log_emptied = _empty_log()


def _empty_log() -> bool:
    """Move SQLite's write-ahead log into the database and cut it to nothing."""
    if connection.in_atomic_block:
        return False
    for attempt in range(_TRIES):
        with connection.cursor() as cursor:
            # The passive kind moves nearly everything without making writers wait.
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0] == 0:
                return True
        # A reader still looks at the state before; it is soon done.
        time.sleep(0.05 * (attempt + 1))
    return False
