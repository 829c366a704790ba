"""Shopify: orders, customers, products."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from regulars.kernel.money import to_minor
from regulars.kernel.telling import told

from ..plan import Reader
from ..readers.columns import Columns
from ..readers.rows import Cells, Memo, RowProblem, rejected
from ..readers.sales import clean_id
from ..readers.words import kind_of_line, squeezed
from ..records import Charges, Record, SaleRow
from ..tables import BadRow
from .shape import Shape, fields

_STATUS = {
    "voided": "cancelled", "expired": "cancelled", "cancelled": "cancelled",
    "pending": "pending", "authorized": "pending", "unpaid": "pending",
}  # fmt: skip
_VOTING_ROWS = 20_000


def taxes_are_on_top(
    subtotal: Decimal, postage: Decimal, extra: Decimal, taxes: Decimal, total: Decimal
) -> bool:
    """Whether an order's taxes come on top of its prices.

    Prices include them when subtotal + postage (+ duties) already make the total; a penny of
    rounding is allowed, and where neither sum fits (a tip, a gift) the nearer one counts.
    """
    without = abs(total - subtotal - postage - extra)
    return abs(without - taxes) < without


def read_orders(columns: Columns) -> Reader:
    """Compile the reader of the order export: one row per line, order values on the first row only.

    Lines carry quantity × price. Discounts, postage, taxes on top, duties and refunds are charges
    of the first row. A refund includes its share of taxes on top, so that share is taken from tax,
    not from revenue. The currency of an order is remembered for its later rows.
    """
    columns.require("order_id", "quantity", "unit_price")
    name_of, sku, item = columns.text("order_id"), columns.text("sku"), columns.text("item")
    when = columns.instant("date")
    currency, code = columns.currency("unit_price"), columns.raw("currency")
    quantity, price = columns.number("quantity"), columns.number("unit_price")
    state, cancelled = columns.raw("status"), columns.raw("cancelled_at")
    who, traits = columns.identifiers(), columns.traits()
    place, channel = columns.text("place"), columns.text("channel")
    charges, line_discount = _order_charges(columns), columns.money("line_discount")
    discounts_apart = line_discounts_apart(columns)
    kinds = Memo(lambda key: kind_of_line(*key))
    last_order, last_currency = "", ""

    def read(row_no: int, cells: Cells) -> Record:
        nonlocal last_order, last_currency
        try:
            order_id = clean_id(name_of(cells))
            if not order_id:
                raise RowProblem("no_order", told("Name (the order's number) is empty."))
            is_first = order_id != last_order
            happened_at = when(cells)
            if happened_at is None and is_first:
                raise RowProblem("no_date", told("The first row of the order has no “Created at”."))
            money = currency(cells) if is_first or code(cells) else last_currency or currency(cells)
            count, one = quantity(cells), price(cells)
            has_line = count is not None and one is not None
            given = charges(cells, money) if happened_at is not None else ()
            if not has_line and not given and happened_at is None:
                raise RowProblem(
                    "no_amount", told("The row has neither a line nor the order's values.")
                )
            minor = to_minor((count or Decimal(0)) * (one or Decimal(0)), money)
            off = line_discount(cells, money)
            if discounts_apart and off:
                given = (*given, ("discount", -abs(off)))
            status = None
            if happened_at is not None:
                status = (
                    "cancelled"
                    if cancelled(cells).strip()
                    else _STATUS.get(squeezed(state(cells)), "accepted")
                )
            last_order, last_currency = order_id, money
            return SaleRow(
                row_no, order_id, None, happened_at, sku(cells), item(cells), "", count, one, minor,
                kinds[sku(cells), item(cells)], status, money, place(cells) or None,
                channel(cells) or None, who(cells), traits(cells), given, has_line,
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


def _order_charges(columns: Columns) -> Callable[[Cells, str], Charges]:
    subtotal, total = columns.number("subtotal"), columns.number("total")
    numbers = {
        name: columns.number(name) for name in ("postage", "tax", "duties", "discount", "refund")
    }
    zero = Decimal(0)

    def charges(cells: Cells, money: str) -> Charges:
        sums = {name: number(cells) or zero for name, number in numbers.items()}
        whole, goods = total(cells), subtotal(cells)
        on_top = bool(sums["tax"]) and whole is not None and goods is not None and taxes_are_on_top(
            goods, sums["postage"], sums["duties"], sums["tax"], whole
        )  # fmt: skip
        refund = to_minor(abs(sums["refund"]), money)
        tax_back = 0
        if refund and on_top and whole:
            tax_back = to_minor(abs(sums["refund"]) * sums["tax"] / whole, money)
        entries = (
            ("discount", -abs(to_minor(sums["discount"], money))),
            ("postage", to_minor(sums["postage"], money)),
            ("fee", to_minor(sums["duties"], money)),
            ("tax", to_minor(sums["tax"], money) if on_top else 0),
            ("refund", tax_back - refund),
            ("tax", -tax_back),
        )
        return tuple((name, minor) for name, minor in entries if minor)

    return charges


def line_discounts_apart(columns: Columns) -> bool:
    """Whether “Lineitem discount” comes on top of the order's “Discount Amount”, or is part of it.

    Decided by the orders themselves: goods less discounts must make the subtotal. Without an order
    that tells the two apart they are taken as part of it, so that no discount counts twice.
    """
    if not (columns.has("line_discount") and columns.has("subtotal") and columns.has("discount")):
        return columns.has("line_discount") and not columns.has("discount")
    names = columns.text("order_id")
    numbers = [
        columns.number(n)
        for n in ("quantity", "unit_price", "line_discount", "discount", "subtotal")
    ]
    apart = within = 0
    open_order, goods, off, discount, subtotal = "", Decimal(0), Decimal(0), Decimal(0), None

    def settle() -> None:
        nonlocal apart, within
        if off and subtotal is not None:
            apart += goods - off - discount == subtotal
            within += goods - discount == subtotal

    for cells in _head(columns.table.rows()):
        try:
            count, one, cut, whole_cut, sub = (number(cells) for number in numbers)
        except RowProblem:
            continue
        if names(cells) != open_order:
            settle()
            open_order, goods, off = names(cells), Decimal(0), Decimal(0)
            discount, subtotal = whole_cut or Decimal(0), sub
        goods += (count or Decimal(0)) * (one or Decimal(0))
        off += abs(cut or Decimal(0))
    settle()
    return apart > within


def _head(rows: Iterable[tuple[int, Cells] | BadRow]) -> Iterable[Cells]:
    for row in rows:
        if isinstance(row, BadRow):
            continue
        if row[0] > _VOTING_ROWS:
            return
        yield row[1]


ORDERS = Shape(
    name="shopify_orders",
    title=told("Shopify orders"),
    kind="sales",
    namespace="shopify",
    required=("Name", "Financial Status", "Lineitem quantity", "Lineitem name", "Lineitem price"),
    optional=("Paid at", "Fulfillment Status", "Lineitem sku", "Lineitem requires shipping"),
    fields=fields(
        order_id="Name", date="Created at|Paid at", status="Financial Status",
        cancelled_at="Cancelled at",
        currency="Currency", subtotal="Subtotal", postage="Shipping", tax="Taxes", total="Total",
        duties="Duties", discount="Discount Amount", refund="Refunded Amount",
        quantity="Lineitem quantity",
        item="Lineitem name", unit_price="Lineitem price", sku="Lineitem sku",
        line_discount="Lineitem discount", email="Email",
        phone="Phone|Billing Phone|Shipping Phone",
        name="Billing Name|Shipping Name", company="Billing Company", street="Billing Street",
        city="Billing City|Shipping City", region="Billing Province",
        postcode="Billing Zip|Shipping Zip",
        country="Billing Country|Shipping Country", place="Location", channel="Source",
    ),
    evidence="header of three importers and a fixture; no page of the vendor lists it",
    row_model="one_order_many_rows",
    complete_orders=True,
    read=read_orders,
)  # fmt: skip

CUSTOMERS = Shape(
    name="shopify_customers",
    title=told("Shopify customers"),
    kind="customers",
    namespace="shopify",
    required=("Email", "Total Spent", "Total Orders", "Accepts Email Marketing|Accepts Marketing"),
    optional=("Customer ID", "Accepts SMS Marketing", "Tax Exempt"),
    fields=fields(
        customer_id="Customer ID", email="Email", phone="Phone", phone_2="Default Address Phone",
        first_name="First Name", last_name="Last Name", company="Default Address Company|Company",
        street="Default Address Address1|Address1", city="Default Address City|City",
        region="Default Address Province Code|Province", postcode="Default Address Zip|Zip",
        country="Default Address Country Code|Country", tags="Tags", note="Note",
        consent_email="Accepts Email Marketing|Accepts Marketing",
        consent_sms="Accepts SMS Marketing",
    ),
    evidence="headers of four exports, old and new; no page of the vendor lists them",
    options={
        "origin": "Shopify customers",
        "ignore": "Total Spent|Total Orders|Tax Exempt|Province Code|Country Code|Address2|"
        "Default Address Address2",
    },
)  # fmt: skip

PRODUCTS = Shape(
    name="shopify_products",
    title=told("Shopify products"),
    kind="products",
    namespace="shopify",
    required=("Handle|URL handle", "Title", "Variant Price|Price", "Option1 Value"),
    optional=("Variant SKU", "Body (HTML)", "Variant Inventory Policy", "Image Src"),
    fields=fields(
        record_id="Handle|URL handle", sku="Variant SKU|SKU", item="Title",
        variant="Option1 Value + Option2 Value + Option3 Value|Option1 Value",
        category="Type|Product Category", unit_price="Variant Price|Price",
        is_active="Published|Published on online store",
    ),
    evidence="the vendor's own sample files (Shopify/product-csvs)",
    verified=True,
    options={"continued": "yes"},
)  # fmt: skip

SHAPES = (ORDERS, CUSTOMERS, PRODUCTS)
