"""Payment companies: Stripe and PayPal. One row per payment; a sale is one line."""

from __future__ import annotations

from collections.abc import Callable

from regulars.kernel.telling import told

from ..identifiers import normalise_email
from ..plan import Reader
from ..readers.columns import Columns
from ..readers.rows import Cells, RowProblem, rejected
from ..readers.sales import clean_id
from ..readers.words import is_yes, squeezed
from ..records import Record, SaleRow
from .shape import ORDER, Shape, fields

_STRIPE_PAID = frozenset(
    ("paid", "succeeded", "refunded", "partiallyrefunded", "partialrefund", "disputed")
)
_STRIPE_OPEN = frozenset(
    (
        "pending",
        "requiresaction",
        "requirescapture",
        "uncaptured",
        "processing",
        "incomplete",
        "requirespaymentmethod",
    )
)


def read_stripe(columns: Columns) -> Reader:
    """Compile the reader of Stripe's payments.

    Failed payments are cancelled, uncaptured ones pending; what was given back is a refund of the
    same order. Stripe's own fee is a cost of the business, not part of the sale. Times are UTC.
    """
    columns.require("order_id", "date", "amount")
    order, when = columns.text("order_id"), columns.instant("date", default_zone="UTC")
    amount, refund, tax = columns.money("amount"), columns.money("refund"), columns.money("tax")
    filled = columns.number("amount")
    state, captured, item = columns.text("status"), columns.text("captured"), columns.text("item")
    currency, who, traits = columns.currency("amount"), columns.identifiers(), columns.traits()
    mode = columns.text("event")

    def read(row_no: int, cells: Cells) -> Record:
        try:
            order_id, happened_at = clean_id(order(cells)), when(cells)
            if not order_id:
                raise RowProblem("no_order", told("The payment has no id."))
            if happened_at is None:
                raise columns.empty("no_date", "date")
            if filled(cells) is None:
                raise columns.empty("no_amount", "amount")
            if squeezed(mode(cells)) == "test":
                problem = told("A payment in Stripe's test mode; no money moved.")
                raise RowProblem("not_a_record", problem)
            money, word = currency(cells), squeezed(state(cells))
            status = "accepted" if word in _STRIPE_PAID or not word else "cancelled"
            if word in _STRIPE_OPEN or (
                status == "accepted" and captured(cells) and not is_yes(captured(cells))
            ):
                status = "pending"
            whole, taxed, back = amount(cells, money), tax(cells, money), abs(refund(cells, money))
            tax_back = round(back * taxed / whole) if whole else 0
            entries = (("tax", taxed), ("refund", tax_back - back), ("tax", -tax_back))
            return SaleRow(
                row_no, order_id, order_id, happened_at, "", item(cells), "", None, None,
                whole - taxed, "goods", status, money, None, None, who(cells), traits(cells),
                tuple(entry for entry in entries if entry[1]),
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


STRIPE = Shape(
    name="stripe_payments",
    title=told("Stripe payments"),
    kind="sales",
    namespace="stripe",
    required=("id", "Created (UTC)|Created date (UTC)", "Amount", "Amount Refunded", "Currency",
    "Status"),
    optional=("Converted Amount", "Fee", "Captured", "Mode", "Payment Source Type",
    "Seller Message"),
    fields=fields(
        order_id="id", date="Created (UTC)|Created date (UTC)", amount="Amount",
        refund="Amount Refunded",
        currency="Currency", status="Status", captured="Captured", item="Description",
        event="Mode",
        customer_id="Customer ID", email="Customer Email|Customer Email Address",
        phone="Customer Phone",
        name="Customer Name|Card Name",
    ),
    evidence="headers old and new in six importers; no page of the vendor lists them",
    row_model="row_per_payment",
    detail_level=ORDER,
    complete_orders=True,
    has_line_ids=True,
    read=read_stripe,
)  # fmt: skip


def refuse_all(sentence: str) -> Callable[[Columns], Reader]:
    """Return what compiles a reader that takes no row: the file is known, but holds no records."""

    def compile_refusal(columns: Columns) -> Reader:
        return lambda row_no, cells: rejected(row_no, cells, RowProblem("not_a_record", sentence))

    return compile_refusal


STRIPE_PAYOUTS = Shape(
    name="stripe_payouts",
    title=told("Stripe payouts (transfers to your bank, no sales)"),
    kind="sales",
    namespace="stripe",
    required=("id", "Amount", "Created (UTC)", "Livemode", "Arrival Date (UTC)", "Status"),
    fields={},
    evidence="header in one importer",
    row_model="row_per_record",
    read=refuse_all(told("A payout moves money to your bank; it is not a sale.")),
)

KLAVIYO_CAMPAIGNS = Shape(
    name="klaviyo_campaigns",
    title=told("Klaviyo campaign report (sums, no people)"),
    kind="audience",
    namespace="klaviyo",
    required=("Campaign Name", "Total Recipients", "Unique Opens", "Campaign ID"),
    fields={},
    evidence="header in one importer",
    read=refuse_all(told("The row sums up a campaign; it names nobody.")),
)

_PAYPAL_SALES = (
    "payment",
    "checkout",
    "zahlung",
    "paiement",
    "pago",
    "purchase",
    "order",
    "subscription",
)
_PAYPAL_OTHER = (
    "withdrawal", "transfer", "conversion", "fee", "hold", "authorization", "authorisation",
    "deposit",
    "reserve", "adjustment", "reward", "cashback", "loan", "debitcard", "balance", "payout",
    "masspay",
)  # fmt: skip
_PAYPAL_DONE = frozenset(
    ("", "completed", "abgeschlossen", "termine", "completado", "refunded", "partiallyrefunded")
)
_PAYPAL_BACK = ("refund", "reversal", "chargeback", "ruckzahlung", "rembours", "reembolso")


def _no_sale(event: str, kind: str, amount: int, is_back: bool) -> str:
    """Say why a row of PayPal's activity is no sale and no refund; "" if it is one."""
    if is_back:
        back = told("“%(text)s” gives money back to the business; it is not a sale.", text=event)
        return back if amount > 0 else ""
    if amount <= 0 or any(part in kind for part in _PAYPAL_OTHER):
        return told("“%(text)s” is not a payment from a customer.", text=event)
    if kind and not any(part in kind for part in _PAYPAL_SALES):
        return told("“%(text)s” is not known as a payment from a customer.", text=event)
    return ""


def _paypal_status(word: str) -> str:
    if word in _PAYPAL_DONE:
        return "accepted"
    return "pending" if word in ("pending", "onhold", "held", "ausstehend") else "cancelled"


def read_paypal(columns: Columns) -> Reader:
    """Compile the reader of PayPal's activity.

    Only completed incoming payments are sales. A refund is a return of its own that names the
    payment it belongs to. Withdrawals, conversions, holds, fees and money paid out are set aside
    with their reason. The gross is what the customer paid: tax in it stands apart, postage too.
    """
    columns.require("order_id", "date", "amount")
    number, reference = columns.text("order_id"), columns.text("reference")
    when = columns.instant("date", "time", "zone")
    gross, currency = columns.money("amount"), columns.currency("amount")
    postage, tax = columns.money("postage"), columns.money("tax")
    event, state, item = columns.text("event"), columns.text("status"), columns.text("item")
    who, traits = columns.identifiers(), columns.traits()
    # On a refund the business itself is the sender; its own address must never link its customers.
    returned_to = columns.raw("refunded_to")

    def read(row_no: int, cells: Cells) -> Record:
        try:
            kind, word, money = squeezed(event(cells)), squeezed(state(cells)), currency(cells)
            amount, happened_at = gross(cells, money), when(cells)
            order_id = clean_id(number(cells))
            is_back = any(part in kind for part in _PAYPAL_BACK)
            why_not = _no_sale(event(cells), kind, amount, is_back)
            if why_not:
                raise RowProblem("not_a_record", why_not)
            if not order_id:
                raise RowProblem("no_order", told("Transaction ID is empty."))
            if happened_at is None:
                raise RowProblem("no_date", told("Date is empty."))
            status = _paypal_status(word)
            given: tuple[tuple[str, int], ...] = ()
            what = "refund" if is_back else "goods"
            if not is_back:
                sent, taxed = postage(cells, money), tax(cells, money)
                amount -= sent + taxed
                given = tuple(entry for entry in (("postage", sent), ("tax", taxed)) if entry[1])
            origin, back_to = clean_id(reference(cells)), normalise_email(returned_to(cells))
            people = (("email", back_to),) if back_to else ()
            name = item(cells) or (f"Refund of {origin}" if is_back and origin else "")
            return SaleRow(
                row_no, order_id, order_id, happened_at, "", name, "", None, None, amount, what,
                status, money, None, None, people if is_back else who(cells),
                None if is_back else traits(cells), given,
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


PAYPAL = Shape(
    name="paypal_activity",
    title=told("PayPal activity"),
    kind="sales",
    namespace="paypal",
    required=("Date", "Time", "Type", "Status", "Currency", "Gross", "Transaction ID"),
    optional=("TimeZone", "Name", "Fee", "Net", "From Email Address", "Balance Impact"),
    fields=fields(
        order_id="Transaction ID", reference="Reference Txn ID", date="Date", time="Time",
        zone="TimeZone|Time Zone", amount="Gross", postage="Shipping and Handling Amount",
        tax="Sales Tax",
        event="Type", status="Status", currency="Currency", item="Item Title|Subject",
        email="From Email Address", refunded_to="To Email Address", phone="Contact Phone Number",
        name="Name", country="Country Code",
    ),
    evidence="developer.paypal.com/reports/reference/changed-fields",
    verified=True,
    row_model="row_per_payment",
    detail_level=ORDER,
    complete_orders=True,
    has_line_ids=True,
    read=read_paypal,
)  # fmt: skip

SHAPES = (STRIPE, STRIPE_PAYOUTS, KLAVIYO_CAMPAIGNS, PAYPAL)
