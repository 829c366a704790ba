"""Hours after which people come back less often than they otherwise do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars.insights.findings.found import Found, Search, money
from regulars.insights.findings.ledger import Ledger, numbered
from regulars.science.arrays import Floats, Ints
from regulars.science.returning import Hours, losing_hours, visits

WEEKS = 104
_WEEKS_NEEDED = 12
FEWEST_VISITS = 200
# Monday to Friday, Saturday, Sunday.
GROUPS = ((0, 1, 2, 3, 4), (5,), (6,))
HOURS = 24


@dataclass(frozen=True, slots=True)
class _Told:
    """Visits of known people whose span is over."""

    person: Ints
    place: Ints
    weekday: Ints
    hour: Ints
    paid: Floats
    is_followed: Any
    usual_days: float


def find(ledger: Ledger) -> Search:
    """Look for hours that lose people; that takes known people, times of day and three months."""
    weeks = min(WEEKS, ledger.weeks)
    about: dict[str, Any] = {
        "weeks": ledger.weeks,
        "weeks_needed": _WEEKS_NEEDED,
        "window_weeks": weeks,
        "visits_needed": FEWEST_VISITS,
    }
    if ledger.weeks < _WEEKS_NEEDED or not ledger.places:
        return Search("too_short", about)
    if not ledger.tells_times:
        return Search("no_times", about)
    told = _visits(ledger)
    about |= {"visits": int(told.person.size), "people": int(np.unique(told.person).size)}
    if told.person.size < FEWEST_VISITS:
        return Search("too_few_people", about)
    about["usual_days"] = round(told.usual_days, 1)
    group = np.searchsorted([4, 5], told.weekday)
    cell = (told.place * len(GROUPS) + group) * HOURS + told.hour
    cells = len(ledger.places) * len(GROUPS) * HOURS
    hours = losing_hours(told.person, cell, told.is_followed, cells)
    found = [
        _row(ledger, told, hours, int(at), weeks, cell) for at in np.flatnonzero(hours.is_found)
    ]
    return Search("asked", about | {"asked": int(np.isfinite(hours.chance).sum())}, found)


def _visits(ledger: Ledger) -> _Told:
    sql = f"""
    WITH {numbered(ledger.places, "places")}
    SELECT profile_id AS person, local_on - DATE '1970-01-01' AS day, number AS place,
           local_weekday AS weekday, local_hour AS hour, amount_minor AS paid
    FROM sales JOIN identifiers USING (identifier_id) JOIN places ON places.code = hash(place)
    WHERE (amount_minor > 0 OR NOT is_priced) AND local_hour IS NOT NULL
    ORDER BY person, happened_at, order_key
    """
    rows = ledger.columns(sql, ledger.since(WEEKS), identifiers="identifiers")
    person, day = rows["person"].astype(np.int64), rows["day"].astype(np.int64)
    found, at = visits(person, day, last_day=ledger.day)
    known, at = found.is_known, at[found.is_known]
    place, weekday, hour = (
        rows[name][at].astype(np.int64) for name in ("place", "weekday", "hour")
    )
    paid = rows["paid"][at].astype(np.float64)
    return _Told(
        found.person[known], place, weekday, hour, paid, found.is_followed[known], found.usual_days
    )


def _row(ledger: Ledger, told: _Told, hours: Hours, at: int, weeks: int, cell: Ints) -> Found:
    where, hour = divmod(at, HOURS)
    place, group = divmod(where, len(GROUPS))
    name, weekdays = ledger.places[place].name, GROUPS[group]
    inside = cell == at
    average = float(told.paid[inside].mean())
    a_month = int(hours.visits[at]) * 4 / weeks
    lost, least, most = (
        max(0.0, -float(one[at]) * a_month) for one in (hours.difference, hours.high, hours.low)
    )
    detail = {
        "place": name,
        "weekdays": list(weekdays),
        "hour": hour,
        "visits": int(hours.visits[at]),
        "followed": int(hours.followed[at]),
        "guests": int(hours.people[at]),
        "share": round(int(hours.followed[at]) / int(hours.visits[at]), 4),
        "usual": round(float(hours.usual[at]), 4),
        "difference": round(float(hours.difference[at]), 4),
        "low": round(float(hours.low[at]), 4),
        "high": round(float(hours.high[at]), 4),
        "lost_visits": round(lost, 2),
        "lost_visits_low": round(least, 2),
        "lost_visits_high": round(most, 2),
        "average_order_minor": round(average),
        "usual_days": round(told.usual_days, 1),
        "by_weekday": _by_weekday(told, inside),
        "false_share": float(hours.false_share[at]),
    }
    key = f"hour:{name}:{''.join(map(str, weekdays))}:{hour}"
    ends = (money(lost * average), money(least * average), money(most * average))
    return Found("hour", key, detail, *ends)


def _by_weekday(told: _Told, inside: Any) -> list[dict[str, int]]:
    return [
        {
            "weekday": weekday,
            "visits": int((inside & (told.weekday == weekday)).sum()),
            "followed": int(told.is_followed[inside & (told.weekday == weekday)].sum()),
        }
        for weekday in np.unique(told.weekday[inside]).tolist()
    ]
