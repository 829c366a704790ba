"""Windows of whole local days, both ends included, and the window before that compares fairly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DayWindow:
    """Days ``first`` to ``last``, both included; ``None`` leaves that end open."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"a window cannot end ({self.last}) before it begins ({self.first})")

    @property
    def length_days(self) -> int | None:
        """Number of days, or ``None`` for a window with an open end."""
        if self.first is None or self.last is None:
            return None
        return (self.last - self.first).days + 1

    def before(self) -> DayWindow | None:
        """The window of the same length before this one, moved by whole weeks.

        Moving by whole weeks keeps the weekdays matched: a window of 28 days is compared with the
        28 days before; one of 10 days with the 10 days that lie 14 days earlier.
        """
        if self.first is None or self.last is None:
            return None
        weeks = -(-(self.length_days or 1) // 7)
        shift = timedelta(days=7 * weeks)
        if self.first - date.min < shift:
            return None
        return DayWindow(self.first - shift, self.last - shift)


def is_day_alone(local: datetime) -> bool:
    """Whether a local time stands for its whole day: files that tell no hour are read as midnight,
    and next to nothing happens at midnight to the microsecond."""
    return local.timetz().replace(tzinfo=None) == time.min


def local_midnight(day: date, zone: str) -> datetime:
    """The instant at which ``day`` begins in ``zone``."""
    return datetime.combine(day, time.min, ZoneInfo(zone))
