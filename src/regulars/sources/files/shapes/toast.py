"""Toast: item selections (a row per line) and orders."""

from __future__ import annotations

from decimal import Decimal

from regulars.kernel.telling import told

from ..plan import Reader
from ..readers.columns import Columns
from ..readers.rows import Cells
from ..readers.sales import build_sales
from ..readers.words import is_yes, squeezed
from ..records import Record, SaleRow
from .shape import ORDER, Shape, fields


def read_items(columns: Columns) -> Reader:
    """Compile the reader of item selections.

    A void takes one line off an order whose other lines stand: the line lands with quantity and
    amount 0, so the order keeps its state.
    """
    sold, void = build_sales(columns), columns.raw("event")

    def read(row_no: int, cells: Cells) -> Record:
        row = sold(row_no, cells)
        if isinstance(row, SaleRow) and (is_yes(void(cells)) or squeezed(void(cells)) == "voided"):
            row.quantity, row.amount_minor, row.charges = Decimal(0), 0, ()
        return row

    return read


ITEMS = Shape(
    name="toast_items",
    title=told("Toast item selection details"),
    kind="sales",
    namespace="toast",
    required=("Order Id", "Item Selection Id", "Menu Item", "Net Price", "Qty"),
    optional=("Void?", "Gross Price", "Sales Category", "Check Id", "Menu Group"),
    fields=fields(
        order_id="Order Id", line_id="Item Selection Id", date="Order Date|Sent Date",
        item="Menu Item",
        sku="SKU|PLU|Item Id", category="Sales Category|Menu Group", quantity="Qty",
        amount="Gross Price|Net Price", discount="Discount", tax="Tax", event="Void?",
        place="Location",
        channel="Dining Option",
    ),
    evidence="header in two importers; no page of the vendor lists it",
    row_model="row_per_line",
    complete_orders=True,
    has_line_ids=True,
    options={"charges": "line"},
    read=read_items,
)  # fmt: skip

ORDERS = Shape(
    name="toast_orders",
    title=told("Toast order details"),
    kind="sales",
    namespace="toast",
    required=("Order Id", "Opened", "Amount", "Total", "Voided"),
    optional=("Checks", "Tip", "Gratuity", "Tax", "Revenue Center", "# of Guests"),
    fields=fields(
        order_id="Order Id", date="Opened", amount="Amount", tax="Tax", tip="Tip + Gratuity|Tip",
        cancelled="Voided", place="Location", channel="Dining Options", item="Service",
    ),
    evidence="a field list seen in part; order and names not confirmed by the vendor",
    row_model="row_per_order",
    detail_level=ORDER,
    adds_to_lines=frozenset(("tip",)),
    complete_orders=True,
    options={"charges": "line"},
)  # fmt: skip

SHAPES = (ITEMS, ORDERS)
