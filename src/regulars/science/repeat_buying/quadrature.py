"""Nodes for ∫ (α+u)^-p (β+u)^-q du, the one integral behind everything in Pareto/NBD.

The textbook form is a difference of Gauss hypergeometric functions, which cancels or overflows for
long histories and has no closed derivatives. The integral itself is a sum of positive terms. In
w = log((m+u)/(m+lo)), m = min(α, β), the integrand is an exponential times a power of
``constant + e^w`` with no singularity within π of the path, so 16 Gauss-Legendre nodes
give eight digits and 24 all of them, once the interval is cut where the integrand has fallen by
e^-26.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from regulars.science.arrays import Floats

FALL = 26.0
FIT_NODES = 16
SCORE_NODES = 24


@cache
def _legendre(nodes: int) -> tuple[Floats, Floats]:
    """Nodes and log weights on [0, 1]."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return (
        np.asarray(0.5 * (points + 1.0), dtype=np.float64)[:, None],
        np.asarray(np.log(0.5 * weights), dtype=np.float64)[:, None],
    )


def log_nodes(
    alpha: float,
    beta: float,
    powers: tuple[Floats, Floats | float],
    low: Floats,
    high: Floats,
    nodes: int = SCORE_NODES,
) -> tuple[Floats, Floats]:
    """Points and log weights of the rule, both (nodes, rows).

    Args:
        powers: p of (α+u) per row and q of (β+u); they only decide where to cut.
        low, high: ends of the integral per row; an empty interval has log weights -inf.

    Σ exp(log weight) · f(u) ≈ ∫ f(u) du for f close to (α+u)^-p (β+u)^-q.
    """
    small, large = (alpha, beta) if alpha <= beta else (beta, alpha)
    p, q = powers if alpha <= beta else (powers[1], powers[0])
    steepness = np.asarray(p - 1.0, dtype=np.float64)
    width = _cut(
        steepness,
        np.asarray(q, dtype=np.float64),
        (small + low) / (large + low),
        np.log1p((high - low) / (small + low)),
    )
    points, log_weights = _legendre(nodes)
    w = points * width
    with np.errstate(divide="ignore"):
        base = np.log(width) + np.log(small + low)
    return low + (small + low) * np.expm1(w), log_weights + base + w


def _cut(steepness: Floats, other: Floats, ratio: Floats, width: Floats) -> Floats:
    """Smaller of ``width`` and where the integrand has fallen by e^-FALL.

    The fall is convex in w, so Newton from the right end approaches the cut from above.
    """
    for _ in range(12):
        rise = ratio * np.expm1(width)
        excess = steepness * width + other * np.log1p(rise) - FALL
        if not bool((excess > 5.0).any()):
            break
        slope = steepness + other * (ratio + rise) / (1.0 + rise)
        width = np.where(excess > 0, width - excess / np.where(excess > 0, slope, 1.0), width)
    return width


def log_sum(terms: Floats) -> Floats:
    """log Σ exp over the first axis; -inf where every term is."""
    top = terms.max(axis=0)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(top + np.log(np.exp(terms - top).sum(axis=0)), dtype=np.float64)
