"""What the smaller demo worlds share: rhythms of coming back, a rng per run, the list of truths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from regulars.kernel.errors import WrongUse

from . import truth_path


def begin(folder: Path, seed: int, people: int, first_day: date, last_day: date) -> Random:
    """Make ``folder`` and return the run's source of chance.

    Raises `WrongUse` for fewer than 90 days or for people outside 20 to 5,000.
    """
    if (last_day - first_day).days < 89:
        raise WrongUse("A demo world needs at least 90 days.")
    if not 20 <= people <= 5000:
        raise WrongUse("A small demo world has 20 to 5,000 people.")
    folder.mkdir(parents=True, exist_ok=True)
    return Random(seed)  # noqa: S311 - a made-up world, no secret


def rhythm(
    rng: Random, first_day: date, last_day: date, mean_gap_days: float, mean_stay_days: float
) -> list[date]:
    """Return the days on which one person buys: gamma gaps within an exponential stay."""
    start = first_day + timedelta(days=int(rng.random() ** 2 * (last_day - first_day).days))
    stay = rng.expovariate(1 / mean_stay_days)
    end = min(last_day, start + timedelta(days=int(stay)))
    own_gap = mean_gap_days * rng.lognormvariate(0.0, 0.5)
    days, cursor = [start], float(start.toordinal())
    while True:
        cursor += max(1.0, rng.gammavariate(1.8, own_gap / 1.8))
        if cursor > end.toordinal():
            return days
        days.append(date.fromordinal(int(cursor)))


def steady(rng: Random, last_day: date, gap_days: int, visits: int, silent_gaps: int) -> list[date]:
    """Return the days of a standing customer who came every ``gap_days``, a day early or late, and
    has been silent for ``silent_gaps`` of their own gaps on ``last_day``."""
    day = last_day - timedelta(days=gap_days * (silent_gaps + visits - 1))
    return [day + timedelta(days=gap_days * turn + rng.randint(-1, 1)) for turn in range(visits)]


def at(rng: Random, day: date, hours: range) -> datetime:
    """Return a moment of ``day`` in one of ``hours``, as local wall time."""
    return datetime.combine(day, time(rng.choice(hours), rng.randrange(60), rng.randrange(60)))


def write_truth(
    folder: Path,
    *,
    pack: str,
    seed: int,
    rows: Mapping[Path, int],
    totals: Mapping[str, Any],
    truths: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write the truths beside the files and return the files to import."""
    planted = {
        "pack": pack,
        "seed": seed,
        "timezone": "Europe/London",
        "currency": "GBP",
        "files": {path.name: {"rows": count} for path, count in rows.items()},
        "totals": totals,
        "truths": truths or {},
    }
    text = json.dumps(planted, ensure_ascii=False, indent=1)
    truth_path(folder).write_text(text + "\n", encoding="utf-8")
    return list(rows)
