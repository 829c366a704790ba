"""`/opening-hours`."""

from __future__ import annotations

from datetime import time

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.accounts import opening as settings
from regulars.accounts.opening import Times
from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import FAILURES
from regulars.api.shapes_of_places import DayToSet, HoursToSet, OpeningHours

router = Router()


@router.get("/opening-hours", response={200: OpeningHours, **FAILURES})
def list_opening_hours(request: HttpRequest) -> HttpResponse:
    """When each place is open: as set, else as seen in sales."""
    from regulars.insights import opening

    return as_json(opening.listing(actor_of(request)))


@router.put("/opening-hours", response={200: OpeningHours, **FAILURES})
def set_opening_hours(request: HttpRequest, wanted: HoursToSet) -> HttpResponse:
    """Set the hours of one place on the weekdays named."""
    from regulars.insights import opening

    actor = actor_of(request)
    days = {day.weekday: _times(day) for day in wanted.days}
    settings.set_hours(actor, place=wanted.place, days=days)
    return as_json(opening.listing(actor))


def _times(day: DayToSet) -> Times | None:
    if day.state == "seen":
        return None
    if day.state == "closed":
        return Times()
    return Times(*(time.fromisoformat(one) if one else None for one in (day.opens, day.closes)))
