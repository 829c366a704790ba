"""Records as received go when their days are over; their keys stay, so nothing is taken twice."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Business
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.intake import room
from regulars.sources.models import Cursor, IntakeRecord

FEWEST_DAYS, MOST_DAYS = 1, 365
AGEING = "ageing"
_AT_ONCE = 1_000
_EVERY_SECONDS = 60.0
_next = 0.0


def keep_for(actor: Actor, days: int) -> None:
    """Keep records as received for so many days once they are read. Needs ``sources.manage``."""
    actor.require("sources.manage")
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise WrongUse(
            told("Choose %(fewest)s to %(most)s days.", fewest=FEWEST_DAYS, most=MOST_DAYS)
        )
    with transaction.atomic():
        Business.objects.update(raw_days=days)
        audit(actor, "intake.keep_for", "", days=days)


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
    business = businesses.find()
    if business is None:
        return 0
    before = clock.now() - timedelta(days=business.raw_days)
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
