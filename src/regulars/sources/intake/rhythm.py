"""How a source sends: what came on which day, and whether it is silent beyond its own habit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from regulars.kernel import clock
from regulars.sources.models import IntakeHour

DAYS = 28
_FEWEST_DAYS = 7
_FEWEST_HOURS = 12
_SHORTEST = timedelta(hours=3)
_BEYOND = 1.5


@dataclass(frozen=True, slots=True)
class Day:
    """What came in on one local day: messages read, and those that could not land at first."""

    on: date
    read: int
    held: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``last_hour``: the last hour with a message; ``longest``: the longest silence of the four
    weeks before it, None where too little came to tell; ``is_silent``: it is silent for half as
    long again, and three hours at least."""

    last_hour: datetime | None
    longest: timedelta | None
    is_silent: bool


def days(source_id: int, zone: str) -> list[Day]:
    """The last four weeks day by day, in the business's own days, the oldest first."""
    here = ZoneInfo(zone)
    today = clock.today(zone)
    read: Counter[date] = Counter()
    held: Counter[date] = Counter()
    for one in _hours(source_id, clock.now() - timedelta(days=DAYS + 1)):
        on = one.hour.astimezone(here).date()
        read[on] += one.read
        held[on] += one.held
    told = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [Day(on, read[on], held[on]) for on in told]


def rhythm(source_id: int) -> Rhythm:
    """How long a source is silent at most, and whether it is silent beyond that now."""
    now = clock.now()
    hours = [one.hour for one in _hours(source_id, now - timedelta(days=DAYS))]
    if not hours:
        last = IntakeHour.objects.filter(source_id=source_id).order_by("-hour").first()
        return Rhythm(last.hour if last else None, None, last is not None)
    longest = _longest(hours)
    silence = now - (hours[-1] + timedelta(hours=1))
    return Rhythm(
        hours[-1],
        longest,
        longest is not None and silence > max(longest * _BEYOND, _SHORTEST),
    )


def _longest(hours: Sequence[datetime]) -> timedelta | None:
    if len(hours) < _FEWEST_HOURS or hours[-1] - hours[0] < timedelta(days=_FEWEST_DAYS):
        return None
    return max(later - earlier for earlier, later in pairwise(hours)) - timedelta(hours=1)


def _hours(source_id: int, since: datetime) -> list[IntakeHour]:
    found = IntakeHour.objects.filter(source_id=source_id, hour__gte=since, read__gt=0)
    return list(found.order_by("hour"))
