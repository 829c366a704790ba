"""Intervals for proportions, rates, means, medians and differences. NumPy only: pages use it.

Every function answers arrays or floats in the shape of its input, nan where nothing is known.
`confidence` is two-sided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from regulars.science.arrays import Floats, as_floats

RESAMPLES = 2000
FEW_EVENTS = 30
MOST_GROUPS = 1000
FEWEST_GROUPS = 5
"""Below this many groups a bootstrap interval is nan: too few to tell."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the ends of its interval and the number of groups it rests on."""

    value: float
    low: float
    high: float
    groups: int


def normal_quantile(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.96 for .95."""
    if not 0 < confidence < 1:
        raise ValueError("confidence lies between 0 and 1")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson's score interval (1927) for a proportion; nan where ``n`` is 0."""
    z = normal_quantile(confidence)
    k = np.asarray(successes, dtype=np.float64)
    count = np.asarray(n, dtype=np.float64)
    if bool(np.any(k < 0)) or bool(np.any(k > count)):
        raise ValueError("successes lie between 0 and n")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / count
        middle = (k + z * z / 2) / (count + z * z)
        half = z / (count + z * z) * np.sqrt(count * share * (1 - share) + z * z / 4)
    # Exactly 0 and 1 at the edges, where rounding would leave a trace beyond.
    low = np.where(k == 0, 0.0, middle - half)
    high = np.where(k == count, 1.0, middle + half)
    return np.where(count > 0, low, np.nan), np.where(count > 0, high, np.nan)


def wilson_difference(
    successes_a: npt.ArrayLike,
    n_a: npt.ArrayLike,
    successes_b: npt.ArrayLike,
    n_b: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Interval of proportion a less proportion b (Newcombe 1998, method 10)."""
    low_a, high_a = wilson(successes_a, n_a, confidence=confidence)
    low_b, high_b = wilson(successes_b, n_b, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.asarray(successes_a, dtype=np.float64) / np.asarray(n_a, dtype=np.float64)
        b = np.asarray(successes_b, dtype=np.float64) / np.asarray(n_b, dtype=np.float64)
    gap = a - b
    return (
        np.asarray(gap - np.sqrt((a - low_a) ** 2 + (high_b - b) ** 2), dtype=np.float64),
        np.asarray(gap + np.sqrt((high_a - a) ** 2 + (b - low_b) ** 2), dtype=np.float64),
    )


def rate(
    count: npt.ArrayLike, exposure: npt.ArrayLike = 1.0, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval of a Poisson rate ``count / exposure``; nan where there is no exposure.

    Exact (Garwood 1936) up to 30 events; above, Byar's formula (Breslow, Day 1987), which lies
    within .1 % of it.
    """
    z = normal_quantile(confidence)
    k = np.asarray(count, dtype=np.float64)
    length = np.asarray(exposure, dtype=np.float64)
    if bool(np.any(k < 0)) or bool(np.any(length < 0)):
        raise ValueError("counts and exposures cannot be negative")
    few_low, few_high = _exact_rates(confidence)
    few = np.minimum(np.floor(k), FEW_EVENTS).astype(np.int64)
    low = np.where(k <= FEW_EVENTS, few_low[few], _byar(np.maximum(k, 1.0), -z))
    high = np.where(k <= FEW_EVENTS, few_high[few], _byar(k + 1.0, z))
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            np.where(length > 0, low / length, np.nan),
            np.where(length > 0, high / length, np.nan),
        )


def _byar(k: Floats | np.float64, z: float) -> Floats:
    return np.asarray(k * (1 - 1 / (9 * k) + z / (3 * np.sqrt(k))) ** 3, dtype=np.float64)


@cache
def _exact_rates(confidence: float) -> tuple[Floats, Floats]:
    """Ends of the exact interval for 0..30 events."""
    z, tail = normal_quantile(confidence), (1 - confidence) / 2
    low, high = np.zeros(FEW_EVENTS + 1), np.zeros(FEW_EVENTS + 1)
    for k in range(FEW_EVENTS + 1):
        if k:
            low[k] = _poisson_mean(k - 1, 1 - tail, float(_byar(np.float64(k), -z)))
        high[k] = _poisson_mean(k, tail, float(_byar(np.float64(k + 1), z)))
    return low, high


def _poisson_mean(k: int, chance: float, start: float) -> float:
    """The mean at which P(N <= k) = chance, by Newton's method on its logarithm."""
    mean = start
    for _ in range(40):
        upto = sum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1))
        at_k = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
        move = (upto - chance) / at_k
        mean = max(mean + move, mean / 2)
        if abs(move) < 1e-12 * mean:
            break
    return mean


