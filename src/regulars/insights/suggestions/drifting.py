"""A source that suddenly tells less, more, or otherwise than by its own rhythm.

Counts of the last seven complete days are held against a prediction interval from the eight weeks
before; shares of filled fields and of messages that could not land against the weeks before by
Newcombe's interval; the size of an amount by its median. See docs/algorithms/drift.md.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from regulars.insights.outlook import Looking
from regulars.insights.suggestions.shape import UNPRICED, Worth
from regulars.sources.cleaning.kinds import CLEANING
from regulars.sources.live import standing
from regulars.sources.models import IntakeHour, Source

KIND = "drift"
DROP, JUMP, FIELD, SCALE, HELD = "drop", "jump", "field", "scale", "held"
_WEEKS = 8
_FEWEST_A_WEEK = 10
_T99 = 3.499
"""Student's t with seven degrees of freedom, 99 of 100."""
_T95 = 2.365
_LEAST_DROP, _LEAST_JUMP = 0.6, 1.6
_NOW_DAYS, _BEFORE_DAYS = 28, 84
_HELD_DAYS = 2
_FEWEST = 30
_CONFIDENCE = 0.999
_RISE = 0.10
_TIMES = 3.0
OF_MONEY = frozenset({"orders", "order_lines", "bookings"})
_OWNER = "WITH owner(import_id, source) AS (VALUES {owner}) "
_DAYS = (
    _OWNER
    + """
SELECT source, 'orders' AS kind, local_on AS "on", count(*) AS n,
       sum(amount_minor) FILTER (status = 'accepted' AND is_priced AND currency = '{currency}')
           AS minor
FROM orders JOIN owner USING (import_id)
WHERE local_on > DATE '{first}' AND local_on <= DATE '{last}' GROUP BY ALL
UNION ALL
SELECT source, 'bookings', CAST(booked_at AS DATE), count(*),
       sum(amount_minor) FILTER (currency = '{currency}')
FROM bookings JOIN owner USING (import_id)
WHERE booked_at IS NOT NULL AND CAST(booked_at AS DATE) > DATE '{first}'
      AND CAST(booked_at AS DATE) <= DATE '{last}' GROUP BY ALL
UNION ALL
SELECT source, 'feedback', local_on, count(*), NULL FROM feedback JOIN owner USING (import_id)
WHERE local_on > DATE '{first}' AND local_on <= DATE '{last}' GROUP BY ALL
UNION ALL
SELECT source, 'events', local_on, count(*), NULL FROM events JOIN owner USING (import_id)
WHERE local_on > DATE '{first}' AND local_on <= DATE '{last}' GROUP BY ALL
"""
)
_SINCE = """
SELECT import_id, 'orders' AS kind, min(local_on) AS first_on FROM orders GROUP BY 1
UNION ALL
SELECT import_id, 'bookings', CAST(min(booked_at) AS DATE) FROM bookings GROUP BY 1
UNION ALL
SELECT import_id, 'feedback', min(local_on) FROM feedback GROUP BY 1
UNION ALL
SELECT import_id, 'events', min(local_on) FROM events GROUP BY 1
"""
_FILLED = {
    "orders": {
        "customer": "identifier_id IS NOT NULL", "place": "place <> ''",
        "channel": "channel <> ''", "price": "is_priced",
    },
    "order_lines": {"category": "category <> ''", "sku": "sku <> ''"},
    "bookings": {
        "customer": "identifier_id IS NOT NULL", "what": "what <> ''", "staff": "staff <> ''",
        "price": "amount_minor IS NOT NULL",
    },
    "feedback": {"rating": "rating IS NOT NULL", "place": "place <> ''"},
}  # fmt: skip
_MEDIANS = (
    _OWNER
    + """
SELECT source, local_on > DATE '{middle}' AS is_now, count(*) AS n,
       median(amount_minor) AS amount
FROM orders JOIN owner USING (import_id)
WHERE status = 'accepted' AND amount_minor > 0 AND currency = '{currency}'
      AND local_on > DATE '{first}' AND local_on <= DATE '{last}'
GROUP BY 1, 2
"""
)


