from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from regulars.sources.files.mapping import Head, MapContext, compile_reader
from regulars.sources.files.records import Record, Rejected, SaleRow
from regulars.sources.files.shapes import recognise

REVENUE = {"goods", "postage", "fee", "discount", "refund"}
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def read(
    *rows: dict[str, str], currency: str = "GBP", country: str = "GB", zone: str = "Europe/London"
) -> list[Any]:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(name, "") for name in columns] for row in rows]
    shape = recognise(columns)
    assert shape is not None, columns
    context = MapContext(currency, zone, country, NOW)
    reader = compile_reader(Head(columns, cells), shape.mapping(columns), context)
    return [reader(row_no, row) for row_no, row in enumerate(cells, 1)]


def paid(rows: list[Record], kinds: set[str] | None = None) -> int:
    total = 0
    for row in rows:
        assert isinstance(row, SaleRow)
        if row.has_line and (kinds is None or row.kind in kinds):
            total += row.amount_minor
        total += sum(minor for kind, minor in row.charges if kinds is None or kind in kinds)
    return total


SHOPIFY: dict[str, str] = {
    "Name": "#1050", "Email": "koper@example.com", "Financial Status": "paid", "Currency": "EUR",
    "Subtotal": "100.90", "Shipping": "4.95", "Taxes": "8.33", "Total": "105.85",
    "Discount Amount": "0.00",
    "Created at": "2026-05-01 09:59:00 +0200", "Lineitem quantity": "1",
    "Lineitem name": "Matcha 100 g",
    "Lineitem price": "62.95", "Lineitem sku": "MAT-100", "Billing Name": "Koper Een",
    "Billing Zip": "'2801AA", "Shipping Country": "NL", "Phone": "'+31612345678",
    "Cancelled at": "",
    "Refunded Amount": "0.00", "Location": "Gouda", "Source": "web", "Lineitem discount": "0.00",
}  # fmt: skip
LATER = {"Name": "#1050", "Email": "koper@example.com", "Lineitem quantity": "1"}


def shopify(**changes: str) -> dict[str, str]:
    return SHOPIFY | {name.replace("_", " "): value for name, value in changes.items()}


def test_shopify_order_of_two_rows_with_taxes_included() -> None:
    later = LATER | {
        "Lineitem name": "Matcha 50 g",
        "Lineitem price": "37.95",
        "Lineitem sku": "MAT-50",
    }
    first, second = read(SHOPIFY, later)
    assert first.order_id == second.order_id == "#1050"
    assert first.happened_at == datetime(2026, 5, 1, 7, 59, tzinfo=UTC)
    assert first.status == "accepted" and first.currency == "EUR" and first.place == "Gouda"
    assert first.charges == (("postage", 495),)
    assert first.identifiers == (("email", "koper@example.com"), ("phone", "+31612345678"))
    assert first.traits == {"name": "Koper Een", "postcode": "2801AA", "country": "NL"}
    assert second.happened_at is None and second.status is None and second.currency == "EUR"
    assert second.amount_minor == 3795 and second.charges == ()
    assert paid([first, second]) == 10585


def test_shopify_taxes_on_top_are_not_revenue() -> None:
    rows = read(shopify(Subtotal="62.95", Taxes="8.33", Total="76.23", Shipping="4.95"))
    assert dict(rows[0].charges) == {"postage": 495, "tax": 833}
    assert paid(rows) == 7623 and paid(rows, REVENUE) == 6790


def test_shopify_full_refund_leaves_nothing_whether_taxes_are_in_or_on_top() -> None:
    on_top = shopify(Subtotal="62.95", Taxes="8.33", Total="76.23", Refunded_Amount="76.23",
                     Financial_Status="refunded")  # fmt: skip
    within = shopify(Subtotal="62.95", Taxes="8.33", Total="67.90", Refunded_Amount="67.90")
    for rows in (read(on_top), read(within)):
        assert rows[0].status == "accepted"
        assert paid(rows) == 0 and paid(rows, REVENUE) == 0


def test_shopify_discount_is_the_orders() -> None:
    rows = read(shopify(Discount_Amount="10.00", Subtotal="52.95", Total="57.90", Taxes="0.00"))
    assert ("discount", -1000) in rows[0].charges
    assert paid(rows) == 5790


