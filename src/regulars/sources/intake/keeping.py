"""Takes messages: a 200 may be sent once `keep` has returned, for they are on disk then.

Requests that come at the same time share one commit: whoever comes first writes for all that
wait, and hands on to the next. On PostgreSQL the commits of all processes come one after the other
too, so records are numbered in the order in which they can be seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Lock
from typing import Any

from django.db import connection, transaction

from regulars.sources.bulk import insert_rows, stamp
from regulars.sources.intake.protocol import Message
from regulars.sources.models import IntakeKey, IntakeRecord

_MOST_AT_ONCE = 5_000
"""Messages of one commit: it holds the write lock for about as long as a batch that lands."""
LONGEST_WAIT_MS = 20_000
"""How long a commit waits for others; then senders are asked to come again, as on SQLite."""
_ORDER_LOCK = 7_210_311
"""Number of the PostgreSQL lock under which records are numbered."""
_KEY_COLUMNS = ("source_id", "digest")
_RECORD_COLUMNS = ("source_id", "received_at", "digest", "kind", "body", "reason", "resolution")
_ASKED_AT_ONCE = 900


@dataclass(slots=True, eq=False)
class Delivery:
    """Messages of one request: waiting, then kept or failed."""

    source_id: int
    received_at: datetime
    messages: Sequence[Message]
    beside: Callable[[], None] | None = None
    taken: int = 0
    is_done: bool = False
    is_leading: bool = False
    failure: BaseException | None = None
    changed: Condition = field(default_factory=lambda: Condition(Lock()))


class Keeper:
    """Keeps deliveries of all threads of this process in shared commits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Delivery] = deque()
        self._is_led = False

    def keep(
        self,
        source_id: int,
        received_at: datetime,
        messages: Sequence[Message],
        beside: Callable[[], None] | None = None,
    ) -> int:
        """Keep what was not kept before; returns how many messages that was.

        ``beside`` is called in the same transaction, perhaps more than once. Raises what it or the
        database raises: then nothing of this delivery is kept.
        """
        mine = Delivery(source_id, received_at, messages, beside)
        with self._lock:
            self._waiting.append(mine)
            mine.is_leading, self._is_led = not self._is_led, True
        if not mine.is_leading:
            with mine.changed:
                while not (mine.is_done or mine.is_leading):
                    mine.changed.wait()
        if mine.is_leading:
            self._lead()
        if mine.failure is not None:
            raise mine.failure
        return mine.taken

    def _lead(self) -> None:
        together: list[Delivery] = []
        try:
            with self._lock:
                size = 0
                while self._waiting and (not together or size < _MOST_AT_ONCE):
                    together.append(self._waiting.popleft())
                    size += len(together[-1].messages)
            _commit(together)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._is_led = following is not None
            for one in together:
                with one.changed:
                    one.is_done = True
                    one.changed.notify()
            if following is not None:
                with following.changed:
                    following.is_leading = True
                    following.changed.notify()


def _commit(together: list[Delivery]) -> None:
    """Keep all, or, where one spoils it, each by itself."""
    try:
        _write(together)
    except Exception as error:
        if len(together) == 1:
            together[0].failure = error
            return
        for one in together:
            try:
                _write([one])
            except Exception as alone:
                one.failure = alone


def _write(together: list[Delivery]) -> None:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Whoever holds a table for long must not hold all that send.
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)",
                    [f"{LONGEST_WAIT_MS}ms", _ORDER_LOCK],
                )
        keys: list[tuple[int, bytes]] = []
        records: list[tuple[Any, ...]] = []
        by_source: dict[int, list[Delivery]] = {}
        for delivery in together:
            by_source.setdefault(delivery.source_id, []).append(delivery)
        for source_id, deliveries in by_source.items():
            known = _known(source_id, [one.key for each in deliveries for one in each.messages])
            for delivery in deliveries:
                at = stamp(delivery.received_at)
                delivery.taken = 0
                for one in delivery.messages:
                    if one.key in known:
                        continue
                    known.add(one.key)
                    delivery.taken += 1
                    keys.append((source_id, one.key))
                    records.append((source_id, at, one.key, one.type, one.body, one.reason, ""))
        insert_rows(IntakeKey, _KEY_COLUMNS, keys)
        insert_rows(IntakeRecord, _RECORD_COLUMNS, records)
        for delivery in together:
            if delivery.beside is not None:
                delivery.beside()


def _known(source_id: int, wanted: list[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            part = wanted[start : start + _ASKED_AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                "SELECT digest FROM sources_intakekey "
                f"WHERE source_id = %s AND digest IN ({marks})",
                [source_id, *part],
            )
            found.update(bytes(row[0]) for row in cursor.fetchall())
    return found


KEEPER = Keeper()
