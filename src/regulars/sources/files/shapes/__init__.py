"""The exports we know, and how a header is recognised as one of them."""

from __future__ import annotations

from collections.abc import Iterable

from ..plan import plain
from . import (
    audiences,
    bookings,
    clicks,
    contacts,
    marketplaces,
    payments,
    shopify,
    square,
    toast,
    woocommerce,
)
from .shape import Shape

__all__ = ["SHAPES", "Shape", "recognise"]

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for module in (
        shopify, square, woocommerce, payments, toast, audiences, contacts, bookings, marketplaces,
        clicks,
    )
    for shape in module.SHAPES
}  # fmt: skip


def recognise(columns: Iterable[str]) -> Shape | None:
    """Return the known export that a header belongs to, or ``None``.

    Names decide, in any order and number, whatever their case and blanks. Of several that fit the
    one with most required names wins, then the one with most known names, then the alphabet.
    """
    names = frozenset(plain(column) for column in columns)
    fitting = [shape for shape in SHAPES.values() if shape.matches(names)]
    if not fitting:
        return None
    return min(fitting, key=lambda s: (*(-score for score in s.specificity(names)), s.name))