def test_shopify_line_discounts_count_once() -> None:
    part = shopify(
        Discount_Amount="10.00",
        Lineitem_discount="10.00",
        Subtotal="52.95",
        Total="57.90",
        Taxes="0",
    )
    assert paid(read(part)) == 5790
    apart = shopify(
        Discount_Amount="5.00",
        Lineitem_discount="10.00",
        Subtotal="47.95",
        Total="52.90",
        Taxes="0",
    )
    assert paid(read(apart)) == 5290


def test_shopify_states() -> None:
    for state, expected in {
        "paid": "accepted", "partially_refunded": "accepted", "refunded": "accepted",
        "voided": "cancelled",
        "pending": "pending", "authorized": "pending", "partially_paid": "accepted",
        "expired": "cancelled",
    }.items():  # fmt: skip
        assert read(shopify(Financial_Status=state))[0].status == expected
    assert read(shopify(Cancelled_at="2026-05-02 10:00:00 +0200"))[0].status == "cancelled"


def test_shopify_rows_that_cannot_land() -> None:
    no_name, no_date, bad = read(
        shopify(Name=""), shopify(Name="#2", Created_at=""), shopify(Name="#3", Lineitem_price="x")
    )
    assert [row.reason for row in (no_name, no_date, bad)] == ["no_order", "no_date", "bad_number"]


SQUARE = {
    "Date": "2026-11-10", "Time": "14:05:09", "Time Zone": "Eastern Time (US & Canada)",
    "Gross Sales": "$22.50",
    "Discounts": "-$2.25", "Net Sales": "$20.25", "Tax": "$1.62", "Transaction ID": "T1",
    "Payment ID": "P1",
    "Event Type": "Payment", "Location": "High Street", "Customer ID": "C9", "Customer Name": "Ana",
}  # fmt: skip
SQUARE_NIL = {"Service Charges": "$0.00", "Gift Card Sales": "$0.00", "Partial Refunds": "$0.00"}


def test_square_transaction() -> None:
    sale = (
        SQUARE | SQUARE_NIL | {"Tip": "$3.00", "Total Collected": "$24.87", "Description": "Latte"}
    )
    back = sale | {
        "Event Type": "Refund", "Gross Sales": "-$22.50", "Discounts": "$2.25",
        "Net Sales": "-$20.25",
        "Tax": "-$1.62", "Tip": "$0.00", "Total Collected": "-$21.87", "Payment ID": "P2",
    }  # fmt: skip
    first, second = read(sale, back, currency="USD", country="US", zone="America/New_York")
    assert first.happened_at == datetime(2026, 11, 10, 19, 5, 9, tzinfo=UTC)
    assert first.identifiers == (("customer_id:square", "C9"),) and first.place == "High Street"
    assert dict(first.charges) == {"discount": -225, "tax": 162, "tip": 300}
    assert paid([first]) == 2487 and paid([first], REVENUE) == 2025
    assert second.order_id == "T1/refund/P2" and paid([second], REVENUE) == -2025
    assert first.currency == "USD"


def test_square_gift_cards_are_not_revenue_and_service_charges_are() -> None:
    row = SQUARE | SQUARE_NIL | {
        "Gross Sales": "$10.00", "Discounts": "$0.00", "Net Sales": "$11.00",
        "Service Charges": "$1.00",
        "Gift Card Sales": "$25.00", "Tax": "$0.00", "Total Collected": "$36.00",
    }  # fmt: skip
    rows = read(row, currency="USD", country="US")
    assert paid(rows) == 3600 and paid(rows, REVENUE) == 1100


def test_square_items_share_orders_with_transactions() -> None:
    line = SQUARE | {
        "Item": "Latte",
        "Qty": "2.0",
        "Price Point Name": "Large",
        "SKU": "L1",
        "Category": "Drinks",
    }
    back = line | {"Event Type": "Refund", "Qty": "-2.0", "Gross Sales": "-$22.50",
    "Discounts": "$2.25",
                   "Tax": "-$1.62", "Payment ID": "P2"}  # fmt: skip
    first, second = read(line, back, currency="USD", country="US")
    assert (
        first.order_id == "T1"
        and first.name == "Latte – Large"
        and first.quantity == Decimal("2.0")
    )
    assert paid([first], REVENUE) == 2025
    assert second.order_id == "T1/refund/P2" and paid([second], REVENUE) == -2025


WOO = {
    "order_id": "77", "order_number": "77", "order_date": "2026-02-03 10:11:12",
    "status": "completed",
    "order_total": "60.00", "order_currency": "EUR", "shipping_total": "5.00", "fee_total": "1.00",
    "tax_total": "9.00", "customer_user": "12", "billing_email": "Jo@smith.example",
    "billing_first_name": "Jo", "billing_last_name": "Smith", "payment_method": "stripe",
}  # fmt: skip


