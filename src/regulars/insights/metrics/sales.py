"""Questions on orders and their lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .shapes import GOODS_KINDS, REVENUE_KINDS, Shape, grouped, relation

if TYPE_CHECKING:
    import ibis.expr.types as ir

Amount = Callable[["ir.Table"], "ir.IntegerValue"]

# Groups of a bootstrap: all orders of a person fall in one bin, so that what one person does
# varies as a whole. The low bits of a key are even enough, and equal on every engine.
BINS_OF_TOTAL, BINS_OF_GROUP = 512, 128


def total_of(of_order: Amount, of_line: Amount, counted: Amount) -> Callable[[Shape], ir.Table]:
    """Return the question for a sum of money; ``counted`` says which rows it rests on."""

    def question(shape: Shape) -> ir.Table:
        rows = relation("sale_lines" if shape.lines else "sales")
        amount = of_line(rows) if shape.lines else of_order(rows)
        n = (amount != 0).sum() if shape.lines else counted(rows)
        figures: dict[str, ir.Value] = {"top": amount.sum(), "n": n}
        if shape.interval:
            figures["square"] = (amount.cast("float64") * amount.cast("float64")).sum()
        return grouped(rows, shape, **figures)

    return question


def _lines_of(kinds: tuple[str, ...]) -> Amount:
    def amount(rows: ir.Table) -> ir.IntegerValue:
        return rows.kind.isin(kinds).ifelse(rows.amount_minor, 0)

    return amount


def _refund_of_line(rows: ir.Table) -> ir.IntegerValue:
    is_refund = (rows.kind == "refund") | (rows.is_return & rows.kind.isin(REVENUE_KINDS))
    return is_refund.ifelse(-rows.amount_minor, 0)


def _discount_of_line(rows: ir.Table) -> ir.IntegerValue:
    return (rows.kind == "discount").ifelse(-rows.amount_minor, 0)


revenue = total_of(
    lambda rows: rows.amount_minor, _lines_of(REVENUE_KINDS), lambda rows: rows.is_priced.sum()
)
goods_revenue = total_of(
    lambda rows: rows.goods_minor, _lines_of(GOODS_KINDS), lambda rows: rows.is_priced.sum()
)
refunds = total_of(
    lambda rows: rows.refund_minor, _refund_of_line, lambda rows: (rows.refund_minor > 0).sum()
)
discounts = total_of(
    lambda rows: rows.discount_minor,
    _discount_of_line,
    lambda rows: (rows.discount_minor > 0).sum(),
)


def sold(rows: ir.Table, shape: Shape) -> ir.BooleanValue:
    """Say whether a row belongs to an order that counts as one: accepted, not a return, not nil;
    where the file tells no prices, every order does."""
    counts = (rows.amount_minor > 0) | ~rows.is_priced
    if shape.lines:
        return ~rows.is_return & (rows.kind == "goods") & counts
    return counts


def orders(shape: Shape) -> ir.Table:
    """How many orders; by product or category, how many different orders had it."""
    rows = relation("sale_lines" if shape.lines else "sales")
    if shape.lines:
        count = rows.order_key.nunique(where=sold(rows, shape))
    else:
        count = sold(rows, shape).sum()
    return grouped(rows, shape, n=count)


def pieces(shape: Shape) -> ir.Table:
    """Pieces of goods sold, those brought back taken off."""
    rows = relation("sale_lines")
    counted = (rows.kind == "goods").ifelse(rows.quantity, 0.0)
    figures: dict[str, ir.Value] = {"top": counted.sum(), "n": (counted != 0).sum()}
    if shape.interval:
        figures["square"] = (counted * counted).sum()
    return grouped(rows, shape, **figures)


def anonymous_share(shape: Shape) -> ir.Table:
    """Orders without anybody's identifier, of all orders."""
    rows = relation("sales")
    counts = sold(rows, shape)
    anonymous = (counts & rows.identifier_id.isnull()).sum()
    return grouped(rows, shape, top=anonymous, n=counts.sum())


def unpaid_share(shape: Shape) -> ir.Table:
    """Orders that were cancelled or wait for their payment, of all."""
    rows = relation("sales_told")
    return grouped(rows, shape, top=(rows.status != "accepted").sum(), n=rows.count())


def average_order_value(shape: Shape) -> ir.Table:
    """Revenue over orders, those whose prices are known."""
    rows = relation("sales")
    count = (rows.amount_minor > 0).sum()
    return in_bins(rows, shape, rows.order_key, top=rows.amount_minor.sum(), bottom=count, n=count)


def refund_rate(shape: Shape) -> ir.Table:
    """Money given back over money taken before that."""
    rows = relation("sale_lines" if shape.lines else "sales")
    back = _refund_of_line(rows) if shape.lines else rows.refund_minor
    net = _lines_of(REVENUE_KINDS)(rows) if shape.lines else rows.amount_minor
    figures = {"top": back.sum(), "bottom": (back + net).sum(), "n": rows.count()}
    return in_bins(rows, shape, rows.order_key, **figures)


def in_bins(rows: ir.Table, shape: Shape, alone: ir.IntegerColumn, **figures: ir.Value) -> ir.Table:
    """Return ``figures`` per group, and per bin of people when an interval is asked for.

    ``alone`` is the key that bins a row of nobody's.
    """
    if not shape.interval:
        return grouped(rows, shape, **figures)
    bins = BINS_OF_GROUP if shape.by else BINS_OF_TOTAL
    return grouped(
        rows, shape, {"bin": rows.identifier_id.fill_null(alone) & (bins - 1)}, **figures
    )
