"""Who comes in when: the known guests by their own rhythm, and those who pass by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from .guests import Guest, next_weekday
from .opening import (
    HIGH_STREET,
    PLACES,
    STATION_ROAD,
    Period,
    busyness,
    hours,
    is_open,
    season,
)
from .planted import (
    WAIT_DRIVES_OFF,
    WAIT_SLOWS_BY,
    WAIT_TURNS_AWAY,
    Changes,
    is_waiting_hour,
    missing_day,
)

Visit = tuple[datetime, str]

PASSERS_BY_PER_KNOWN_VISIT = 0.6
_SELDOM_DAYS = 25
_SHARE_OF_PASSERS_BY = ((HIGH_STREET, 0.56), (STATION_ROAD, 0.44))


def visits_of(rng: Random, guest: Guest, changes: Changes, period: Period) -> list[Visit]:
    """Return one guest's visits: gamma gaps, quicker in busy months, until they leave."""
    last = min(guest.leaves_on or period.last, period.last)
    end, cursor = last.toordinal(), float(guest.starts_on.toordinal())
    scale = guest.gap_days / guest.evenness
    visits: list[Visit] = []
    while cursor <= end:
        about = date.fromordinal(int(cursor))
        visit = _visit(rng, guest, about, last, period)
        slower = 1.0
        if visit is not None and _drives_past(rng, guest, visit, changes):
            visit = None
        if visit is not None:
            visits.append(visit)
            if is_waiting_hour(*visit) and not guest.role:
                slower = WAIT_SLOWS_BY
                if rng.random() < WAIT_DRIVES_OFF:
                    guest.driven_off_on = visit[0].date()
                    break
        cursor += max(0.4, rng.gammavariate(guest.evenness, scale) * slower / season(about))
    if guest.role == "steady" and visits:
        _come_back_at_the_end(rng, guest, visits, period)
    return visits


def is_untold(visit: Visit, period: Period) -> bool:
    """Whether the till's export leaves the visit out: one day is missing from one till."""
    return visit[1] == HIGH_STREET and visit[0].date() == missing_day(period)


def _visit(rng: Random, guest: Guest, about: date, last: date, period: Period) -> Visit | None:
    day = max(period.first, min(last, next_weekday(rng, guest, about)))
    place = guest.home
    if rng.random() < guest.strays:
        place = PLACES[1 - PLACES.index(place)]
    if not is_open(place, day):
        place = HIGH_STREET
        if not is_open(place, day):
            return None
    open_hours = hours(place, day.weekday())
    liked = {hour: weight for hour, weight in guest.hours.items() if hour in open_hours}
    return _moment(rng, day, liked or open_hours), place


def _drives_past(rng: Random, guest: Guest, visit: Visit, changes: Changes) -> bool:
    if guest.role or guest.gap_days < _SELDOM_DAYS:
        return False
    share = changes.seldom_guests(visit[1], visit[0].date())
    return share < 1 and rng.random() >= share


def _come_back_at_the_end(rng: Random, guest: Guest, visits: list[Visit], period: Period) -> None:
    if (period.last - visits[-1][0].date()).days > guest.gap_days:
        day = period.last - timedelta(days=rng.randrange(4))
        while not is_open(HIGH_STREET, day):
            day -= timedelta(days=1)
        visits.append((_moment(rng, day, hours(HIGH_STREET, day.weekday())), HIGH_STREET))


def _moment(rng: Random, day: date, weights: dict[int, int]) -> datetime:
    hour = rng.choices(list(weights), list(weights.values()))[0]
    second = int(rng.random() * 3600)
    return datetime.combine(day, time(hour, second // 60, second % 60))


def passers_by(
    rng: Random, known_visits: int, changes: Changes, period: Period
) -> tuple[list[Visit], int]:
    """Return the visits of guests the till never learns the name of, and how many the queue
    turned away."""
    slots: list[tuple[date, str]] = []
    weights: list[float] = []
    for day in period.days():
        for place, share in _SHARE_OF_PASSERS_BY:
            if is_open(place, day):
                slots.append((day, place))
                weights.append(busyness(day, period) * share * changes.passers_by(place, day))
    visits, turned_away = [], 0
    count = round(PASSERS_BY_PER_KNOWN_VISIT * known_visits)
    for day, place in rng.choices(slots, weights, k=count):
        at = _moment(rng, day, hours(place, day.weekday()))
        if is_waiting_hour(at, place) and rng.random() < WAIT_TURNS_AWAY:
            turned_away += 1
        else:
            visits.append((at, place))
    return visits, turned_away
