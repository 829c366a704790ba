"""What the metrics' questions share: the relations they read and the way they group.

A question answers one row per group with the columns `top`, `bottom` (where the metric is a ratio),
`n` and, when an interval is asked for, what that interval needs. Importing this module does not
load Ibis; asking a question does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulars.mart.contracts import ibis_schema
from regulars.mart.tables import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Name in a question → table of the mart. The scopes that go with them are in `insights.scoping`.
RELATIONS = {
    "sales": "orders",
    "sales_before": "orders",
    "sale_lines": "order_lines",
    "sales_ever": "orders",
    "sales_told": "orders",
    "reviews": "feedback",
    "visits": "bookings",
    "visits_past": "bookings",
    "visits_paid": "bookings",
    "visits_ever": "bookings",
    "identifiers": "identifiers",
    "products": "products",
}

# Relations that are not rows of a table: the window asked for, the last day that is known, and
# everybody's first purchase.
COMPUTED = {
    "asked": {"window_first": "date", "window_last": "date"},
    "known": {"known_until": "date"},
    "firsts": {"person": "int64", "first_at": "timestamp('UTC')", "first_on": "date"},
}

REVENUE_KINDS = ("goods", "postage", "fee", "discount", "refund")
GOODS_KINDS = ("goods", "discount", "refund")

TIME = ("day", "week", "month")
SALE = (*TIME, "hour", "weekday", "place", "channel")
LINE = (*SALE, "product", "category")
ONLY_LINES = frozenset({"product", "category"})
BOOKING = (*TIME, "hour", "weekday", "place", "channel", "staff", "what")
REVIEW = (*TIME, "place", "origin", "stars")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a question is asked: by which dimensions, on lines or orders, filtered, with interval."""

    by: tuple[str, ...] = ()
    lines: bool = False
    filtered: bool = False
    interval: bool = True


def relation(name: str) -> ir.Table:
    """Return the relation ``name`` as an unbound Ibis table."""
    import ibis

    if name in COMPUTED:
        return ibis.table(COMPUTED[name], name=name)
    return ibis.table(ibis_schema(TABLES[RELATIONS[name]]), name=name)


def dimension(rows: ir.Table, name: str) -> ir.Value:
    """Return the value of dimension ``name`` for each row."""
    if name == "week":
        return rows.local_on.truncate("W")
    if name == "month":
        return rows.local_on.truncate("M")
    if name == "product":
        return product(rows)
    columns = {"day": "local_on", "hour": "local_hour", "weekday": "local_weekday"}
    return rows[columns.get(name, name)]


def product(rows: ir.Table) -> ir.StringValue:
    """Return what makes a line's product one thing in every source: its stock code, else its name;
    null for a line that is no product."""
    import ibis

    called = (rows.sku != "").ifelse(rows.sku, rows.name)
    return rows.product_key.notnull().ifelse(called, ibis.null("string"))


def with_dimensions(rows: ir.Table, by: tuple[str, ...], *keep: str) -> ir.Table:
    """Return the columns ``keep`` of ``rows`` beside one column per dimension."""
    return rows.select(*keep, **{name: dimension(rows, name) for name in by})


def grouped(
    rows: ir.Table, shape: Shape, more_keys: Mapping[str, Any] | None = None, **figures: Any
) -> ir.Table:
    """Return ``figures`` per group; a product's group carries its name and stock code."""
    keys = {name: dimension(rows, name) for name in shape.by} | dict(more_keys or {})
    if "product" not in keys:
        return rows.group_by(**keys).aggregate(**figures) if keys else rows.aggregate(**figures)
    # The commonest name: tills let people write "faulty" where the article's name stands.
    figures |= {"line_name": rows.name.mode(), "line_sku": rows.sku.max()}
    found = rows.group_by(**keys).aggregate(**figures)
    return _named(found)


def _named(found: ir.Table) -> ir.Table:
    """Put names to products: as a list of products calls them, else as most lines do."""
    listed = relation("products")
    known = listed.group_by(known_key=product(listed)).aggregate(known_name=listed.name.max())
    joined = found.left_join(known, found.product == known.known_key)
    return joined.mutate(
        product=joined.known_name.fill_null(joined.line_name), sku=joined.line_sku
    ).drop("known_key", "known_name", "line_name", "line_sku")
