"""Square: transactions (a row per payment), items (a row per line), customers."""

from __future__ import annotations

from regulars.kernel.telling import told

from ..plan import Reader
from ..readers.columns import Columns
from ..readers.rows import Cells, Memo, RowProblem, rejected
from ..readers.sales import clean_id
from ..readers.words import squeezed
from ..records import Record, SaleRow
from .shape import ORDER, Shape, fields

_NOT_SALES = {"payout", "transfer", "cashmanagement", "paidin", "paidout", "noSale".casefold()}


def _order_id(transaction: str, payment: str, is_refund: bool) -> str:
    """A refund is a return of its own, on its own day; both files know its payment id."""
    return f"{transaction}/refund/{payment}" if is_refund else transaction


def read_transactions(columns: Columns) -> Reader:
    """Compile the reader of the transactions file: one row per payment or refund.

    Net sales = gross sales + discounts (discounts are below zero, and above in a refund). Service
    charges are a fee. Gift cards sold are ``payment``, not revenue; tax and tip stand apart. Where
    the items file told the lines, only tip, fee and gift cards of this file are added.
    """
    return _compile(columns, line_level=False)


def read_items(columns: Columns) -> Reader:
    """Compile the reader of the items file: one row per line, with its own discount and tax."""
    return _compile(columns, line_level=True)


def _compile(columns: Columns, *, line_level: bool) -> Reader:
    columns.require("order_id", "date", "amount")
    when = columns.instant("date", "time", "zone")
    transaction, payment = columns.text("order_id"), columns.text("reference")
    event, state = columns.text("event"), columns.text("status")
    gross, quantity = columns.money("amount"), columns.number("quantity")
    currency = columns.currency("amount")
    charges = [
        (kind, columns.money(name))
        for kind, name in (
            ("discount", "discount"), ("fee", "fee"), ("refund", "refund"), ("tax", "tax"),
            ("tip", "tip"), ("payment", "gift_cards"),
        )
        if columns.has(name)
    ]  # fmt: skip
    sku, item, variant = columns.text("sku"), columns.text("item"), columns.text("variant")
    category, place, channel = (
        columns.text("category"),
        columns.text("place"),
        columns.text("channel"),
    )
    who, traits = columns.identifiers(), columns.traits()
    words = Memo(squeezed)

    def read(row_no: int, cells: Cells) -> Record:
        try:
            number, what = clean_id(transaction(cells)), words[event(cells)]
            if what in _NOT_SALES:
                raise RowProblem(
                    "not_a_record", told("“%(text)s” is not a sale.", text=event(cells))
                )
            if not number:
                raise RowProblem("no_order", told("Transaction ID is empty."))
            happened_at = when(cells)
            if happened_at is None:
                raise RowProblem("no_date", told("Date is empty."))
            is_refund = "refund" in what
            money = currency(cells)
            count = quantity(cells) if line_level else None
            amount = gross(cells, money)
            name = item(cells)
            option = variant(cells)
            if option and option.casefold() not in ("regular", name.casefold()):
                name = f"{name} – {option}"
            return SaleRow(
                row_no, _order_id(number, clean_id(payment(cells)), is_refund), None, happened_at,
                sku(cells), name, category(cells), count, None, amount, "goods",
                "cancelled" if words[state(cells)] in ("failed", "voided",
                "canceled") else "accepted",
                money, place(cells) or None, channel(cells) or None, who(cells), traits(cells),
                tuple((kind, minor) for kind, value in charges if (minor := value(cells, money))),
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


_COMMON = {
    "order_id": "Transaction ID", "reference": "Payment ID", "date": "Date", "time": "Time",
    "zone": "Time Zone",
    "amount": "Gross Sales", "discount": "Discounts", "tax": "Tax", "event": "Event Type",
    "place": "Location",
    "customer_id": "Customer ID", "name": "Customer Name",
}  # fmt: skip

TRANSACTIONS = Shape(
    name="square_transactions",
    title=told("Square transactions"),
    kind="sales",
    namespace="square",
    required=("Date", "Time", "Gross Sales", "Net Sales", "Total Collected", "Transaction ID"),
    optional=("Gift Card Sales", "Tip", "Fees", "Net Total", "Card Entry Methods"),
    fields=fields(
        **_COMMON, tip="Tip", fee="Service Charges", refund="Partial Refunds",
        gift_cards="Gift Card Sales",
        item="Description", status="Transaction Status", channel="Channel|Source",
    ),
    evidence="headers of 2018 and 2026 in four importers; no page of the vendor lists them",
    row_model="row_per_payment",
    detail_level=ORDER,
    adds_to_lines=frozenset(("tip", "fee", "payment")),
    complete_orders=True,
    read=read_transactions,
)  # fmt: skip

ITEMS = Shape(
    name="square_items",
    title=told("Square items"),
    kind="sales",
    namespace="square",
    required=("Date", "Time", "Item", "Qty", "Gross Sales", "Net Sales", "Transaction ID"),
    optional=("Price Point Name", "Modifiers Applied", "Category", "SKU", "Event Type"),
    fields=fields(
        **_COMMON, item="Item", variant="Price Point Name", sku="SKU|GTIN", category="Category",
        quantity="Qty", channel="Channel",
    ),
    evidence="headers of 2018 to 2026 in two importers; no page of the vendor lists them",
    row_model="row_per_line",
    complete_orders=True,
    read=read_items,
)  # fmt: skip

CUSTOMERS = Shape(
    name="square_customers",
    title=told("Square customers"),
    kind="customers",
    namespace="square",
    required=("Square Customer ID", "Email Address|Phone Number"),
    optional=("Email Subscription Status", "Lifetime Spend", "Last Visit", "Reference ID"),
    fields=fields(
        customer_id="Square Customer ID", email="Email Address", phone="Phone Number",
        first_name="First Name", last_name="Last Name|Surname", company="Company Name",
        street="Street Address 1|Address Line 1", city="City", region="State",
        postcode="Postal Code",
        birthday="Birthday", note="Memo", consent_email="Email Subscription Status",
    ),
    evidence="columns named in two importers; the vendor's help names only the states of consent",
    options={
        "origin": "Square customers",
        "ignore": "Lifetime Spend|Last Visit|First Visit|Transaction Count|Street Address 2",
    },
)  # fmt: skip

SHAPES = (TRANSACTIONS, ITEMS, CUSTOMERS)