def test_woocommerce_orders() -> None:
    done, held, back, failed = read(
        WOO, WOO | {"order_id": "78", "status": "on-hold", "customer_user": "0"},
        WOO | {"order_id": "79", "status": "wc-refunded"}, WOO | {"order_id": "80",
        "status": "failed"},
    )  # fmt: skip
    assert paid([done]) == 6000 and paid([done], REVENUE) == 5100 and done.amount_minor == 4500
    assert done.identifiers == (("customer_id:woocommerce", "12"), ("email", "jo@smith.example"))
    assert held.status == "pending" and held.identifiers == (("email", "jo@smith.example"),)
    assert back.status == "accepted" and paid([back]) == 0 and paid([back], REVENUE) == 0
    assert failed.status == "cancelled"


def test_woocommerce_items_carry_the_orders_charges_once() -> None:
    item = {
        "item_id": "1",
        "item_name": "Tea",
        "item_sku": "T",
        "item_quantity": "2",
        "item_total": "30.00",
    }
    other = {
        "item_id": "2",
        "item_name": "Cup",
        "item_sku": "C",
        "item_quantity": "1",
        "item_total": "15.00",
    }
    rows = read(WOO | item, WOO | other)
    assert paid(rows) == 6000 and rows[0].line_id == "1" and rows[1].charges == ()


def test_woocommerce_plugin() -> None:
    plugin = {
        "order_id": "5", "order_date": "2026-02-03", "order_status": "processing",
        "customer_id": "3",
        "billing_first_name": "Jo", "billing_last_name": "S", "billing_email": "jo@smith.example",
        "billing_phone": "07700 900123", "order_total": "12.50", "order_currency": "GBP",
    }  # fmt: skip
    [row] = read(plugin)
    assert paid([row]) == 1250 and row.status == "accepted"
    assert [kind for kind, _ in row.identifiers] == ["customer_id:woocommerce", "email", "phone"]


def test_stripe() -> None:
    old = {
        "id": "ch_1", "Created (UTC)": "2026-07-08 22:30:00", "Amount": "1,120.00",
        "Amount Refunded": "0.00",
        "Currency": "eur", "Fee": "2.00", "Status": "Paid", "Customer Email": "a@x.example",
    }  # fmt: skip
    sale, back, failed = read(
        old,
        old | {"id": "ch_2", "Amount": "59.90", "Amount Refunded": "10.00"},
        old | {"id": "ch_3", "Status": "Failed"},
    )
    assert sale.happened_at == datetime(2026, 7, 8, 22, 30, tzinfo=UTC)
    assert sale.currency == "EUR" and sale.amount_minor == 112000 and sale.line_id == "ch_1"
    assert back.charges == (("refund", -1000),) and paid([back], REVENUE) == 4990
    assert failed.status == "cancelled"
    new = {
        "id": "pi_1", "Created date (UTC)": "2026-07-08 22:30", "Amount": "0,25",
        "Amount Refunded": "0,00",
        "Currency": "jpy", "Captured": "false", "Status": "succeeded", "Converted Amount": "0,25",
    }  # fmt: skip
    [open_payment] = read(new | {"Amount": "1200"}, country="DE")
    assert open_payment.status == "pending" and open_payment.amount_minor == 1200
    assert read(new | {"Currency": "EUR"}, country="DE")[0].amount_minor == 25


def test_stripe_payouts_are_no_sales() -> None:
    row = {
        "id": "po_1", "Amount": "900.00", "Created (UTC)": "2026-07-08", "Currency": "eur",
        "Livemode": "true",
        "Arrival Date (UTC)": "2026-07-10", "Status": "paid",
    }  # fmt: skip
    [refused] = read(row)
    assert isinstance(refused, Rejected) and refused.reason == "not_a_record"


PAYPAL = {
    "Date": "14/02/2026", "Time": "09:30:00", "TimeZone": "GMT", "Name": "Ana B",
    "Status": "Completed",
    "Type": "Express Checkout Payment", "Currency": "EUR", "Gross": "35,82", "Fee": "-1,20",
    "Net": "34,62",
    "From Email Address": "ana@x.example", "To Email Address": "shop@own.example",
    "Transaction ID": "1AB",
    "Shipping and Handling Amount": "4,00", "Sales Tax": "0,00", "Reference Txn ID": "",
    "Balance Impact": "Credit",
}  # fmt: skip


