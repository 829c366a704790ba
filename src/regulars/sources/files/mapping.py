"""From a mapping to a reader: what turns the cells of one table into records."""

from __future__ import annotations

from .fields import FIELDS, KINDS, Field
from .plan import Head, MapContext, Mapping, Reader, Rows, check_kind, signature
from .readers.bookings import build_bookings
from .readers.columns import Columns
from .readers.events import build_events
from .readers.feedback import build_feedback
from .readers.listed import build_listed_orders
from .readers.people import build_people
from .readers.products import build_products
from .readers.sales import build_sales
from .shapes import SHAPES

__all__ = [
    "FIELDS", "KINDS", "Field", "Head", "MapContext", "Mapping", "Reader", "Rows", "compile_reader",
    "remarks", "signature",
]  # fmt: skip

_BUILD = {
    "sales": build_sales,
    "customers": build_people,
    "audience": build_people,
    "products": build_products,
    "reviews": build_feedback,
    "bookings": build_bookings,
    "events": build_events,
}


def compile_reader(table: Rows, mapping: Mapping, context: MapContext) -> Reader:
    """Return what reads the rows of ``table``: ``reader(row_no, cells)`` gives one record.

    Looks at the head of the table to settle how numbers and dates are written. The reader raises
    nothing: a row that cannot land comes back as :class:`~.records.Rejected`. It may remember the
    order of the row before, so rows come in file order, and reading resumed in the middle begins
    at the first row of an order.

    Raises :class:`~regulars.kernel.errors.WrongUse` for a mapping that names columns there are not,
    or leaves out a field without which nothing can be read.
    """
    columns = _columns(table, mapping, context)
    shape = SHAPES.get(mapping.shape or "")
    if shape is not None and shape.read is not None:
        return shape.read(columns)
    if mapping.kind == "sales" and columns.has("lines"):
        return build_listed_orders(columns)
    return _BUILD[mapping.kind](columns)


def remarks(table: Rows, mapping: Mapping, context: MapContext) -> list[str]:
    """Say what the cells left open of how numbers and dates are written, and how they are read."""
    return _columns(table, mapping, context).remarks


def _columns(table: Rows, mapping: Mapping, context: MapContext) -> Columns:
    check_kind(mapping.kind)
    return Columns(table, mapping, context)
