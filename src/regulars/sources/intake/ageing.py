"""Records as received go when their days are over; their keys stay, so nothing is taken twice."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction

from regulars.kernel import clock
from regulars.sources.intake import room
from regulars.sources.models import Cursor, IntakeRecord

DAYS = 30
"""How long a record is kept once it has been read."""
AGEING = "ageing"
_AT_ONCE = 1_000
_EVERY_SECONDS = 60.0
_next = 0.0


def purge_now_and_then() -> int:
    """Once a minute: remove records whose days are over; returns how many were looked at."""
    global _next
    if time.monotonic() < _next:
        return 0
    count = purge()
    if count < _AT_ONCE:
        _next = time.monotonic() + _EVERY_SECONDS
    return count


def purge() -> int:
    """Remove the oldest records whose days are over, a short turn's worth; returns how many were
    looked at. What waits to be read or mended stays; `mended` lets go of it afterwards."""
    before = clock.now() - timedelta(days=DAYS)
    cursor, _ = Cursor.objects.get_or_create(name=AGEING)
    rows = IntakeRecord.objects.filter(pk__gt=cursor.position, pk__lte=room.position())
    looked_at = list(
        rows.order_by("pk").values_list("pk", "received_at", "reason", "resolution")[:_AT_ONCE]
    )
    over = [row for row in looked_at if row[1] < before]
    if not over:
        return 0
    gone = [pk for pk, _, reason, resolution in over if not reason or resolution]
    with transaction.atomic():
        IntakeRecord.objects.filter(pk__in=gone)._raw_delete("default")
        Cursor.objects.filter(name=AGEING).update(position=over[-1][0])
    return len(over)