def quantile_interval(
    values: npt.ArrayLike, quantile: float = 0.5, *, confidence: float = 0.95
) -> Interval:
    """A quantile (the median) with order statistics as its interval; no shape is assumed.

    The ends are the closest ones whose binomial coverage reaches ``confidence``; nan below six
    values for a median, as even the extremes would not cover it.
    """
    x = np.sort(as_floats(values, "values"))
    n = x.size
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    value = float(np.quantile(x, quantile))
    tail = (1 - confidence) / 2
    below = _binomial_quantiles(n, quantile, tail)
    if below is None:
        return Interval(value, math.nan, math.nan, n)
    low, high = below
    return Interval(value, float(x[low]), float(x[high]), n)


def median_interval(values: npt.ArrayLike, *, confidence: float = 0.95) -> Interval:
    """The median with its order-statistic interval; see :func:`quantile_interval`."""
    return quantile_interval(values, 0.5, confidence=confidence)


def _binomial_quantiles(n: int, quantile: float, tail: float) -> tuple[int, int] | None:
    """Positions (from 0) of the order statistics that leave at most ``tail`` on each side."""
    if n > 2000:
        z = NormalDist().inv_cdf(1 - tail)
        half = z * math.sqrt(n * quantile * (1 - quantile))
        low, high = math.floor(n * quantile - half) - 1, math.ceil(n * quantile + half)
    else:
        k = np.arange(n + 1)
        factorials = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, n + 1)))))
        logs = factorials[n] - factorials[k] - factorials[n - k]
        logs = logs + k * math.log(quantile) + (n - k) * math.log1p(-quantile)
        upto = np.cumsum(np.exp(logs))
        # The (l+1)-th smallest lies above the quantile with P(Bin <= l).
        low = int(np.searchsorted(upto, tail, side="right")) - 1
        high = int(np.searchsorted(upto, 1 - tail, side="left"))
    return (low, high) if low >= 0 and high < n else None


def net_promoter(
    promoters: float, passives: float, detractors: float, *, confidence: float = 0.95
) -> Interval:
    """Net promoter score, -100..100, with the adjusted-Wald interval (Sauro, Lewis).

    Three answers are added: ¾ promoters, ¾ detractors, 1½ passives.
    """
    n = promoters + passives + detractors
    if n <= 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    value = 100 * (promoters - detractors) / n
    up, down = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = normal_quantile(confidence) * math.sqrt((up + down - (up - down) ** 2) / (n + 3))
    middle = up - down
    low, high = 100 * max(middle - half, -1), 100 * min(middle + half, 1)
    return Interval(value, low, high, round(n))


