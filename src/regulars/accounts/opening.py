"""Opening hours as a member set them: per place and weekday, with who and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import OpeningHours
from regulars.kernel.errors import WrongUse

PERMISSION = "hours.set"
WEEKDAYS = range(7)
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Times:
    """One weekday: both times, or neither for a day on which the place stays closed."""

    opens: time | None = None
    closes: time | None = None


def set_hours(actor: Actor, *, place: str, days: Mapping[int, Times | None]) -> None:
    """Set the hours of ``place`` on the weekdays named (Monday is 0); ``None`` forgets what was
    set, so that what is seen in sales holds again. Weekdays left out stay as they are.

    `WrongUse` for half a pair of times, equal times, an unknown weekday or an endless name.
    """
    actor.require(PERMISSION)
    _check(place, days)
    with transaction.atomic():
        for weekday, times in sorted(days.items()):
            if times is None:
                OpeningHours.objects.filter(place=place, weekday=weekday).delete()
                continue
            OpeningHours.objects.update_or_create(
                place=place,
                weekday=weekday,
                defaults={
                    "opens": times.opens,
                    "closes": times.closes,
                    "set_by_id": actor.member_id,
                },
            )
        told = {str(weekday): _told(times) for weekday, times in sorted(days.items())}
        audit(actor, "hours.set", place, days=told)


def all_set() -> dict[tuple[str, int], OpeningHours]:
    """What was set, by (place, weekday)."""
    rows = OpeningHours.objects.select_related("set_by").order_by("place", "weekday")
    return {(row.place, row.weekday): row for row in rows}


def last_set_at(place: str) -> datetime | None:
    """When the hours of ``place`` were last set, or ``None``."""
    newest = OpeningHours.objects.filter(place=place).order_by("-set_at").first()
    return newest.set_at if newest else None


def _check(place: str, days: Mapping[int, Times | None]) -> None:
    if len(place) > _LONGEST_NAME:
        raise WrongUse(_("The name of a place has at most %(n)d letters.") % {"n": _LONGEST_NAME})
    if any(ord(letter) < ord(" ") for letter in place):
        raise WrongUse(_("The name of a place is one line of text."))
    for weekday, times in days.items():
        if weekday not in WEEKDAYS:
            raise WrongUse(_("Weekdays are 0 (Monday) to 6 (Sunday)."))
        if times is None or times == Times():
            continue
        if times.opens is None or times.closes is None:
            raise WrongUse(_("An opening time needs its closing time, and the other way round."))
        if times.opens == times.closes:
            raise WrongUse(_("A place cannot close at the minute it opens."))


def _told(times: Times | None) -> str:
    if times is None:
        return "as seen in sales"
    if times.opens is None or times.closes is None:
        return "closed"
    return f"{times.opens:%H:%M}-{times.closes:%H:%M}"
