"""After which hours people come back less often than the same people do after others.

Regulars come early and tourists at noon: who comes at an hour decides most of how often its
visitors return. So each person's visits in a cell (place, weekday, hour) are compared with their
own other visits (Mantel and Haenszel 1959, one stratum a person): the risk difference of Greenland
and Robins (1985) with Sato's variance (1989), which holds for many small strata, and the
conditional score test. Somebody who only ever comes at that hour, or never, says nothing. People
who stopped coming count by their last visit.

A visit is *followed* when another comes within twice the person's own median gap: the same wait
means nothing of somebody who comes monthly, and a lost regular of somebody who came daily.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.science.arrays import Flags, Floats, Ints
from regulars.science.discovery import false_discovery, inflation
from regulars.science.intervals import normal_quantile

SPAN_OF_GAPS = 2.0
SHORTEST_SPAN_DAYS, LONGEST_SPAN_DAYS = 7.0, 90.0
FEWEST_GAPS = 2
FEWEST_VISITS = 50
FEWEST_PEOPLE = 20
FALSE_SHARE = 0.05
SMALLEST_DIFFERENCE = 0.03
"""Fewer people lost than 3 in 100 visits is called none: too small to act on."""
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits in order of person and day, one a person and day.

    Attributes:
        person, day: (visits,) numbers; ``day`` counts from any day.
        is_followed: another visit came within the person's span.
        is_known: the person has a span of their own, and after this visit it is over.
        usual_days: median over people of the span.
    """

    person: Ints
    day: Ints
    is_followed: Flags
    is_known: Flags
    usual_days: float


@dataclass(frozen=True, slots=True)
class Hours:
    """Per cell; nan where there is too little to compare.

    Attributes:
        visits, followed: visits in the cell whose span is over, and those followed by another.
        people: people with visits both in the cell and elsewhere: the ones compared.
        usual: share of visits that would be followed, were these people's visits like their others.
        difference, low, high: share followed less the usual share, with the 95 % interval.
        chance: one-sided p-value that the hour loses nobody; ``false_share``: its q-value.
        is_found: beyond chance, and large enough to act on.
    """

    visits: Ints
    followed: Ints
    people: Ints
    usual: Floats
    difference: Floats
    low: Floats
    high: Floats
    chance: Floats
    false_share: Floats
    is_found: Flags


def visits(person: npt.ArrayLike, day: npt.ArrayLike, *, last_day: int) -> tuple[Visits, Ints]:
    """Visits with whether each was followed by another; and which rows they were.

    Args:
        person, day: (rows,) one row per order; several of a person on a day are one visit, the
            first row of it.
        last_day: the last complete day of data.

    A person's span is twice their median gap, 7 to 90 days; it takes two gaps to have one.
    """
    who, when = np.asarray(person, dtype=np.int64), np.asarray(day, dtype=np.int64)
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    is_new = np.ones(who.size, dtype=np.bool_)
    is_new[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    rows, who, when = order[is_new], who[is_new], when[is_new]
    same = who[1:] == who[:-1]
    gaps = np.full(who.size, _NEVER)
    gaps[:-1][same] = np.diff(when)[same]
    spans = _spans(who, gaps)
    has_span = np.isfinite(spans)
    days = np.where(has_span, spans, 0.0)
    usual = float(np.median(spans[has_span])) if has_span.any() else float("nan")
    found = Visits(who, when, gaps <= days, has_span & (when + days <= last_day), usual)
    return found, rows.astype(np.int64)


def _spans(who: Ints, gaps: Ints) -> Floats:
    """Days within which each visit's person should be back; nan below two gaps."""
    starts = np.flatnonzero(np.diff(who, prepend=-1)) if who.size else np.empty(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, who.size))
    # A person's visits stay together, their gaps in order; the last visit has none.
    ranked = gaps[np.lexsort((gaps, who))].astype(np.float64)
    count = sizes - 1
    middle = np.where(count > 0, starts + (count - 1) // 2, starts)
    upper = np.where(count > 0, starts + count // 2, starts)
    median = (ranked[middle] + ranked[upper]) / 2 if who.size else np.empty(0)
    spans = np.clip(SPAN_OF_GAPS * median, SHORTEST_SPAN_DAYS, LONGEST_SPAN_DAYS)
    return np.repeat(np.where(count >= FEWEST_GAPS, spans, np.nan), sizes)


def losing_hours(
    person: Ints, cell: Ints, is_followed: Flags, cells: int, *, confidence: float = 0.95
) -> Hours:
    """Compare every cell with the same people's visits outside it.

    Args:
        person: (visits,); ``cell``: (visits,) below ``cells``; ``is_followed``: (visits,).
    """
    _, who = np.unique(person, return_inverse=True)
    followed = is_followed.astype(np.float64)
    total = np.bincount(who).astype(np.float64)
    came = np.bincount(who, followed, total.size).astype(np.float64)
    pair, at = np.unique(who * cells + cell, return_inverse=True)
    n1, a = (np.bincount(at, part, pair.size).astype(np.float64) for part in (None, followed))
    one, where = pair // cells, pair % cells
    strata = _Strata(a, n1, came[one] - a, total[one] - n1)
    visits_in = np.bincount(where, n1, cells)
    followed_in = np.bincount(where, a, cells)
    people = np.bincount(where, strata.n0 > 0, cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        difference, spread, score = strata.compared(where, cells)
        is_asked = (visits_in >= FEWEST_VISITS) & (people >= FEWEST_PEOPLE) & np.isfinite(score)
        wide = inflation(score[is_asked])
        chance = np.where(is_asked, _lower(score / np.sqrt(wide)), np.nan)
        half = normal_quantile(confidence) * np.sqrt(spread * wide)
        difference = np.where(is_asked, difference, np.nan)
        usual = np.clip(followed_in / visits_in - difference, 0.0, 1.0)
    false_share = false_discovery(chance)
    with np.errstate(invalid="ignore"):
        is_found = (false_share <= FALSE_SHARE) & (difference <= -SMALLEST_DIFFERENCE)
    return Hours(
        visits_in.astype(np.int64),
        followed_in.astype(np.int64),
        people.astype(np.int64),
        usual,
        difference,
        np.maximum(difference - half, -1.0),
        np.minimum(difference + half, 1.0),
        chance,
        false_share,
        is_found & (difference + half < 0),
    )


@dataclass(frozen=True, slots=True)
class _Strata:
    """Tables of one person and cell: ``a`` of ``n1`` visits inside were followed, ``b`` of ``n0``
    outside."""

    a: Floats
    n1: Floats
    b: Floats
    n0: Floats

    def compared(self, where: Ints, cells: int) -> tuple[Floats, Floats, Floats]:
        """Risk difference, its variance and the score per cell."""
        a, n1, b, n0 = self.a, self.n1, self.b, self.n0
        n = n1 + n0
        m = a + b

        def total(values: Floats) -> Floats:
            return np.asarray(np.bincount(where, values, cells), dtype=np.float64)

        weight = total(n1 * n0 / n)
        difference = total((a * n0 - b * n1) / n) / weight
        up = total((n1**2 * b - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2)
        across = total((a * (n0 - b) + b * (n1 - a)) / (2 * n))
        spread = (difference * up + across) / weight**2
        chance = total(np.where(n > 1, n1 * n0 * m * (n - m) / (n**2 * np.maximum(n - 1, 1)), 0))
        score = total(np.where(n0 > 0, a - n1 * m / n, 0.0)) / np.sqrt(chance)
        return difference, spread, score


def _lower(score: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr(score), dtype=np.float64)
