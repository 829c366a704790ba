from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from regulars.sources.files.dates import decide_date_style
from regulars.sources.files.guessing import words_of
from regulars.sources.files.mapping import Head, MapContext, compile_reader
from regulars.sources.files.propose import Proposal, propose
from regulars.sources.files.records import BookingRow, SaleRow

LONDON = MapContext("GBP", "Europe/London", "GB", datetime(2026, 6, 1, tzinfo=UTC))

# Heads of files as they are met, in the same words; the values are made up.
TWINS = {
    "online_retail/online_retail_uci_from_spark_guide.csv.gz": [
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "C536379,22633,HAND WARMER,-1,2010-12-01 09:28:00,1.85,,United Kingdom",
    ],
    "bread_basket/BreadBasket_DMS.csv": [
        "Date,Time,Transaction,Item", "2016-10-30,09:58:11,1,Bread",
        "2016-10-30,10:05:34,2,Scandinavian",
    ],
    "bread_basket/bread basket.csv": [
        "Transaction,Item,date_time,period_day,weekday_weekend",
        "1,Bread,30-10-2016 09:58,morning,weekend",
        "2,Tea,30-10-2016 10:05,morning,weekend",
    ],
    "takeaway_orders/restaurant-1-orders.csv.gz": [
        "invoice,Order Date,description,Quantity,Product Price,Total products,City",
        "16118,03/08/19 20:25,Plain Papadum,2,0.8,6,Kensington",
        "16118,03/08/19 20:25,Korma,1,12.95,6,Kensington",
        "16117,21/08/19 20:17,Naan,3,2.95,7,Kensington",
    ],
    "hotel_bookings/hotel_bookings.csv.gz": [
        "hotel,is_canceled,lead_time,arrival_date_year,arrival_date_month,arrival_date_week_number,"
        "arrival_date_day_of_month,stays_in_weekend_nights,stays_in_week_nights,adults,children,babies,country,"
        "distribution_channel,reserved_room_type,customer_type,company,adr,total_of_special_requests,reservation_status",
        "Resort Hotel,0,342,2015,July,27,1,1,2,2,0,0,PRT,Direct,C,Transient,NULL,75.5,0,Check-Out",
        "City Hotel,1,7,2015,July,27,2,0,1,1,0,0,GBR,TA/TO,A,Contract,NULL,60,1,Canceled",
    ],
    "hair_salon_no_show/hair_salon_no_show_wrangled_df.csv": [
        "book_tod,book_dow,book_category,book_staff,last_category,last_staff,last_receipt_tot,last_noshow,noshow,recency",
        "afternoon,Fri,COLOR,JOANNE,STYLE,JJ,120,0,0,29",
        "morning,Thurs,STYLE,JJ,COLOR,JOANNE,40,1,1,50",
    ],
}  # fmt: skip


def head_of(name: str, shared_data: Path | None) -> tuple[list[str], list[list[str]]]:
    lines = TWINS[name]
    if shared_data is not None:
        path = shared_data / name
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as text:
            columns, *rows = csv.reader(islice(text, 400))
            return columns, rows
    columns, *rows = csv.reader(lines)
    return columns, rows