def work_out(seen: Looking) -> dict[str, Any]:
    """Every drift of every source, as facts of which `title` makes words."""
    owner = dict(standing().exclude(kind=CLEANING).order_by().values_list("pk", "source_id"))
    if seen.as_of is None or not owner:
        return {"found": []}
    names = dict(Source.objects.values_list("pk", "name"))
    values = ", ".join(f"({run}, {source})" for run, source in owner.items())
    found = [
        *_counts(seen, owner, values),
        *_fields(seen, values),
        *_scales(seen, values),
        *_held(seen),
    ]
    return {"found": [{**one, "name": names.get(one["source"], "")} for one in found]}


# ---- how much a week ----------------------------------------------------------------------------


def _counts(seen: Looking, owner: dict[int, int], values: str) -> Iterator[dict[str, Any]]:
    assert seen.as_of is not None
    since: dict[tuple[int, str], date] = {}
    for row in seen.rows(_SINCE):
        key = (owner.get(row["import_id"], 0), row["kind"])
        if row["first_on"] is not None:
            since[key] = min(row["first_on"], since.get(key, row["first_on"]))
    span = 7 * (_WEEKS + 1)
    first = seen.as_of - timedelta(days=2 * span)
    days: dict[tuple[int, str], dict[date, tuple[int, float]]] = defaultdict(dict)
    for row in seen.rows(_DAYS, owner=values, first=first, last=seen.as_of):
        days[row["source"], row["kind"]][row["on"]] = (row["n"], float(row["minor"] or 0))
    for (source, kind), told in sorted(days.items()):
        # Up to where the source itself reaches: one that lags is said to lag, not to drop.
        end = max(told)
        if since[source, kind] > end - timedelta(days=span - 1):
            continue
        weeks = [_week(told, end - timedelta(days=7 * back)) for back in range(_WEEKS + 1)]
        drift = weekly_drift([count for count, _ in weeks])
        if drift is not None:
            worth = _worth([minor for _, minor in weeks]) if kind in OF_MONEY else UNPRICED
            yield {"what": drift, "source": source, "kind": kind, "until": end.isoformat(),
                   "now": weeks[0][0], "usual": statistics.fmean(n for n, _ in weeks[1:]),
                   "worth": list(worth)}  # fmt: skip


def _week(told: dict[date, tuple[int, float]], end: date) -> tuple[int, float]:
    own = [told.get(end - timedelta(days=one), (0, 0.0)) for one in range(7)]
    return sum(count for count, _ in own), sum(minor for _, minor in own)


def weekly_drift(weeks: list[int]) -> str | None:
    """Whether the first of ``weeks`` (counts, the newest first) drops or jumps against the eight
    that follow: beyond the prediction interval of one more week (99 of 100), and by much."""
    now, before = weeks[0], weeks[1:]
    mean = statistics.fmean(before)
    if mean < _FEWEST_A_WEEK:
        return None
    spread = max(statistics.stdev(before), math.sqrt(mean))
    half = _T99 * spread * math.sqrt(1 + 1 / len(before))
    if now < mean - half and now < _LEAST_DROP * mean:
        return DROP
    return JUMP if now > mean + half and now > _LEAST_JUMP * mean else None


def _worth(weeks: list[float]) -> Worth:
    """What the newest week's money differs by from a usual week, with the range of the usual."""
    now, before = weeks[0], weeks[1:]
    mean = statistics.fmean(before)
    if mean <= 0:
        return UNPRICED
    half = _T95 * statistics.stdev(before) / math.sqrt(len(before))
    gap = abs(mean - now)
    return round(gap), max(0, round(gap - half)), round(gap + half)


# ---- what the facts say -------------------------------------------------------------------------


