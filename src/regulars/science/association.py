"""Which products are bought together more often than chance puts them into one basket.

Two breakfast things share many baskets because both are sold in the morning, and two cakes of the
web shop because both are sold there. So baskets are compared with baskets alike: of the same till
or channel, part of the day and season (the *context*). Lift is how often two products are together,
over how often they would be if within each context they had nothing to do with each other.

Large baskets hold any two products more often. Whether there is a pull is therefore also asked
among baskets with the same number of *other* products (Mantel, Haenszel 1959), and beside the pull
that any two products of this shop have: hungry people and hasty ones are never told apart in full.
Baskets without any other product are left out of that second question, as nobody writes a ticket
for buying neither.

One regular who always takes the same two things is one witness, however often they come: people
fall into bins, and the spread is taken from leaving out one bin after another (jackknife; Efron,
Tibshirani 1993, ch. 11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.science.arrays import Flags, Floats, Ints
from regulars.science.discovery import false_discovery
from regulars.science.intervals import normal_quantile

BINS = 16
LARGEST_BASKET = 12
"""Baskets of more different products are left out: a canteen's order says little about pulls."""
FEWEST_TOGETHER = 10
FALSE_SHARE = 0.05
SMALLEST_LIFT = 1.1
"""A lift whose interval reaches below this is called none: too small to act on."""
_CHUNK = 32
_PAIRS_OF_USUAL, _FEWEST_OF_USUAL = 64, 20


