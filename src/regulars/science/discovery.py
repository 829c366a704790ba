"""Many questions asked at once: which of the answers are more than chance. NumPy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regulars.science.arrays import Floats, as_floats

FEWEST_FOR_INFLATION = 20
FEWEST_IN_A_CROWD = 5
_MEDIAN_OF_CHI_SQUARE = 0.45493642311957283


def false_discovery(chances: npt.ArrayLike) -> Floats:
    """q-values: the smallest share of false finds at which each answer would count as found.

    Args:
        chances: p-values, 0..1; nan where nothing was asked.

    Returns:
        Same shape; nan stays nan and is not counted as a question. Benjamini and Hochberg (1995),
        valid for independent and for positively dependent tests (Benjamini, Yekutieli 2001).
    """
    p = np.asarray(chances, dtype=np.float64)
    asked = np.flatnonzero(~np.isnan(p))
    if asked.size and not bool(np.all((p[asked] >= 0) & (p[asked] <= 1))):
        raise ValueError("chances lie between 0 and 1")
    found = np.full(p.shape, np.nan)
    order = asked[np.argsort(p[asked], kind="stable")]
    ranks = np.arange(1, order.size + 1)
    raw = p[order] * order.size / ranks
    found[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return found


def family_wise(chances: npt.ArrayLike) -> Floats:
    """Adjusted p-values: how often chance alone would name anything at all at such a level.

    Args:
        chances: p-values, 0..1; nan where nothing was asked.

    Returns:
        Same shape; nan stays nan and is not counted as a question. Holm (1979), valid however the
        questions hang together. Unlike a share of false finds, true finds buy no false ones.
    """
    p = np.asarray(chances, dtype=np.float64)
    asked = np.flatnonzero(~np.isnan(p))
    found = np.full(p.shape, np.nan)
    order = asked[np.argsort(p[asked], kind="stable")]
    raw = p[order] * np.arange(order.size, 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(raw), 1.0)
    return found


def inflation(scores: npt.ArrayLike) -> float:
    """How much wider than the standard normal a set of scores lies, by the median of z².

    1 where they lie closer, or where there are fewer than 20: the middle of the scores says how
    far things move when nothing happened, and is deaf to the few that did move ("genomic
    control": Devlin, Roeder 1999).
    """
    z = as_floats(scores, "scores")
    if z.size < FEWEST_FOR_INFLATION:
        return 1.0
    return max(1.0, float(np.median(z * z)) / _MEDIAN_OF_CHI_SQUARE)


def crowd(scores: npt.ArrayLike) -> Floats:
    """How much wider than the standard normal those lie that moved less than each one did.

    1 at least, and where fewer than five moved less or nothing is known; nan counts for nothing.
    When one thing moves many others a little, a chance step of one of them is no find: it is held
    against how far the others went, not against standing still (an empirical null, Efron 2004,
    taken stepwise so that true finds do not hide each other for good).
    """
    z = np.asarray(scores, dtype=np.float64)
    wider = np.ones(z.shape)
    known = np.flatnonzero(np.isfinite(z))
    order = known[np.argsort(np.abs(z[known]), kind="stable")]
    squares = np.cumsum(z[order] ** 2)
    less = np.arange(1, order.size)
    mean = squares[:-1] / less
    wider[order[1:]] = np.where(less >= FEWEST_IN_A_CROWD, np.maximum(mean, 1.0), 1.0)
    return wider
