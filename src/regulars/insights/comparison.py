"""Comparison with the period before: difference, interval, and whether chance explains it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .uncertainty import Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """Now less before; ``is_beyond_chance`` is ``None`` when there is no telling."""

    before: float | None
    difference: float | None
    low: float | None
    high: float | None
    is_beyond_chance: bool | None


def compare(now: Estimate, before: Estimate) -> Comparison:
    """Compare two estimates of unrelated periods.

    The interval is put together from the two intervals (MOVER; Zou and Donner 2008, for shares
    Newcombe's method 10): it keeps their skew. People who buy in both periods make the two figures
    go together, so the interval errs on the wide side.
    """
    if now.value is None or before.value is None:
        return Comparison(before.value, None, None, None, None)
    difference = now.value - before.value
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return Comparison(before.value, difference, None, None, None)
    low = difference - math.hypot(now.value - now.low, before.high - before.value)
    high = difference + math.hypot(now.high - now.value, before.value - before.low)
    return Comparison(before.value, difference, low, high, low > 0 or high < 0)
