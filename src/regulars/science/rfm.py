"""RFM: recency, frequency and money scored 1 to 5, and the named segments they make.

Scores are ranks within the shop. A score says what share of people somebody is ahead of:
1 + ⌊5 · share with less⌋. Equal people get equal scores whatever their order, so fewer than five
different values give fewer than five scores, and 5 is kept for those who really stand out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.science.arrays import Floats, Ints, as_floats
from regulars.science.segments import FEWEST, SEGMENTS

_KEYS = {segment.key: number for number, segment in enumerate(SEGMENTS)}

GRID: tuple[tuple[str, ...], ...] = (
    # frequency 1 … 5, one line per recency from 5 (just here) down to 1 (long ago)
    ("new", "promising", "promising", "champions", "champions"),
    ("new", "promising", "promising", "loyal", "champions"),
    ("promising", "needs_attention", "needs_attention", "loyal", "loyal"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    ("lost", "lost", "at_risk", "at_risk", "cant_lose"),
)

NEW_DAYS = 28
"""A first purchase makes a new face for so many days at least."""

IN_RHYTHM_CHANCE = 0.25
"""Whoever keeps silent longer than now in so many of their own gaps is where they usually are."""

REGULAR_FROM = 3
"""So many purchases make somebody a regular, whatever the ranks: from there on a rhythm is seen."""

_TOO_FEW_PURCHASES = {"champions": "promising", "loyal": "promising", "cant_lose": "at_risk"}
_TOO_FEW_PEOPLE = {"champions": "loyal", "cant_lose": "at_risk"}
_AWAY = {"champions": "cant_lose", "loyal": "at_risk", "promising": "at_risk",
         "needs_attention": "at_risk"}  # fmt: skip
_GRID = np.array([[_KEYS[key] for key in line] for line in reversed(GRID)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class RfmScores:
    """Scores 1..5 per person, and ``segment``: places in :data:`SEGMENTS`."""

    recency: Ints
    frequency: Ints
    money: Ints
    segment: Ints

    def keys(self) -> list[str]:
        """The segment's key per person."""
        return [SEGMENTS[number].key for number in self.segment.tolist()]


def score(values: Floats) -> Ints:
    """1 + ⌊5 · share of people with a smaller value⌋; 3 for everybody when all are equal."""
    if values.size == 0:
        return np.zeros(0, dtype=np.int64)
    ranked = np.sort(values)
    if ranked[0] == ranked[-1]:
        return np.full(values.size, 3, dtype=np.int64)
    below = np.searchsorted(ranked, values, side="left")
    return (1 + (5 * below) // values.size).astype(np.int64)


def rfm(
    days_since: npt.ArrayLike,
    purchases: npt.ArrayLike,
    money: npt.ArrayLike,
    is_quiet: npt.ArrayLike | None = None,
    chance_of_longer: npt.ArrayLike | None = None,
) -> RfmScores:
    """Score everybody who has bought at least once.

    Args:
        days_since: days since the last purchase; fewer is better.
        purchases: number of purchases (days with one).
        money: spent in all, or per year; refunds taken off.
        is_quiet: silent for long by their own rhythm; unknown counts as no.
        chance_of_longer: share of their own gaps that last longer than the silence now; nan
            where no rhythm is known.

    Money is scored but does not choose the segment: a big single order makes no regular. Ranks
    alone would call people what they are not, so facts outrank them. Who bought once is new for
    four weeks, and later neither coming back nor slowing down; who bought twice is not new, and no
    regular either (`REGULAR_FROM`). With too few to rank (`FEWEST`) nobody is among the best. Who
    has gone quiet by their own rhythm is among those who stay away; whose silence is nothing
    unusual for them (`IN_RHYTHM_CHANCE`) counts as just seen, however early others come. Where
    there are too few to rank, or all were seen last on one day, four weeks are lately.
    """
    since = as_floats(days_since, "days_since")
    bought = as_floats(purchases, "purchases")
    spent = as_floats(money, "money")
    if not since.shape == bought.shape == spent.shape:
        raise ValueError("days_since, purchases and money must have the same length")
    recency, frequency = score(-since), score(bought)
    is_usual = np.zeros(since.size, dtype=np.bool_)
    if chance_of_longer is not None:
        is_usual = np.asarray(chance_of_longer, dtype=np.float64) >= IN_RHYTHM_CHANCE
    segment = _segments(
        np.where(is_usual, np.maximum(recency, 4), recency), frequency, since, bought
    )
    if is_quiet is not None:
        _put(segment, _AWAY, where=np.asarray(is_quiet, dtype=np.bool_))
    return RfmScores(recency, frequency, score(spent), segment)


def _segments(recency: Ints, frequency: Ints, since: Floats, bought: Floats) -> Ints:
    is_single, is_lately = bought <= 1, since <= NEW_DAYS
    if since.size < FEWEST or since.min() == since.max():
        recency = np.where(is_lately, np.maximum(recency, 4), recency)
    found: Ints = _GRID[recency - 1, np.where(is_single, 0, frequency - 1)]
    found[is_single & (found == _KEYS["promising"])] = _KEYS["hibernating"]
    found[~is_single & (found == _KEYS["new"])] = _KEYS["promising"]
    found[is_single & is_lately] = _KEYS["new"]
    _put(found, _TOO_FEW_PURCHASES, where=bought < REGULAR_FROM)
    _put(found, _TOO_FEW_PEOPLE, where=np.full(since.size, since.size < FEWEST))
    return found


def _put(segment: Ints, other: Mapping[str, str], *, where: npt.NDArray[np.bool_]) -> None:
    """Put whoever is in one of ``other``'s segments ``where`` that holds into its other one."""
    for here, there in other.items():
        segment[where & (segment == _KEYS[here])] = _KEYS[there]
