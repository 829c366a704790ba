"""Which table of the mart tells what a metric counts: without rows there, it is not known."""

from __future__ import annotations

from .registry_of_visits import VISITS

_OF_ORDERS = frozenset({"first_visit_retention", "unpaid_share"})
_OF_BOOKINGS = frozenset(metric.name for metric in VISITS) - _OF_ORDERS
_OF_FEEDBACK = frozenset({"review_mean", "reviews"})


def table_of(metric: str) -> str:
    """Return the name of the table whose rows a metric counts."""
    if metric in _OF_BOOKINGS:
        return "bookings"
    return "feedback" if metric in _OF_FEEDBACK else "orders"