def test_paypal_sales_and_refunds() -> None:
    refund = PAYPAL | {
        "Type": "Payment Refund", "Gross": "-35,82", "From Email Address": "shop@own.example",
        "To Email Address": "ana@x.example", "Transaction ID": "2AB", "Reference Txn ID": "1AB",
    }  # fmt: skip
    sale, back, pending = read(
        PAYPAL, refund, PAYPAL | {"Status": "Pending", "Transaction ID": "3"}, country="DE"
    )
    assert sale.amount_minor == 3182 and sale.charges == (("postage", 400),)
    assert sale.happened_at == datetime(2026, 2, 14, 9, 30, tzinfo=UTC)
    assert back.kind == "refund" and back.amount_minor == -3582 and back.name == "Refund of 1AB"
    assert sale.identifiers == back.identifiers == (("email", "ana@x.example"),)
    assert pending.status == "pending"


def test_paypal_transfers_and_fees_are_set_aside_with_a_reason() -> None:
    rows = read(
        PAYPAL | {"Type": "General Withdrawal", "Gross": "-500,00"},
        PAYPAL | {"Type": "General Currency Conversion", "Gross": "12,00"},
        PAYPAL | {"Type": "PreApproved Payment Bill User Payment", "Gross": "-15,65"},
        PAYPAL | {"Type": "Bank Deposit to PP Account", "Gross": "80,00"},
        PAYPAL | {"Type": "Something new", "Gross": "80,00"},
        country="DE",
    )
    assert {row.reason for row in rows} == {"not_a_record"} and all(row.message for row in rows)


def test_toast_items_and_orders() -> None:
    line = {
        "Location": "Main", "Order Id": "900", "Order Date": "11/15/2026 12:34 PM",
        "Item Selection Id": "i1",
        "Menu Item": "Soup", "Sales Category": "Food", "Gross Price": "$8.00", "Discount": "$1.00",
        "Net Price": "$7.00", "Qty": "1", "Tax": "$0.56", "Void?": "false",
        "Dining Option": "Dine In",
    }  # fmt: skip
    kept, void = read(
        line, line | {"Item Selection Id": "i2", "Void?": "true"}, currency="USD", country="US"
    )
    assert kept.line_id == "i1" and paid([kept], REVENUE) == 700 and kept.channel == "Dine In"
    assert void.status == "accepted" and paid([void]) == 0 and void.quantity == 0
    order = {
        "Location": "Main", "Order Id": "901", "Opened": "11/15/26 11:42 AM", "Amount": "$20.00",
        "Tax": "$1.60",
        "Tip": "$3.00", "Gratuity": "$1.00", "Total": "$25.60", "Voided": "false",
        "Discount Amount": "$0.00",
    }  # fmt: skip
    good, off = read(
        order, order | {"Order Id": "902", "Voided": "true"}, currency="USD", country="US"
    )
    assert paid([good]) == 2560 and paid([good], REVENUE) == 2000 and good.status == "accepted"
    assert off.status == "cancelled"


def test_etsy_bigcommerce_amazon() -> None:
    etsy = {
        "Sale Date": "08/24/26", "Item Name": "Mug", "Quantity": "2", "Price": "12.00",
        "Discount Amount": "2.00",
        "Shipping": "3.00", "Sales Tax": "0.00", "Order ID": "55", "Transaction ID": "7",
        "Listing ID": "9",
        "Buyer": "mug_lover", "Ship Name": "Jo",
    }  # fmt: skip
    rows = read(etsy, currency="USD", country="US")
    assert paid(rows) == 2500 and rows[0].identifiers == (("customer_id:etsy", "mug_lover"),)
    big = {
        "Order ID": "8", "Order Date": "2026-03-04", "Order Status": "Completed",
        "Order Total": "30.00",
        "Tax Total": "5.00", "Shipping Total": "4.00", "Refund Amount": "0.00",
        "Email Address": "a@x.example",
    }  # fmt: skip
    rows = read(big)
    assert rows[0].amount_minor == 2100 and paid(rows, REVENUE) == 2500
    amazon = {
        "order-id": "111-2", "purchase-date": "2026-03-04T05:06:07+00:00",
        "order-status": "Shipped",
        "item-price": "19.99", "currency": "USD", "buyer-email": "zz@marketplace.example",
        "ship-country": "US",
    }  # fmt: skip
    sold, cancelled = read(amazon, amazon | {"order-id": "111-3", "order-status": "Cancelled"})
    assert (
        sold.amount_minor == 1999 and sold.channel == "Amazon" and cancelled.status == "cancelled"
    )
