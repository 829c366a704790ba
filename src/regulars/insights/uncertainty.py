"""From the rows of a question to estimates: value, interval and what they rest on.

NumPy is loaded only where an interval needs it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from regulars.kernel.declarations import Metric
from regulars.kernel.units import Unit

Z = 1.959963984540054
PAIRS_NEEDED = 14
Group = tuple[Any, ...]
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value in the metric's own unit (money: minor units) with its 95 % interval.

    ``value`` is ``None`` when not known; the ends are ``None`` when there are too few rows to tell.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


_NEVER_BELOW_NOUGHT = ("refunds", "discounts")


def estimates(
    metric: Metric, rows: Rows, keys: tuple[str, ...], *, with_interval: bool, spread: Spread
) -> dict[Group, Estimate]:
    """Return the estimate of each group (the values of ``keys``) of a question's rows."""
    if metric.interval == "ratio":
        found = _ratios(rows, keys, metric.smallest_sample if with_interval else None)
    else:
        one = {"total": _total, "count": _count, "share": _share, "median": _median}
        read = one[metric.interval]
        found = {}
        for row in rows:
            group = tuple(row[key] for key in keys)
            wide = with_interval and int(row["n"] or 0) >= metric.smallest_sample
            found[group] = read(row, spread.of(group, row) if wide else None)
    if metric.unit is Unit.SHARE:
        return {group: _within(estimate, 0.0, 1.0) for group, estimate in found.items()}
    if metric.name in _NEVER_BELOW_NOUGHT:
        return {group: _within(estimate, 0.0, math.inf) for group, estimate in found.items()}
    return found


def _total(row: Mapping[str, Any], spread: float | None) -> Estimate:
    """A sum of N independent amounts, N Poisson, varies by Σx² around its value."""
    value, n = int(row["top"] or 0), int(row["n"] or 0)
    if spread is None:
        return Estimate(value, None, None, n)
    half = Z * math.sqrt(spread * float(row["square"]))
    return Estimate(value, value - half, value + half, n)


def _count(row: Mapping[str, Any], spread: float | None) -> Estimate:
    n = int(row["n"] or 0)
    if spread is None:
        return Estimate(n, None, None, n)
    if spread == 1.0:
        from regulars.science.intervals import rate

        low, high = rate(n)
        return Estimate(n, float(low), float(high), n)
    # The square root of a count varies by a quarter of its spread, however large the count.
    half = Z / 2 * math.sqrt(spread)
    return Estimate(n, max(math.sqrt(n) - half, 0.0) ** 2, (math.sqrt(n) + half) ** 2, n)


def _share(row: Mapping[str, Any], spread: float | None) -> Estimate:
    top, n = int(row["top"] or 0), int(row["n"] or 0)
    if n == 0:
        return Estimate(None, None, None, 0)
    if spread is None:
        return Estimate(top / n, None, None, n)
    from regulars.science.intervals import wilson

    low, high = wilson(top, n)
    return Estimate(top / n, float(low), float(high), n)


def _median(row: Mapping[str, Any], spread: float | None) -> Estimate:
    n = int(row["n"] or 0)
    if n == 0:
        return Estimate(None, None, None, 0)
    if "top" in row:
        return Estimate(float(row["top"]), None, None, n)
    from regulars.science.intervals import median_interval

    found = median_interval(row["values"])
    low, high = (found.low, found.high) if spread is not None else (math.nan, math.nan)
    return Estimate(found.value, _known(low), _known(high), n)


def _ratios(rows: Rows, keys: tuple[str, ...], smallest: int | None) -> dict[Group, Estimate]:
    bins: dict[Group, list[tuple[float, float]]] = defaultdict(list)
    counts: dict[Group, int] = defaultdict(int)
    for row in rows:
        group = tuple(row[key] for key in keys)
        bins[group].append((float(row["top"] or 0), float(row["bottom"] or 0)))
        counts[group] += int(row["n"] or 0)
    found = {}
    for group, pairs in bins.items():
        top, bottom = (math.fsum(side) for side in zip(*pairs, strict=True))
        value = top / bottom if bottom > 0 else None
        estimate = Estimate(value, None, None, counts[group])
        if value is not None and smallest is not None and counts[group] >= smallest:
            estimate = _bootstrapped(estimate, pairs)
        found[group] = estimate
    return found


def _bootstrapped(estimate: Estimate, pairs: list[tuple[float, float]]) -> Estimate:
    from regulars.science.intervals import ratio_bootstrap

    # Rows come in whatever order the threads of the mart had them; what is drawn must not.
    tops, bottoms = zip(*sorted(pairs), strict=True)
    found = ratio_bootstrap(tops, bottoms)
    return replace(estimate, low=_known(found.low), high=_known(found.high))


def _within(estimate: Estimate, least: float, most: float) -> Estimate:
    if estimate.low is None or estimate.high is None:
        return estimate
    return replace(estimate, low=max(estimate.low, least), high=min(estimate.high, most))


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How much more a day's figure varies than pure chance would have it: 1 is pure chance.

    ``whole`` is that factor for the business as a whole. A group that makes up a share s of its
    days varies by 1 + s (whole − 1): good and bad days are shared by all, pure chance is not.
    """

    whole: float = 1.0
    share_of: Callable[[Group, Mapping[str, Any]], float] | None = None

    def of(self, group: Group, row: Mapping[str, Any]) -> float:
        """Return the factor of one group."""
        share = self.share_of(group, row) if self.share_of else 1.0
        return 1.0 + (self.whole - 1.0) * share


def weekly_spread(days: Mapping[date, tuple[float, float]]) -> float:
    """Return the dispersion found by comparing each day with the same weekday a week earlier.

    ``days`` maps a day to (figure, its variance under pure chance: Σx²); days left out had nothing.
    The successive-difference estimator (von Neumann 1941) at a lag of a week: trend and weekdays
    fall out. Below fourteen pairs of days, or when days differ less than chance, it is 1.
    """
    if not days:
        return 1.0
    first, last = min(days), max(days)
    top = bottom = 0.0
    pairs = 0
    day = first + timedelta(days=7)
    while day <= last:
        now, then = days.get(day, (0.0, 0.0)), days.get(day - timedelta(days=7), (0.0, 0.0))
        if now[1] or then[1]:
            top += (now[0] - then[0]) ** 2
            bottom += now[1] + then[1]
            pairs += 1
        day += timedelta(days=1)
    if pairs < PAIRS_NEEDED or bottom <= 0:
        return 1.0
    return max(1.0, top / bottom)