def _fields(seen: Looking, values: str) -> Iterator[dict[str, Any]]:
    assert seen.as_of is not None
    middle = seen.as_of - timedelta(days=_NOW_DAYS)
    window = {"middle": middle, "first": middle - timedelta(days=_BEFORE_DAYS), "last": seen.as_of}
    for table, fields in _FILLED.items():
        counts = ", ".join(f'count(*) FILTER ({said}) AS "{name}"' for name, said in fields.items())
        only = " AND kind = 'goods'" if table == "order_lines" else ""
        sql = (
            f"{_OWNER}SELECT source, local_on > DATE '{{middle}}' AS is_now, count(*) AS n, "
            f"{counts} FROM {table} JOIN owner USING (import_id) "
            f"WHERE local_on > DATE '{{first}}' AND local_on <= DATE '{{last}}'{only} GROUP BY 1, 2"
        )
        by_source: dict[int, dict[bool, dict[str, Any]]] = defaultdict(dict)
        for row in seen.rows(sql, owner=values, **window):
            by_source[row["source"]][row["is_now"]] = row
        for source, both in sorted(by_source.items()):
            for name in fields:
                if fall := _fall(both, name):
                    yield {"what": FIELD, "source": source, "kind": table, "field": name,
                           "share": fall[0], "before": fall[1]}  # fmt: skip


def _fall(both: dict[bool, dict[str, Any]], name: str) -> tuple[float, float] | None:
    """The shares that lack a field now and before, if the lack rose beyond doubt."""
    now, before = both.get(True), both.get(False)
    if not now or not before or min(now["n"], before["n"]) < _FEWEST:
        return None
    lacking = now["n"] - now[name], now["n"], before["n"] - before[name], before["n"]
    return _rose(*lacking)


def _rose(now: int, of_now: int, before: int, of_before: int) -> tuple[float, float] | None:
    from regulars.science.intervals import wilson_difference

    low, _high = wilson_difference(now, of_now, before, of_before, confidence=_CONFIDENCE)
    return (now / of_now, before / of_before) if float(low) > _RISE else None


def _scales(seen: Looking, values: str) -> Iterator[dict[str, Any]]:
    assert seen.as_of is not None
    middle = seen.as_of - timedelta(days=_NOW_DAYS)
    window = {"middle": middle, "first": middle - timedelta(days=_BEFORE_DAYS), "last": seen.as_of}
    by_source: dict[int, dict[bool, dict[str, Any]]] = defaultdict(dict)
    for row in seen.rows(_MEDIANS, owner=values, **window):
        by_source[row["source"]][row["is_now"]] = row
    for source, both in sorted(by_source.items()):
        now, before = both.get(True), both.get(False)
        if not now or not before or min(now["n"], before["n"]) < _FEWEST:
            continue
        times = float(now["amount"]) / float(before["amount"])
        if times >= _TIMES or times <= 1 / _TIMES:
            yield {"what": SCALE, "source": source, "kind": "orders", "times": times,
                   "now_minor": round(float(now["amount"])),
                   "before_minor": round(float(before["amount"]))}  # fmt: skip


def _held(seen: Looking) -> Iterator[dict[str, Any]]:
    """Messages that could not land in the last two days of a source, against four weeks before."""
    counts: dict[int, dict[date, list[int]]] = defaultdict(dict)
    first = seen.today - timedelta(days=_NOW_DAYS + _HELD_DAYS)
    for one in IntakeHour.objects.filter(hour__date__gte=first):
        day = counts[one.source_id].setdefault(one.hour.date(), [0, 0])
        day[0] += one.held
        day[1] += one.read
    for source, days in sorted(counts.items()):
        middle = max(days) - timedelta(days=_HELD_DAYS)
        now = [sum(n) for n in zip(*(n for day, n in days.items() if day > middle), strict=True)]
        before = [
            sum(n) for n in zip(*(n for day, n in days.items() if day <= middle), strict=True)
        ]
        if not before or min(now[1], before[1]) < _FEWEST:
            continue
        if rise := _rose(min(now[0], now[1]), now[1], min(before[0], before[1]), before[1]):
            yield {"what": HELD, "source": source, "kind": "messages", "share": rise[0],
                   "before": rise[1]}  # fmt: skip


def _sum(days: Iterable[list[int]]) -> tuple[int, int]:
    told = list(days)
    return sum(held for held, _ in told), sum(read for _, read in told)
