"""What each source covers: its last day, its own rhythm, and what a day of it usually brings."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from regulars.insights.outlook import Looking
from regulars.kernel import clock
from regulars.sources.live import standing

NAME = "coverage"
_LOOK_BACK_DAYS = 183
_FEWEST_DAYS = 14
_FEWEST_IMPORTS = 3
_DAYS = """
SELECT import_id, 'orders' AS kind, local_on AS "on", count(*) AS rows,
       sum(amount_minor) FILTER (status = 'accepted' AND is_priced AND currency = '{currency}')
           AS minor
FROM orders WHERE local_on <= DATE '{today}' GROUP BY ALL
UNION ALL
SELECT import_id, 'feedback', local_on, count(*), NULL
FROM feedback WHERE local_on <= DATE '{today}' GROUP BY ALL
UNION ALL
SELECT import_id, 'bookings', CAST(booked_at AS DATE), count(*), NULL
FROM bookings WHERE booked_at IS NOT NULL AND CAST(booked_at AS DATE) <= DATE '{today}'
GROUP BY ALL
"""


def work_out(seen: Looking) -> dict[str, Any]:
    """Per source and kind of what it tells: the last day, how long it usually stays silent, every
    how many days it is handed in, and the mean and spread of a day's money."""
    runs = standing().order_by().values_list("pk", "source_id", "source__name", "finished_at")
    owner: dict[int, int] = {}
    names: dict[int, str] = {}
    handed_in: dict[int, set[date]] = defaultdict(set)
    for run, source, name, finished_at in runs:
        owner[run], names[source] = source, name
        if finished_at is not None:
            handed_in[source].add(clock.today_of(finished_at, seen.zone))
    days: dict[tuple[int, str], dict[date, float | None]] = defaultdict(dict)
    for row in seen.rows(_DAYS, today=seen.today):
        told = days[owner.get(row["import_id"], 0), row["kind"]]
        had = told.get(row["on"])
        minor = None if row["minor"] is None else float(row["minor"])
        told[row["on"]] = minor if had is None else had + (minor or 0.0)
    return {
        "sources": [
            {
                "source": source,
                "kind": kind,
                "name": names[source],
                "every_days": _every(sorted(handed_in[source])),
                **_covered(told),
            }
            for (source, kind), told in sorted(days.items())
            if source in names and told
        ]
    }


def _covered(told: dict[date, float | None]) -> dict[str, Any]:
    last = max(told)
    first = max(min(told), last - timedelta(days=_LOOK_BACK_DAYS - 1))
    active = sorted(day for day in told if day >= first)
    silences = sorted((b - a).days for a, b in itertools.pairwise(active))
    usual = silences[int(0.95 * (len(silences) - 1))] if silences else None
    span = (last - first).days + 1
    money = [told.get(first + timedelta(days=one)) or 0.0 for one in range(span)]
    is_priced = any(minor for minor in told.values()) and span >= _FEWEST_DAYS
    recent = money[-84:]
    return {
        "last_on": last.isoformat(),
        "silent_days": usual,
        "day_minor": round(statistics.fmean(recent), 2) if is_priced else None,
        "day_spread_minor": round(statistics.stdev(recent), 2) if is_priced else None,
        "days": len(recent),
    }


def _every(days: list[date]) -> float | None:
    """The usual number of days between two days on which files were handed in."""
    if len(days) < _FEWEST_IMPORTS:
        return None
    return statistics.median((b - a).days for a, b in itertools.pairwise(days))
