"""Whether there is room for more: what waits to land, and the disk."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from regulars.sources.models import Cursor, IntakeRecord

MOST_WAITING = 2_000_000
"""Records that may wait to become facts; beyond, senders are asked to come again."""
LEAST_FREE_SHARE = 0.03
LEAST_FREE_BYTES = 200_000_000
RETRY_SECONDS = 5
LANDING = "landing"
_FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Full:
    """Why nothing more is taken, as an HTTP status, a code to count by, and a sentence."""

    status: int
    reason: str
    sentence: str


_QUEUE = Full(429, "queue_full", "Too many messages wait to be read; come again.")
_DISK = Full(503, "disk_full", "The disk is nearly full; nothing is taken until there is room.")
_known: tuple[float, Full | None] = (0.0, None)


def why_full() -> Full | None:
    """Return why nothing can be taken, as of at most a second ago; None when there is room."""
    global _known
    now = time.monotonic()
    if _known[0] <= now:
        _known = (now + _FRESH_SECONDS, _look())
    return _known[1]


@dataclass(frozen=True, slots=True)
class State:
    """How full it is: messages that wait to be read, of how many at most, and the disk in bytes."""

    waiting: int
    most_waiting: int
    free_bytes: int
    least_free_bytes: int
    full: Full | None


def state() -> State:
    """Return how full it is now."""
    usage = shutil.disk_usage(settings.DATA_FOLDER)
    least = _least_free(usage.total)
    return State(waiting(), MOST_WAITING, usage.free, least, _look())


def forget() -> None:
    """Look again at the next request."""
    global _known
    _known = (0.0, None)


def _look() -> Full | None:
    usage = shutil.disk_usage(settings.DATA_FOLDER)
    if usage.free < _least_free(usage.total):
        return _DISK
    return _QUEUE if waiting() > MOST_WAITING else None


def _least_free(total: int) -> int:
    return int(min(LEAST_FREE_BYTES, total * LEAST_FREE_SHARE))


def position() -> int:
    """The number of the last record that was looked at."""
    found = Cursor.objects.filter(name=LANDING).values_list("position", flat=True).first()
    return found or 0


def waiting() -> int:
    """How many records have not been looked at yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce((SELECT max(id) FROM {IntakeRecord._meta.db_table}), 0) - "
            f"coalesce((SELECT position FROM {Cursor._meta.db_table} WHERE name = %s), 0)",
            [LANDING],
        )
        return max(int(cursor.fetchone()[0]), 0)