@dataclass(frozen=True, slots=True)
class Baskets:
    """Counts of baskets by cell (context, number of different products, bin of people).

    Attributes:
        every: (contexts, LARGEST_BASKET + 1, BINS) all baskets.
        holding: (products, contexts, LARGEST_BASKET + 1, BINS) those with each product.
    """

    every: Floats
    holding: Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sparse counts of baskets that hold two products.

    Attributes:
        first, second: (pairs,) product numbers.
        starts: (pairs + 1,) where in ``cells`` each pair's entries begin.
        cells: flat index of a cell of `Baskets`; ``counts``: baskets in it.
    """

    first: Ints
    second: Ints
    starts: Ints
    cells: Ints
    counts: Floats


@dataclass(frozen=True, slots=True)
class Associations:
    """Per pair; nan where too few baskets hold both.

    Attributes:
        together: baskets with both; ``support``: their share of all baskets.
        confidence: share of baskets with the first that hold the second; ``confidence_back``:
            of those with the second that hold the first.
        without, without_back: the same shares among baskets without the first (the second).
        lift, low, high: times oftener together than by chance, with the 95 % interval.
        odds_ratio: the pull among baskets alike; nan where it was not asked.
        chance: one-sided p-value that there is no pull; ``false_share``: its q-value.
        is_found: together often enough, beyond chance, and large enough to act on.
    """

    together: Floats
    support: Floats
    confidence: Floats
    confidence_back: Floats
    without: Floats
    without_back: Floats
    lift: Floats
    low: Floats
    high: Floats
    odds_ratio: Floats
    chance: Floats
    false_share: Floats
    is_found: Flags


def associations(baskets: Baskets, pairs: Pairs, *, confidence: float = 0.95) -> Associations:
    """The pull of every pair; see :class:`Associations`."""
    z = normal_quantile(confidence)
    whose = np.repeat(np.arange(pairs.first.size), np.diff(pairs.starts))
    flat = np.bincount(whose * BINS + pairs.cells % BINS, pairs.counts, pairs.first.size * BINS)
    by_bin = np.asarray(flat.reshape(-1, BINS), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = _shares(baskets, pairs, by_bin.sum(1))
        lift, error = _lifts(baskets, pairs, by_bin)
        low, high = lift * np.exp(-z * error), lift * np.exp(z * error)
    often = shares[0] >= FEWEST_TOGETHER
    pull, score = np.full(lift.size, np.nan), np.full(lift.size, -np.inf)
    # A pair without lift has no pull worth naming, whatever the second question says.
    asked = np.flatnonzero(often & (low >= SMALLEST_LIFT))
    if asked.size:
        pull[asked], spread = _pulls(baskets, pairs, asked)
        beyond = pull[asked] - _usual_pull(baskets, pairs, np.flatnonzero(often))
        with np.errstate(invalid="ignore", divide="ignore"):
            score[asked] = np.nan_to_num(beyond / spread, nan=-np.inf)
    odds_ratio, chance = np.exp(pull), np.where(often, _beyond(score), np.nan)
    false_share = false_discovery(chance)
    with np.errstate(invalid="ignore"):
        is_found = (false_share <= FALSE_SHARE) & (low >= SMALLEST_LIFT) & often
    lift, low, high = (np.where(often, part, np.nan) for part in (lift, low, high))
    told = (lift, low, high, odds_ratio, chance, false_share, is_found)
    together, support, there, back, without, without_back = shares
    return Associations(together, support, there, back, without, without_back, *told)


def _shares(baskets: Baskets, pairs: Pairs, both: Floats) -> Floats:
    """Rows: together, support, confidence, back, without, without back."""
    n, held = float(baskets.every.sum()), baskets.holding.sum((1, 2, 3))
    a, b = held[pairs.first], held[pairs.second]
    return np.stack(
        [both, both / n, both / a, both / b, (b - both) / (n - a), (a - both) / (n - b)]
    )


def _lifts(baskets: Baskets, pairs: Pairs, by_bin: Floats) -> tuple[Floats, Floats]:
    """Lift, and standard error of its log: infinite when one bin of people holds it all."""
    every, held = baskets.every.sum(1), baskets.holding.sum(2)
    both = by_bin.sum(1)
    lift = both / _expected(held.sum(2), every.sum(1), pairs)
    left_out = np.empty_like(by_bin)
    for one in range(BINS):
        rest = _expected(held.sum(2) - held[..., one], every.sum(1) - every[:, one], pairs)
        left = both - by_bin[:, one]
        left_out[:, one] = np.where(left > 0, np.log(left / rest), np.nan)
    # Delta method on the log of multinomial counts: never surer than that.
    alone = held.sum((1, 2))
    a, b = alone[pairs.first], alone[pairs.second]
    chance = 1 / both - 1 / a - 1 / b + (2 * lift - 1) / every.sum()
    return lift, np.sqrt(np.maximum(_jackknife(left_out), np.maximum(chance, 0.0)))


def _expected(held: Floats, every: Floats, pairs: Pairs) -> Floats:
    """Baskets that would hold both, were the two unrelated within each context.

    Args:
        held: (products, contexts); ``every``: (contexts,).
    """
    among = held @ (held / np.where(every > 0, every, 1.0)).T
    return np.asarray(among[pairs.first, pairs.second], dtype=np.float64)


def _jackknife(left_out: Floats) -> Floats:
    """Variance from (pairs, bins) estimates without one bin each; infinite where one is nan."""
    is_whole = np.isfinite(left_out).all(1)
    around = left_out - left_out.mean(1, keepdims=True)
    spread = (BINS - 1) / BINS * (around**2).sum(1)
    return np.where(is_whole, spread, np.inf)


def _dense(baskets: Baskets, pairs: Pairs, some: Ints) -> Floats:
    """(some, contexts, sizes, bins) baskets that hold both."""
    size = baskets.every.size
    found = np.zeros((some.size, size))
    for row, pair in enumerate(some):
        entries = slice(pairs.starts[pair], pairs.starts[pair + 1])
        found[row, pairs.cells[entries]] = pairs.counts[entries]
    return found.reshape(-1, *baskets.every.shape)


def _usual_pull(baskets: Baskets, pairs: Pairs, often: Ints) -> float:
    """The pull between any two products of this shop: the median over some pairs, never below 0;
    0 where there are too few pairs to know."""
    some = often[:: max(1, often.size // _PAIRS_OF_USUAL)]
    if some.size < _FEWEST_OF_USUAL:
        return 0.0
    pull, _ = _pulls(baskets, pairs, some)
    known = pull[np.isfinite(pull)]
    return max(0.0, float(np.median(known))) if known.size else 0.0


def _beyond(score: Floats) -> Floats:
    from scipy.special import stdtr

    return np.asarray(stdtr(BINS - 1, -score), dtype=np.float64)


def _pulls(baskets: Baskets, pairs: Pairs, asked: Ints) -> tuple[Floats, Floats]:
    """Log odds ratios among baskets alike, and their standard errors."""
    found = np.empty((2, asked.size))
    for start in range(0, asked.size, _CHUNK):
        some = slice(start, start + _CHUNK)
        found[:, some] = _some_pulls(baskets, pairs, asked[some])
    return found[0], found[1]


def _some_pulls(baskets: Baskets, pairs: Pairs, some: Ints) -> tuple[Floats, Floats]:
    both = _dense(baskets, pairs, some)
    a, b = baskets.holding[pairs.first[some]], baskets.holding[pairs.second[some]]
    # With s other products: both in baskets of s + 2, one of them in s + 1, neither in s.
    tables = (
        both[:, :, 3:],
        (a - both)[:, :, 2:-1],
        (b - both)[:, :, 2:-1],
        (baskets.every - a - b + both)[:, :, 1:-2],
    )
    sums = tuple(part.sum(3) for part in tables)
    left_out = [
        _mantel_haenszel(
            *(total - part[..., one] for total, part in zip(sums, tables, strict=True))
        )
        for one in range(BINS)
    ]
    return _mantel_haenszel(*sums), np.sqrt(_jackknife(np.stack(left_out, axis=1)))


def _mantel_haenszel(ab: Floats, a_only: Floats, b_only: Floats, neither: Floats) -> Floats:
    """Log of the common odds ratio over contexts and sizes; half a basket is added to each side."""
    n = ab + a_only + b_only + neither
    n = np.where(n > 0, n, 1.0)
    up, down = (ab * neither / n).sum((1, 2)), (a_only * b_only / n).sum((1, 2))
    log = np.log((up + 0.5) / (down + 0.5))
    return np.where(up > 0, log, np.nan)