def ratio_bootstrap(
    numerators: npt.ArrayLike,
    denominators: npt.ArrayLike | None = None,
    *,
    groups: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Σ numerators / Σ denominators with a grouped bootstrap interval.

    Args:
        numerators: one number per row, e.g. an order's amount.
        denominators: same shape; ``None`` counts rows, so that the ratio is a mean.
        groups: what varies as a whole (a person, a day), any integers; ``None``: each row.
        seed: equal seeds give equal intervals.

    Groups are shuffled into at most 1,000 bins and each of 2,000 resamples gives every bin a
    Poisson(1) weight. Percentiles are widened for few bins as a t interval is (Hesterberg 2015,
    "expanded percentile"). Below 5 groups the ends are nan.
    """
    top, bottom, count = _binned(numerators, denominators, groups, seed)
    value = _divide(float(top.sum()), float(bottom.sum()))
    if count < FEWEST_GROUPS or not math.isfinite(value):
        return Interval(value, math.nan, math.nan, count)
    draws = _resample(top, bottom, seed)
    low, high = _percentiles(draws, confidence, top.size)
    return Interval(value, low, high, count)


def ratio_difference(
    a: tuple[npt.ArrayLike, npt.ArrayLike | None],
    b: tuple[npt.ArrayLike, npt.ArrayLike | None],
    *,
    groups: tuple[npt.ArrayLike | None, npt.ArrayLike | None] = (None, None),
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Ratio of sums of ``a`` less that of ``b``, two unrelated samples, with its interval.

    ``a`` and ``b`` are (numerators, denominators) as in :func:`ratio_bootstrap`.
    """
    top_a, bottom_a, count_a = _binned(a[0], a[1], groups[0], seed)
    top_b, bottom_b, count_b = _binned(b[0], b[1], groups[1], seed + 1)
    value = _divide(float(top_a.sum()), float(bottom_a.sum())) - _divide(
        float(top_b.sum()), float(bottom_b.sum())
    )
    count = min(count_a, count_b)
    if count < FEWEST_GROUPS or not math.isfinite(value):
        return Interval(value, math.nan, math.nan, count)
    draws = _resample(top_a, bottom_a, seed) - _resample(top_b, bottom_b, seed + 1)
    low, high = _percentiles(draws, confidence, min(top_a.size, top_b.size))
    return Interval(value, low, high, count)


def total_bootstrap(
    values: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Σ values with the interval it would have over other, equally lively periods.

    The number of groups varies as well (Poisson), as it does from one period to the next.
    """
    top, _, count = _binned(values, None, groups, seed)
    value = float(top.sum())
    if count < FEWEST_GROUPS:
        return Interval(value, math.nan, math.nan, count)
    draws = np.asarray(_weights(top.size, seed) @ top.astype(np.float32), dtype=np.float64)
    low, high = _percentiles(draws, confidence, top.size)
    return Interval(value, low, high, count)


def _divide(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.nan


def _binned(
    numerators: npt.ArrayLike,
    denominators: npt.ArrayLike | None,
    groups: npt.ArrayLike | None,
    seed: int,
) -> tuple[Floats, Floats, int]:
    """Sums per bin, and how many groups there were."""
    top = as_floats(numerators, "numerators")
    bottom = np.ones_like(top) if denominators is None else as_floats(denominators, "denominators")
    if top.shape != bottom.shape:
        raise ValueError("numerators and denominators must have the same length")
    if groups is not None:
        codes = np.asarray(groups)
        if codes.shape != top.shape:
            raise ValueError("groups must have one entry per row")
        _, place = np.unique(codes, return_inverse=True)
        top, bottom = _sums(place, top), _sums(place, bottom)
    count = top.size
    if count > MOST_GROUPS:
        bins = np.random.default_rng(seed).permutation(count) % MOST_GROUPS
        top, bottom = _sums(bins, top), _sums(bins, bottom)
    return top, bottom, count


def _sums(place: npt.NDArray[np.intp], values: Floats) -> Floats:
    return np.asarray(np.bincount(place, weights=values), dtype=np.float64)


@cache
def _poisson_table() -> npt.NDArray[np.float32]:
    """Poisson(1) quantiles at the 65,536 values of two random bytes."""
    chances = [math.exp(-1) / math.factorial(k) for k in range(12)]
    levels = (np.arange(65536) + 0.5) / 65536
    return np.searchsorted(np.cumsum(chances), levels).astype(np.float32)


def _weights(bins: int, seed: int) -> npt.NDArray[np.float32]:
    """(resamples, bins) Poisson(1) weights."""
    raw = np.random.default_rng(seed).integers(0, 65536, (RESAMPLES, bins), dtype=np.uint16)
    return _poisson_table()[raw]


def _resample(top: Floats, bottom: Floats, seed: int) -> Floats:
    # Centred on the ratio first, so that single precision loses nothing that matters.
    weights = _weights(top.size, seed)
    middle = _divide(float(top.sum()), float(bottom.sum()))
    size = abs(bottom).mean() or 1.0
    scale = abs(top - middle * bottom).mean() or 1.0
    left = ((top - middle * bottom) / scale).astype(np.float32)
    sums = np.asarray(weights @ np.stack((left, (bottom / size).astype(np.float32)), axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = middle + scale / size * (sums[:, 0].astype(np.float64) / sums[:, 1])
    return np.asarray(draws[np.isfinite(draws)], dtype=np.float64)


def _percentiles(draws: Floats, confidence: float, n: int) -> tuple[float, float]:
    t = t_quantile(confidence, n - 1) * math.sqrt(n / (n - 1))
    tail = NormalDist().cdf(-t)
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def t_quantile(confidence: float, freedom: float) -> float:
    """Two-sided Student quantile by the Cornish-Fisher series; within .3 % from 4 degrees on."""
    z = normal_quantile(confidence)
    v = freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
