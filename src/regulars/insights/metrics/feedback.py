"""Questions on reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sales import in_bins
from .shapes import Shape, grouped, relation

if TYPE_CHECKING:
    import ibis.expr.types as ir

STARS = 5


def reviews(shape: Shape) -> ir.Table:
    """How many reviews came in."""
    rows = relation("reviews")
    return grouped(rows, shape, n=rows.count())


def review_mean(shape: Shape) -> ir.Table:
    """Mean rating as stars out of five; reviews without a rating do not count."""
    rows = relation("reviews")
    rated = rows.filter(rows.rating.notnull() & (rows.rating_max > 0))
    stars = rated.rating.cast("float64") * STARS / rated.rating_max
    count = rated.count()
    return in_bins(rated, shape, rated.feedback_key, top=stars.sum(), bottom=count, n=count)
