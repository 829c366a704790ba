"""When a place closes, as far as a question about one day's custom goes."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.insights import opening

_LAST_MINUTE = 24 * 60 - 1


@dataclass(frozen=True, slots=True)
class Closing:
    """The minute of the day at which a place closes; whether its owner set it."""

    minute: int
    is_set: bool


def closing(place: str, weekday: int) -> Closing | None:
    """Return when ``place`` closes on ``weekday`` (Monday is 0), ``None`` where that is not known
    or it is closed. Closing after midnight counts as the end of the day."""
    day = opening.hours(place).on(weekday)
    if day.closes_minute is None:
        return None
    return Closing(min(day.closes_minute, _LAST_MINUTE), day.origin == "set")
