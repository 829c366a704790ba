"""How a metric is put into words, and how the uncertainty of its kind is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regulars.kernel.declarations import Direction, Metric
from regulars.kernel.telling import told
from regulars.kernel.units import Unit

# A mark alone: the faces translate.
_ = told
UP, DOWN, NEITHER = Direction.UP_IS_GOOD, Direction.DOWN_IS_GOOD, Direction.NEITHER

# How the uncertainty of a value is found, and from how many rows on it is given.
INTERVALS = {
    "total": (_("Compound Poisson, widened by how much weeks differ"), 5),
    "count": (_("Poisson, widened by how much weeks differ"), 5),
    "share": (_("Wilson's score interval"), 10),
    "ratio": (_("Bootstrap over groups of people"), 30),
    "median": (_("Order statistics of the median"), 10),
}


def define(
    name: str,
    title: str,
    sentence: str,
    formula: str,
    unit: Unit,
    direction: Direction,
    interval: str,
    dimensions: tuple[str, ...],
    question: Callable[..., Any],
) -> Metric:
    """Return the metric; its smallest sample is that of its kind of interval."""
    smallest = INTERVALS[interval][1]
    return Metric(
        name, title, sentence, formula, unit, direction, interval, smallest, dimensions, question
    )
