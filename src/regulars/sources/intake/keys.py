"""Who sends: write keys, looked up once in a while, and what was refused, counted by the hour."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from threading import Lock

from django.db import connection, transaction

from regulars.kernel import clock
from regulars.sources.bulk import stamp
from regulars.sources.models import Refusal, Source

SPOKEN = ("segment", "web")
"""Kinds of sources that speak the Segment Spec themselves."""
_FRESH_SECONDS = 2.0
_MOST_KEYS = 1_000


@dataclass(frozen=True, slots=True)
class Sender:
    """The source behind a write key."""

    source_id: int
    name: str
    is_paused: bool
    kind: str = ""


_lock = Lock()
_senders: dict[str, tuple[float, Sender | None]] = {}


def new_key() -> str:
    """Return a write key nobody guesses. It stands in pages for all to read: it only lets send."""
    return secrets.token_urlsafe(24)


def sender_of(key: str) -> Sender | None:
    """Return the source with that write key, as it stood at most two seconds ago."""
    if not key.isprintable():
        # PostgreSQL would not even look for it.
        return None
    now = time.monotonic()
    known = _senders.get(key)
    if known is not None and known[0] > now:
        return known[1]
    row = Source.objects.filter(write_key=key[:64]).first()
    sender = None
    if row is not None:
        sender = Sender(row.pk, row.name, row.paused_at is not None, row.kind)
    with _lock:
        if len(_senders) >= _MOST_KEYS:
            _senders.clear()
        _senders[key[:64]] = (now + _FRESH_SECONDS, sender)
    return sender


def forget_senders() -> None:
    """Look every key up afresh."""
    with _lock:
        _senders.clear()


def count_refusal(source_number: int, reason: str) -> None:
    """Count a request that was turned away; 0: no source has its key."""
    hour = stamp(clock.now().replace(minute=0, second=0, microsecond=0))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Refusal._meta.db_table} AS stood (source_number, reason, hour, count) "
            "VALUES (%s, %s, %s, 1) ON CONFLICT (source_number, reason, hour) "
            "DO UPDATE SET count = stood.count + 1",
            [source_number, reason, hour],
        )
