"""The bakery's two places, when they open and how busy the hours, months and years are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import exp
from typing import Any

from .catalogue import easter

HIGH_STREET = "High Street"
STATION_ROAD = "Station Road"
PLACES = (HIGH_STREET, STATION_ROAD)

SATURDAY, SUNDAY = 5, 6

_MONTH = (0.86, 0.92, 0.98, 1.0, 1.02, 1.0, 0.93, 0.84, 1.0, 1.04, 1.08, 1.3)
_WEEKDAY = (0.85, 0.9, 0.95, 1.0, 1.1, 1.45, 0.8)

_SHOPPING_STREET = {7: 5, 8: 8, 9: 10, 10: 13, 11: 14, 12: 14, 13: 11, 14: 8, 15: 9, 16: 8}
_STATION_WEEKDAY = {7: 15, 8: 24, 9: 11, 10: 7, 11: 7, 12: 11, 13: 9, 14: 5, 15: 5, 16: 6}
_SHOPPING_SUNDAY = {hour: _SHOPPING_STREET[hour] for hour in range(8, 14)}

# A shop that opened a while ago: passers-by were fewer, and the gap closes by two thirds a year.
_FEWER_AT_FIRST = 0.34


@dataclass(frozen=True, slots=True)
class Period:
    """The days the world lasts, both included."""

    first: date
    last: date

    @property
    def length_days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def share(self, part: float) -> date:
        """Return the day that lies ``part`` (0 to 1) of the way through."""
        return self.first + timedelta(days=int((self.length_days - 1) * part))

    def before_last(self, days: int) -> date:
        """Return the day ``days`` before the last one, or the first if that is later."""
        return max(self.first, self.last - timedelta(days=days))

    def days(self) -> list[date]:
        """Return all days in order."""
        return [self.first + timedelta(days=n) for n in range(self.length_days)]


@lru_cache(maxsize=4096)
def is_open(place: str, day: date) -> bool:
    """Whether ``place`` opens on ``day``: not on holidays, and the station not on Sundays."""
    if (day.month, day.day) in ((12, 25), (12, 26), (1, 1)) or day == easter(day.year):
        return False
    return place == HIGH_STREET or day.weekday() != SUNDAY


def hours(place: str, weekday: int) -> dict[int, int]:
    """Return the opening hours of ``place`` with how busy each is (any unit)."""
    if weekday == SUNDAY:
        return _SHOPPING_SUNDAY
    if place == STATION_ROAD and weekday < SATURDAY:
        return _STATION_WEEKDAY
    return _SHOPPING_STREET


def opening_times(place: str) -> list[list[str] | None]:
    """Return from when to when ``place`` is open, Monday first; nothing for a day it is closed."""
    week: list[list[str] | None] = []
    for weekday in range(7):
        open_hours = hours(place, weekday)
        is_shut = place == STATION_ROAD and weekday == SUNDAY
        times = [f"{min(open_hours):02d}:00", f"{max(open_hours) + 1:02d}:00"]
        week.append(None if is_shut else times)
    return week


def opening_truth(period: Period) -> dict[str, Any]:
    """Return the opening hours of a week and the days on which both places stayed shut."""
    shut = [day for day in period.days() if not any(is_open(place, day) for place in PLACES)]
    return {
        "opening_hours": {place: opening_times(place) for place in PLACES},
        "closed_days": [day.isoformat() for day in shut],
    }


def busyness(day: date, period: Period) -> float:
    """Return how many pass by on ``day`` beside an ordinary day of an old shop (1.0)."""
    years = (day - period.first).days / 365
    return season(day) * _WEEKDAY[day.weekday()] * (1 - _FEWER_AT_FIRST * exp(-1.1 * years))


def season(day: date) -> float:
    """Return how busy the month of ``day`` is beside an ordinary one (1.0)."""
    return _MONTH[day.month - 1]