EXPECTED = {
    "online_retail/online_retail_uci_from_spark_guide.csv.gz": (
        "sales",
        {"order_id": "InvoiceNo", "sku": "StockCode", "item": "Description", "quantity": "Quantity",
         "date": "InvoiceDate", "unit_price": "UnitPrice", "customer_id": "CustomerID",
         "country": "Country"},
    ),
    "bread_basket/BreadBasket_DMS.csv": (
        "sales", {"date": "Date", "time": "Time", "order_id": "Transaction", "item": "Item"},
    ),
    "bread_basket/bread basket.csv": (
        "sales", {"date": "date_time", "order_id": "Transaction", "item": "Item"},
    ),
    "takeaway_orders/restaurant-1-orders.csv.gz": (
        "sales",
        {"order_id": "invoice", "date": "Order Date", "item": "description", "quantity": "Quantity",
         "unit_price": "Product Price"},
    ),
    "hotel_bookings/hotel_bookings.csv.gz": (
        "bookings",
        {"starts_at": "arrival_date_day_of_month + arrival_date_month + arrival_date_year",
         "nights": "stays_in_weekend_nights + stays_in_week_nights",
         "party": "adults + children + babies",
         "lead_days": "lead_time", "status": "reservation_status", "cancelled": "is_canceled",
         "rate": "adr",
         "what": "reserved_room_type", "place": "hotel", "country": "country",
         "channel": "distribution_channel"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("beside", [True, False], ids=["real", "twin"])
def test_proposals(name: str, beside: bool, shared_data: Path | None) -> None:
    columns, rows = head_of(name, shared_data if beside else None)
    proposal = propose(columns, rows, None, LONDON)
    kind, fields = EXPECTED[name]
    assert proposal.mapping.kind == kind and proposal.mapping.fields == fields
    assert not proposal.missing and proposal.confidence > 0.8
    reader = compile_reader(Head(columns, rows), proposal.mapping, LONDON)
    told = [reader(row_no, cells) for row_no, cells in enumerate(rows, 1)]
    assert all(isinstance(row, SaleRow | BookingRow) for row in told)


@pytest.mark.parametrize("beside", [True, False], ids=["real", "twin"])
def test_a_file_without_dates_says_what_is_missing(beside: bool, shared_data: Path | None) -> None:
    name = "hair_salon_no_show/hair_salon_no_show_wrangled_df.csv"
    columns, rows = head_of(name, shared_data if beside else None)
    proposal = propose(columns, rows, None, LONDON)
    assert proposal.mapping.kind == "bookings" and proposal.missing == ("starts_at",)
    assert proposal.mapping.fields == {
        "what": "book_category",
        "staff": "book_staff",
        "no_show": "noshow",
    }
    assert proposal.confidence < 0.5


def after(proposal: Proposal, column: str) -> tuple[str, ...]:
    return next(entry.after for entry in proposal.columns if entry.column == column)


def test_the_sample_shows_what_each_column_would_become() -> None:
    columns, rows = head_of("takeaway_orders/restaurant-1-orders.csv.gz", None)
    proposal = propose(columns, rows, None, LONDON)
    assert after(proposal, "Order Date")[0] == "2019-08-03 20:25"
    assert after(proposal, "Product Price")[0] == "0.8" and after(proposal, "City") == ()
    columns, rows = head_of("online_retail/online_retail_uci_from_spark_guide.csv.gz", None)
    assert after(propose(columns, rows, None, LONDON), "CustomerID") == ("17850",)


def test_blank_separated_purchases() -> None:
    columns = ["customer_id", "date", "number_of_cds", "dollar_value"]
    rows = [["00001", "19970101", "1", "11.77"], ["00002", "19970112", "5", "77.00"]]
    fields = propose(columns, rows, None, LONDON).mapping.fields
    assert fields == {
        "customer_id": "customer_id",
        "date": "date",
        "quantity": "number_of_cds",
        "amount": "dollar_value",
    }
    bare = [
        ["00004", "0001", "19970101", "2", "29.33"],
        ["00004", "0001", "19970118", "2", "29.73"],
    ]
    fields = propose([f"column_{n}" for n in range(1, 6)], bare, None, LONDON).mapping.fields
    assert fields == {
        "customer_id": "column_1",
        "date": "column_3",
        "quantity": "column_4",
        "amount": "column_5",
    }


@pytest.mark.parametrize(
    ("header", "row", "kind", "fields"),
    [
        (
            "Belegnummer,Datum,Artikel,Menge,Einzelpreis,Kundennummer",
            ["17", "31.12.2025", "Brot", "2", "3,50", "K9"], "sales",
            {"order_id": "Belegnummer", "date": "Datum", "item": "Artikel", "quantity": "Menge",
             "unit_price": "Einzelpreis", "customer_id": "Kundennummer"},
        ),
        (
            "N° de facture,Date de facture,Désignation,Quantité,Prix unitaire,Client",
            ["17", "31/12/2025", "Pain", "2", "3,50", "C9"], "sales",
            {"date": "Date de facture", "item": "Désignation", "quantity": "Quantité",
             "unit_price": "Prix unitaire", "customer_id": "Client", "order_id": "N° de facture"},
        ),
        (
            "Número de pedido,Fecha,Artículo,Cantidad,Precio,Correo electrónico",
            ["17", "31/12/2025", "Pan", "2", "3,50", "a@b.example"], "sales",
            {"order_id": "Número de pedido", "date": "Fecha", "item": "Artículo",
            "quantity": "Cantidad",
             "unit_price": "Precio", "email": "Correo electrónico"},
        ),
        (
            "Vorname,Nachname,E-Mail,Telefon,Geburtstag,PLZ,Ort",
            ["Jo", "Schmidt", "jo@x.example", "030 1234567", "1.2.1980", "10115", "Berlin"],
            "customers",
            {"first_name": "Vorname", "last_name": "Nachname", "email": "E-Mail",
            "phone": "Telefon",
             "birthday": "Geburtstag", "postcode": "PLZ", "city": "Ort"},
        ),
        (
            "Email,First Name,Subscribed,Signup date", ["a@b.example", "Ana", "yes", "2024-01-02"],
            "audience",
            {"email": "Email", "first_name": "First Name", "consent_email": "Subscribed",
            "subscribed_at": "Signup date"},
        ),
        (
            "Review date,Stars,Review,Reviewer", ["2024-01-02", "4", "Lovely buns", "Jo"],
            "reviews",
            {"date": "Review date", "rating": "Stars", "text": "Review", "author": "Reviewer"},
        ),
        (
            "Product name,SKU,Price,Category", ["Rye loaf", "R-1", "3.50", "Bread"], "products",
            {"item": "Product name", "sku": "SKU", "unit_price": "Price", "category": "Category"},
        ),
    ],
)  # fmt: skip
def test_headers_in_four_languages(
    header: str, row: list[str], kind: str, fields: dict[str, str]
) -> None:
    proposal = propose(header.split(","), [row, row], None, LONDON)
    assert (proposal.mapping.kind, proposal.mapping.fields) == (kind, fields)


def test_known_exports_are_proposed_as_such_with_their_standing() -> None:
    columns = ["ID", "Type", "SKU", "Name", "Published", "Regular price"]
    proposal = propose(columns, [["1", "simple", "A", "Tea", "1", "4.50"]], None, LONDON)
    assert (
        proposal.shape_title == "WooCommerce products"
        and proposal.is_verified
        and proposal.confidence == 1
    )
    columns = ["EMAIL", "EMAIL_BLACKLISTED"]
    assert not propose(columns, [], None, LONDON).is_verified


def test_a_total_is_no_amount_unless_it_multiplies() -> None:
    columns = ["Order ID", "Date", "Item", "Qty", "Price", "Total"]
    good = [
        ["1", "2026-01-02", "Tea", "2", "3.00", "6.00"],
        ["2", "2026-01-02", "Tea", "3", "3.00", "9.00"],
    ]
    assert propose(columns, good, None, LONDON).mapping.fields["amount"] == "Total"
    order = [
        ["1", "2026-01-02", "Tea", "2", "3.00", "20.00"],
        ["2", "2026-01-02", "Tea", "3", "3.00", "31.00"],
    ]
    assert "amount" not in propose(columns, order, None, LONDON).mapping.fields


def test_day_numbers_of_a_spreadsheet_and_counted_pieces() -> None:
    columns = ["Datum", "Artikel", "Menge", "Preis"]
    rows = [[f"{45900 + n},5", "Brot", f"{1 + n % 3} Stk", "2,50 €"] for n in range(9)]
    found = propose(columns, rows, None, LONDON).mapping.fields
    assert found["date"] == "Datum" and found["quantity"] == "Menge"
    [note] = decide_date_style([row[0] for row in rows], default_day_first=True).notes
    assert "45900,5 is 2025-08-31" in note
    # Numbers of customers may have five digits too: one outside the years of business is enough.
    rows[0][0] = "99999"
    assert "date" not in propose(columns, rows, None, LONDON).mapping.fields


def test_a_header_that_says_it_outright_is_believed_with_broken_cells_in_any_language() -> None:
    columns = "Datum,Uhrzeit,Bon-Nr.,Kundin,E-Mail,Leistung,Menge,Betrag".split(",")
    days = ["03.11.2026", "32.11.2026", "04.11.2026"]
    rows = [[day, "09:15", "7", "Anna M", "a@b.example", "Farbe", "1", "9,50 €"] for day in days]
    fields = propose(columns, rows, None, LONDON).mapping.fields
    assert fields == {
        "date": "Datum",
        "time": "Uhrzeit",
        "order_id": "Bon-Nr.",
        "name": "Kundin",
        "email": "E-Mail",
        "item": "Leistung",
        "quantity": "Menge",
        "amount": "Betrag",
    }


def test_words_of_headers() -> None:
    assert (
        words_of("InvoiceNo") == "invoice no"
        and words_of("Número de  pedido") == "numero de pedido"
    )
    assert words_of("order_date") == "order date" and words_of("CustomerID") == "customer id"


def test_an_empty_or_senseless_file_is_no_sure_guess() -> None:
    proposal = propose(["alpha", "beta"], [["x", "y"]], None, LONDON)
    assert proposal.confidence < 0.5
