from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from regulars.sources.files.plan import signature
from regulars.sources.files.shapes import SHAPES, Shape, recognise

EXPECTED = {
    "shopify_orders_export": "shopify_orders",
    "shopify_orders_export_minimal": "shopify_orders",
    "shopify_customers_export": "shopify_customers",
    "square_transactions": "square_transactions",
    "square_transactions_2018": "square_transactions",
    "square_items_detail": "square_items",
    "square_items_detail_2018": "square_items",
    "stripe_payments": "stripe_payments",
    "stripe_payments_old": "stripe_payments",
    "stripe_payouts": "stripe_payouts",
    "mailchimp_audience": "mailchimp_audience",
    "hubspot_contacts": "hubspot_contacts",
    "woocommerce_products": "woocommerce_products",
    "woocommerce_orders_plugin": "woocommerce_orders_plugin",
    "paypal_activity": "paypal_activity",
    "toast_item_selection_details": "toast_items",
    "toast_order_details": "toast_orders",
    "acuity_appointments": "acuity_appointments",
    "fresha_appointments": "fresha_appointments",
    "klaviyo_profiles": "klaviyo_profiles",
    "klaviyo_campaigns": "klaviyo_campaigns",
    "brevo_contacts": "brevo_contacts",
    "activecampaign_contacts": "activecampaign_contacts",
    "kit_subscribers": "kit_subscribers",
    "systeme_io_contacts": "systeme_io_contacts",
    "etsy_sold_order_items": "etsy_order_items",
    "bigcommerce_orders": "bigcommerce_orders",
    "amazon_seller_orders": "amazon_orders",
}

# Header lines that the shared folder has no file for.
MORE = {
    "shopify_customers": "First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,"
    "Address2,City,"
    "Province,Province Code,Country,Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,"
    "Total Orders",
    "shopify_products": "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,"
    "Option1 Value,"
    "Variant SKU,Variant Price,Image Src",
    "square_customers": "First Name,Last Name,Email Address,Phone Number,Square Customer ID,"
    "Email Subscription Status,Lifetime Spend,Last Visit",
    "segment_tracks": "id,received_at,sent_at,anonymous_id,user_id,event,event_text,"
    "context_page_path,context_traits_email",
    "woocommerce_orders": "order_id,order_number,order_date,paid_date,status,shipping_total,"
    "shipping_tax_total,"
    "fee_total,fee_tax_total,tax_total,cart_discount,order_discount,discount_total,order_total,"
    "order_subtotal,"
    "order_currency,payment_method,customer_id,customer_user,customer_email,billing_first_name",
    "woocommerce_orders_with_lines": "order_id,order_number,order_date,paid_date,status,"
    "shipping_total,fee_total,tax_total,discount_total,order_total,order_currency,customer_email,"
    "fee_items,refund_items,line_item_1,line_item_2",
    "woocommerce_order_items": "order_id,order_date,status,order_total,order_currency,item_id,"
    "item_name,"
    "item_sku,item_quantity,item_total,shipping_total,billing_email",
    "stripe_payments": "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,"
    "Currency,"
    "Converted Amount,Fee,Tax,Mode,Status,Customer ID,Customer Email,Captured,Card ID",
    "mailchimp_audience": "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID,"
    "EUID,UNSUB_TIME,"
    "UNSUB_REASON",
    "google_contacts": "First Name,Middle Name,Last Name,Nickname,Organization Name,Birthday,"
    "Notes,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value",
    "google_reviews": "name,reviewer.displayName,starRating,comment,createTime,updateTime,"
    "reviewReply.comment",
    "booking_statement": "Reservation number,Invoice number,Booked on,Arrival,Departure,"
    "Booker name,Guest name,"
    "Rooms,Persons,Room nights,Commission %,Original amount,Final amount,Status,Currency,"
    "Property name",
    "booking_reservations": "Book number,Booked by,Guest name(s),Check-in,Check-out,Status,People,"
    "Price",
    "airbnb_reservations": "Confirmation code,Status,Guest name,Contact,# of adults,# of children,"
    "# of infants,"
    "Start date,End date,# of nights,Booked,Listing,Earnings",
    "acuity_appointments": "Start Date and Time,End Date and Time,Client Name,Appointment Type,"
    "Phone,Email,"
    "Calendar,Notes,Price",
    "opentable_reservations": "Visit Date,Visit Time,Guest Name,Phone Number,Size,Status,Table",
    "property_system_reservations": "Name,Email,Reservation Number,Adults,Check in Date,"
    "Check out Date,Status",
}  # fmt: skip


def _headers(shared_data: Path | None) -> list[tuple[list[str], str]]:
    known = [(line.split(","), name) for name, line in MORE.items()]
    if shared_data is not None:
        told = json.loads((shared_data / "exports" / "headers" / "headers.json").read_text())
        known += [(told[key]["columns"], name) for key, name in EXPECTED.items()]
    return known


def _required(shape: Shape) -> list[str]:
    return [entry.split("|")[0] for entry in shape.required]


def test_every_known_header_is_recognised(shared_data: Path | None) -> None:
    for columns, name in _headers(shared_data):
        found = recognise(columns)
        assert found is not None and found.name == name, (columns, name)


def test_order_case_blanks_and_further_columns_do_not_matter(shared_data: Path | None) -> None:
    dice = random.Random(4)
    for columns, name in _headers(shared_data):
        changed = [f" {c.upper()} " if dice.random() < 0.3 else c for c in columns] + [
            "My own",
            "Zz 9",
        ]
        dice.shuffle(changed)
        found = recognise(changed)
        assert found is not None and found.name == name
        assert signature(changed) == signature(sorted(changed))


def test_missing_columns_that_are_not_needed_do_not_matter(shared_data: Path | None) -> None:
    for columns, name in _headers(shared_data):
        shape = SHAPES[name]
        needed = {word.casefold() for entry in shape.required for word in entry.split("|")}
        kept = [column for column in columns if column.casefold() in needed]
        found = recognise(kept)
        assert found is not None and found.name == name, kept


def test_every_shape_knows_itself_and_maps_what_it_needs() -> None:
    for shape in SHAPES.values():
        columns = _required(shape)
        found = recognise(columns)
        assert found is shape, shape.name
        assert set(shape.mapping(columns).fields.values()) <= {
            *columns,
            *shape.mapping([]).fields.values(),
        }
        assert shape.evidence


def test_unknown_headers_are_not_recognised() -> None:
    for line in (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        "Date,Time,Transaction,Item",
        "Name,Email,Total",
        "id,name",
        "",
    ):
        assert recognise(line.split(",")) is None


def test_the_vendors_own_product_samples(shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("the vendor's samples are not beside us; a header twin is tested above")
    for path in sorted((shared_data / "exports" / "shopify_products").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = recognise(next(csv.reader(lines)))
        assert found is not None and found.name == "shopify_products" and found.verified


def test_shapes_that_share_orders_say_what_they_add() -> None:
    finer = {
        (s.namespace) for s in SHAPES.values() if s.kind == "sales" and s.detail_level == "lines"
    }
    for shape in SHAPES.values():
        if shape.kind == "sales" and shape.detail_level == "order" and shape.adds_to_lines:
            assert shape.namespace in finer
