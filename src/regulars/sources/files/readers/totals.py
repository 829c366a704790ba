"""Orders that come as totals: what the customer paid, and the parts of it that are not goods."""

from __future__ import annotations

from regulars.kernel.money import to_minor

from ..plan import Reader
from ..records import Charges, Record, SaleRow
from .columns import Columns
from .rows import Cells, RowProblem, rejected
from .sales import clean_id
from .words import order_status, squeezed


def state_of(word: str, back: int, whole: int) -> tuple[str, int]:
    """Return an order's status and what was given back, from its state and the sum refunded.

    The state ``refunded`` without a sum gives back all.
    """
    if squeezed(word).removeprefix("wc") == "refunded":
        return "accepted", back or whole
    return order_status(word), back


def charges_of(postage: int, fee: int, tax: int, back: int, whole: int) -> Charges:
    """Return an order's charges in minor units. A refund takes its share of the taxes from tax,
    not from revenue."""
    tax_back = round(back * tax / whole) if whole else 0
    entries = (
        ("postage", postage), ("fee", fee), ("tax", tax), ("refund", tax_back - back),
        ("tax", -tax_back),
    )  # fmt: skip
    return tuple(entry for entry in entries if entry[1])


def build_order_totals(columns: Columns) -> Reader:
    """Compile the reader of an order table that states totals: one row per order, or one per item.

    Every row repeats the order's values: they count once, on its first row. With one row per order
    the goods are what is left of the total after postage,
    fees and taxes. Amounts of items are after
    discounts and before taxes, so discounts are not charged again.
    """
    columns.require("order_id", "date")
    order, when = columns.text("order_id"), columns.instant("date")
    state, currency = columns.text("status"), columns.currency("total")
    total, postage, fee = columns.money("total"), columns.money("postage"), columns.money("fee")
    tax, refund = columns.money("tax"), columns.money("refund")
    has_total = columns.number("total")
    by_line = columns.has("item") and columns.has("amount")
    line, count = columns.number("amount"), columns.number("quantity")
    sku, item, category = columns.text("sku"), columns.text("item"), columns.text("category")
    who, traits, line_id = columns.identifiers(), columns.traits(), columns.text("line_id")
    last_order = ""

    def read(row_no: int, cells: Cells) -> Record:
        nonlocal last_order
        try:
            order_id, happened_at = clean_id(order(cells)), when(cells)
            if not order_id:
                raise columns.empty("no_order", "order_id")
            if happened_at is None:
                raise columns.empty("no_date", "date")
            money = currency(cells)
            whole, sent, charged, taxed = (
                total(cells, money), postage(cells, money), fee(cells, money), tax(cells, money)
            )  # fmt: skip
            if has_total(cells) is None and not by_line:
                raise columns.empty("no_amount", "total")
            amount = whole - sent - charged - taxed
            if by_line:
                own = line(cells)
                amount = to_minor(own, money) if own is not None else 0
            status, back = state_of(state(cells), abs(refund(cells, money)), whole)
            charges = charges_of(sent, charged, taxed, back, whole)
            given = charges if order_id != last_order else ()
            last_order = order_id
            return SaleRow(
                row_no, order_id, line_id(cells) or None, happened_at, sku(cells), item(cells),
                category(cells), count(cells), None, amount, "goods", status, money, None, None,
                who(cells), traits(cells), given,
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read
