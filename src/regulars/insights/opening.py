"""When each place is open: as its owner set it, else as seen in its sales.

The seen hours are read off the last 26 weeks: per weekday, the hour by which nine of ten first
sales had not happened yet and the hour by which nine of ten last sales had. Quantiles, so that a
till opened once at night or an early end does not move them. `docs/algorithms/opening-hours.md`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts import opening as settings
from regulars.accounts.actors import Actor
from regulars.accounts.models import OpeningHours
from regulars.insights import figures
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import Condition, Scope

DAYS_LOOKED_AT = 182
DAYS_NEEDED = 6
_DAY = 24 * 60
_QUARTER = 15
_EARLY, _HALF, _LATE = 0.1, 0.5, 0.9
_OPEN_SHARE, _CLOSED_SHARE = 0.5, 0.2
# An hour with less than this share of a place's sales counts as quiet; three quiet hours in a row
# are its night.
_QUIET_SHARE, _NIGHT_HOURS = 0.002, 3
_LONGEST_BOOKING_HOURS = 16

# Moments on which somebody was served: a sale over the counter, the begin and end of a booking.
_MOMENTS = """
WITH moments AS (
    SELECT place, local_on, CAST(local_hour AS INTEGER) * 60
           + CAST((epoch_us(happened_at) // 60000000 + {shift}) % 60 AS INTEGER) AS minute
    FROM sold WHERE NOT regexp_matches(lower(channel), 'web|online')
    UNION ALL
    SELECT place, local_on, unnest([begins, ends]) AS minute FROM (
        SELECT place, local_on, CAST(local_hour AS INTEGER) * 60
               + CAST((epoch_us(starts_at) // 60000000 + {shift}) % 60 AS INTEGER) AS begins,
               begins + coalesce(CASE WHEN ends_at - starts_at < INTERVAL {longest} HOUR
                   THEN CAST((epoch_us(ends_at) - epoch_us(starts_at)) // 60000000 AS INTEGER)
                   END, 0) AS ends
        FROM came)
)
SELECT place, local_on, minute // 60 AS hour, min(minute) AS earliest, max(minute) AS latest,
       count(*) AS n
FROM moments GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class DayHours:
    """One weekday of a place. ``origin`` is set, seen or unknown; ``is_open`` ``None`` is not
    known. Minutes count from local midnight; a closing above 1440 lies after the next midnight.
    ``sold_days`` of ``of_days`` such weekdays had sales."""

    weekday: int
    origin: str
    is_open: bool | None
    opens_minute: int | None = None
    closes_minute: int | None = None
    sold_days: int = 0
    of_days: int = 0
    set_at: datetime | None = None
    set_by: str | None = None

    @property
    def opens(self) -> time | None:
        """The opening time on the clock."""
        return _clock(self.opens_minute)

    @property
    def closes(self) -> time | None:
        """The closing time on the clock; at or before `opens` it is after midnight."""
        return _clock(self.closes_minute)


@dataclass(frozen=True, slots=True)
class PlaceHours:
    """A place's week, Monday first. ``why`` says why hours are not known, if so; a sale before
    ``day_starts_minute`` belongs to the day before."""

    place: str
    days: tuple[DayHours, ...]
    why: str = ""
    day_starts_minute: int = 0
    last_on: date | None = None

    def on(self, weekday: int) -> DayHours:
        """The hours of one weekday, Monday 0."""
        return self.days[weekday]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the sales of one place tell, set hours apart."""

    days: tuple[DayHours, ...]
    trouble: str
    day_starts_minute: int
    first_on: date
    last_on: date


def places() -> list[str]:
    """The places as the data names them, then those of which only hours were set. The business as
    a whole ("") stands in where no file names a place."""
    named = sorted(_seen())
    return named + sorted({place for place, _day in settings.all_set()} - set(named))


def hours(place: str) -> PlaceHours:
    """The hours in force at ``place``: what was set, else what is seen in sales."""
    return _in_force(place, _seen().get(place), settings.all_set())


def all_hours() -> list[PlaceHours]:
    """The hours in force at every place."""
    seen, told = _seen(), settings.all_set()
    return [_in_force(place, seen.get(place), told) for place in places()]


def listing(actor: Actor) -> dict[str, Any]:
    """The hours in force at every place, as the contract shows them. Needs ``metrics.see``."""
    actor.require("metrics.see")
    return {"places": [_as_json(one) for one in all_hours()]}


def _as_json(found: PlaceHours) -> dict[str, Any]:
    return {
        "place": found.place,
        "days": [
            {
                "weekday": day.weekday,
                "origin": day.origin,
                "is_open": day.is_open,
                "opens": f"{day.opens:%H:%M}" if day.opens else None,
                "closes": f"{day.closes:%H:%M}" if day.closes else None,
                "sold_days": day.sold_days,
                "of_days": day.of_days,
                "set_at": day.set_at,
                "set_by": day.set_by,
            }
            for day in found.days
        ],
        "why": found.why or None,
        "last_on": found.last_on,
    }


def _in_force(
    place: str, seen: _Seen | None, told: dict[tuple[str, int], OpeningHours]
) -> PlaceHours:
    unknown = tuple(DayHours(weekday, "unknown", None) for weekday in settings.WEEKDAYS)
    found = seen.days if seen else unknown
    days = tuple(
        _as_set(told[place, day.weekday], day) if (place, day.weekday) in told else day
        for day in found
    )
    is_known = all(day.origin == "set" for day in days)
    return PlaceHours(
        place,
        days,
        "" if is_known else _why(seen),
        seen.day_starts_minute if seen else 0,
        seen.last_on if seen else None,
    )


def _as_set(row: OpeningHours, seen: DayHours) -> DayHours:
    who = str(row.set_by) if row.set_by else None
    counted = {"sold_days": seen.sold_days, "of_days": seen.of_days}
    if row.opens is None or row.closes is None:
        return DayHours(row.weekday, "set", False, set_at=row.set_at, set_by=who, **counted)
    opens, closes = _minute(row.opens), _minute(row.closes)
    closes += _DAY if closes <= opens else 0
    return DayHours(
        row.weekday, "set", True, opens, closes, set_at=row.set_at, set_by=who, **counted
    )


def _why(seen: _Seen | None) -> str:
    if seen is None:
        return _("No sale or visit names this place yet.")
    if seen.trouble == "no_times":
        return _("The files tell the day of a sale and not the hour, so hours cannot be seen.")
    if seen.trouble == "no_night":
        return _("Sales come in at every hour of the day, so no opening time can be seen.")
    if any(day.origin == "unknown" for day in seen.days):
        return _(
            "Not known yet for every weekday: that takes %(n)d such days with sales, and sales on"
            " at least half of them."
        ) % {"n": DAYS_NEEDED}
    return ""


def _seen() -> dict[str, _Seen]:
    snapshot = figures.engine().snapshot()
    return snapshot.remembered(("opening hours",), lambda: _read(snapshot))


def _read(snapshot: Snapshot) -> dict[str, _Seen]:
    as_of = snapshot.manifest.as_of
    if as_of is None:
        return {}
    first = as_of - timedelta(days=DAYS_LOOKED_AT - 1)
    window = (Condition("local_on", ">=", first), Condition("local_on", "<=", as_of))
    zone = ZoneInfo(businesses.get().timezone)
    offset = datetime(as_of.year, as_of.month, as_of.day, 12, tzinfo=zone).utcoffset()
    shift = int((offset or timedelta()).total_seconds() // 60) % 60
    served = Condition("status", "in", ("kept", "booked"))
    rows = snapshot.run(
        _MOMENTS.format(shift=shift, longest=_LONGEST_BOOKING_HOURS),
        {
            "sold": Scope("orders", (*window, Condition("status", "=", "accepted"))),
            "came": Scope("bookings", (*window, served)),
        },
    ).dicts()
    by_place: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_place[row["place"]].append(row)
    if len(by_place) > 1:
        # Beside named places, what names none is the web shop or a gap in the files.
        by_place.pop("", None)
    return {place: _of_place(own, as_of) for place, own in by_place.items()}


def _of_place(rows: list[dict[str, Any]], as_of: date) -> _Seen:
    last_on = max(row["local_on"] for row in rows)
    # Days of which the files tell no hour say neither from when nor to when.
    timed = [row for row in rows if row["hour"] is not None]
    has_times = len({minute for row in timed for minute in (row["earliest"], row["latest"])}) > 1
    first_on = min(row["local_on"] for row in (timed if has_times else rows))
    night = _night(timed)
    if not has_times or night is None:
        trouble = "no_night" if has_times else "no_times"
        blank = tuple(DayHours(weekday, "unknown", None) for weekday in settings.WEEKDAYS)
        return _Seen(blank, trouble, 0, first_on, last_on)
    spans = _spans(timed, night)
    last_timed = max(row["local_on"] for row in timed)
    end = last_timed if (as_of - last_timed).days > DAYS_NEEDED else as_of
    days = tuple(
        _weekday(weekday, _spans_on(spans, weekday), _count(first_on, end, weekday))
        for weekday in settings.WEEKDAYS
    )
    return _Seen(days, "", night, first_on, last_on)


def _night(rows: Iterable[dict[str, Any]]) -> int | None:
    """The minute at which a place's day begins: the middle of its longest run of quiet hours, 0
    when midnight lies in it; ``None`` when it has no such run."""
    counts: Counter[int] = Counter()
    for row in rows:
        counts[row["hour"] % 24] += row["n"]
    limit = _QUIET_SHARE * counts.total()
    quiet = [counts[hour] <= limit for hour in range(24)]
    runs = [(_run(quiet, hour), hour) for hour in range(24) if quiet[hour] and not quiet[hour - 1]]
    length, start = max(runs, default=(0, 0))
    if length < _NIGHT_HOURS:
        return None
    if start + length >= 24 or start == 0:
        return 0
    return (start + length // 2) * 60


def _run(quiet: list[bool], start: int) -> int:
    length = 0
    while length < 24 and quiet[(start + length) % 24]:
        length += 1
    return length


def _spans(rows: Iterable[dict[str, Any]], night: int) -> dict[date, tuple[int, int]]:
    """First and last moment of each of the place's days; what is before the day's begin belongs
    to the evening before."""
    spans: dict[date, tuple[int, int]] = {}
    for row in rows:
        is_late = row["hour"] * 60 < night
        day = row["local_on"] - timedelta(days=1) if is_late else row["local_on"]
        more = _DAY if is_late else 0
        first, last = row["earliest"] + more, row["latest"] + more
        was = spans.get(day, (first, last))
        spans[day] = (min(was[0], first), max(was[1], last))
    return spans


def _spans_on(spans: dict[date, tuple[int, int]], weekday: int) -> list[tuple[int, int]]:
    return [span for day, span in spans.items() if day.weekday() == weekday]


def _weekday(weekday: int, spans: list[tuple[int, int]], of_days: int) -> DayHours:
    sold = min(len(spans), of_days)
    share = sold / of_days if of_days else 0.0
    if of_days >= DAYS_NEEDED and share <= _CLOSED_SHARE:
        return DayHours(weekday, "seen", False, sold_days=sold, of_days=of_days)
    if sold < DAYS_NEEDED or share < _OPEN_SHARE:
        return DayHours(weekday, "unknown", None, sold_days=sold, of_days=of_days)
    opens = _quantile([first for first, _last in spans], _EARLY) // _QUARTER * _QUARTER
    closes = -(-_quantile([last for _first, last in spans], _LATE) // _QUARTER) * _QUARTER
    if closes <= opens:
        closes = opens + _QUARTER
    return DayHours(weekday, "seen", True, opens, closes, sold, of_days)


def _quantile(values: list[int], share: float) -> int:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    return ordered[math.floor(place) if share < _HALF else math.ceil(place)]


def _count(first: date, last: date, weekday: int) -> int:
    """How many days of ``weekday`` lie from ``first`` to ``last``, both included."""
    ahead = (weekday - first.weekday()) % 7
    return max(0, ((last - first).days - ahead) // 7 + 1)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int | None) -> time | None:
    return None if minute is None else time(minute // 60 % 24, minute % 60)
