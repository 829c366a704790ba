from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from regulars.kernel.errors import WrongUse
from regulars.sources.files.mapping import (
    FIELDS,
    KINDS,
    Head,
    MapContext,
    Mapping,
    compile_reader,
    signature,
)
from regulars.sources.files.readers.words import (
    booking_status,
    consent_state,
    kind_of_line,
    order_status,
)
from regulars.sources.files.records import Rejected, SaleRow

LONDON = MapContext("GBP", "Europe/London", "GB", datetime(2026, 6, 1, tzinfo=UTC))
RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
RETAIL_MAP = {
    "order_id": "InvoiceNo", "sku": "StockCode", "item": "Description", "quantity": "Quantity",
    "date": "InvoiceDate", "unit_price": "UnitPrice", "customer_id": "CustomerID",
    "country": "Country",
}  # fmt: skip


def read(
    header: str,
    lines: list[str],
    fields: dict[str, str],
    kind: str = "sales",
    context: MapContext = LONDON,
    **options: str,
) -> list[Any]:
    columns = header.split(",")
    cells = list(csv.reader(lines))
    mapping = Mapping(kind, "own", fields, options=options)
    reader = compile_reader(Head(columns, cells), mapping, context)
    return [reader(row_no, row) for row_no, row in enumerate(cells, 1)]


def retail(*lines: str) -> list[Any]:
    return read(RETAIL, list(lines), RETAIL_MAP)


def test_sales_returns_guests_postage_and_free_lines() -> None:
    sale, back, guest, post, free, odd = retail(
        "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "C536379,85123A,HEART,-1,2010-12-01 09:41:00,27.50,14527.0,United Kingdom",
        "536370,22492,BOX,1,2011-07-01 09:41:00,0.65,,France",
        "536370,POST,POSTAGE,3,2011-07-01 09:41:00,18.00,12583.0,France",
        "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom",
        "550193,PADS,PADS,3,2011-04-15 09:27:00,0.005,13952.0,United Kingdom",
    )
    assert (
        sale.order_id == "536365"
        and sale.amount_minor == 1530
        and sale.unit_price == Decimal("2.55")
    )
    assert sale.identifiers == (("customer_id:own", "17850"),) and sale.traits == {
        "country": "United Kingdom"
    }
    assert sale.happened_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC) and sale.currency == "GBP"
    assert back.order_id == "C536379" and back.amount_minor == -2750 and back.status == "accepted"
    assert guest.identifiers == () and guest.happened_at.hour == 8
    assert post.kind == "postage" and free.amount_minor == 0 and free.name == ""
    assert odd.amount_minor == 2 and odd.unit_price == Decimal("0.005")


def test_rows_that_cannot_land_say_why() -> None:
    rows = retail(
        "1,A,x,1,2010-12-01,1.00,5,UK",
        "2,A,x,one,2010-12-01,1.00,5,UK",
        "3,A,x,1,2010-13-45,1.00,5,UK",
        "4,A,x,1,2010-12-01,,5,UK",
        ",A,x,1,2010-12-01,1.00,5,UK",
        "6,A,x,1,,1.00,5,UK",
        "Total,,,4,,4.00,,",
        ",,,,,,,",
    )
    assert isinstance(rows[0], SaleRow)
    reasons = [row.reason for row in rows[1:]]
    assert reasons == [
        "bad_number", "bad_date", "no_amount", "no_order", "no_date", "not_a_record",
        "not_a_record",
    ]  # fmt: skip
    assert all(row.message and row.cells for row in rows[1:])


def test_later_rows_of_an_order_may_leave_the_date_out() -> None:
    first, second = retail("1,A,x,1,2010-12-01,1.00,5,UK", "1,B,y,2,,3.00,,")
    assert (
        second.happened_at is None
        and second.order_id == first.order_id
        and second.amount_minor == 600
    )


def test_tickets_without_prices_or_customers() -> None:
    header, fields = (
        "Date,Time,Transaction,Item",
        {"date": "Date", "time": "Time", "order_id": "Transaction", "item": "Item"},
    )
    [row] = read(header, ["2016-10-30,09:58:11,1,Bread"], fields)
    assert (
        row.amount_minor == 0
        and row.unit_price is None
        and row.quantity == 1
        and row.identifiers == ()
    )
    assert row.happened_at == datetime(2016, 10, 30, 9, 58, 11, tzinfo=UTC)


def test_orders_are_made_of_customer_and_instant_where_the_file_has_no_numbers() -> None:
    fields = {"date": "date", "customer_id": "who", "amount": "value"}
    rows = read(
        "who,date,value", ["7,1997-01-01,11.77", "7,1997-01-01,2.00", "7,1997-01-12,12.00"], fields
    )
    assert len({row.order_id for row in rows}) == 2 and rows[0].order_id == rows[1].order_id
    [mailed] = read("who,date,value", ["a@b.example,1997-01-01,1"], fields | {"email": "who"})
    assert "a@b.example" not in mailed.order_id
    nobody = read(
        "date,value", ["1997-01-01,11.77", "1997-01-01,2.00"], {"date": "date", "amount": "value"}
    )
    assert len({row.order_id for row in nobody}) == 2
    assert [r.order_id for r in nobody] == [
        r.order_id
        for r in read(
            "date,value",
            ["1997-01-01,11.77", "1997-01-01,2.00"],
            {"date": "date", "amount": "value"},
        )
    ]


def test_a_number_style_is_the_files() -> None:
    fields = {"date": "d", "order_id": "o", "quantity": "q", "unit_price": "p", "amount": "a"}
    rows = read("o;d;q;p;a".replace(";", ","), [
        '1,2026-01-31,"1","1.234","1.234,00 €"', '2,2026-01-31,"2","0,50","(1,00 €)"',
        '3,2026-01-31,"-1","3,00","3,00"',
    ], fields)  # fmt: skip
    assert [row.amount_minor for row in rows] == [123400, -100, -300]
    assert rows[0].unit_price == Decimal(1234) and rows[0].currency == "EUR"


def test_day_and_month_are_told_apart_by_the_column() -> None:
    fields = {"date": "d", "order_id": "o", "amount": "a"}
    day_first = read("o,d,a", ["1,03/04/2026,1", "2,25/04/2026,1"], fields)
    month_first = read("o,d,a", ["1,03/04/2026,1", "2,04/25/2026,1"], fields)
    assert (day_first[0].happened_at.month, month_first[0].happened_at.month) == (4, 3)
    late = [f"{n},0{1 + n % 9}/05/2026,1" for n in range(2_500)] + ["x,05/25/2026,1"]
    assert read("o,d,a", late, fields)[0].happened_at.month == 1


def test_charges_are_the_orders_where_every_row_repeats_them() -> None:
    fields = {"date": "d", "order_id": "o", "amount": "a", "postage": "p", "discount": "c"}
    repeated = ["1,2026-01-01,10,4.99,0", "1,2026-01-01,5,4.99,0", "2,2026-01-01,5,0,0"]
    rows = read("o,d,a,p,c", repeated, fields)
    assert [row.charges for row in rows] == [(("postage", 499),), (), ()]
    own = ["1,2026-01-01,10,0,1", "1,2026-01-01,5,0,2", "2,2026-01-01,5,0,3"]
    assert [row.charges for row in read("o,d,a,p,c", own, fields)] == [
        (("discount", -100),), (("discount", -200),), (("discount", -300),),
    ]  # fmt: skip


def test_columns_fill_fields_together_and_constants_fill_them_alone() -> None:
    fields = {
        "date": "day + clock",
        "order_id": "o",
        "amount": "=2.50",
        "currency": "=EUR",
        "item": "a + b",
    }
    [row] = read("o,day,clock,a,b", ["1,2026-01-02,10:30,Rye,loaf"], fields)
    assert row.amount_minor == 250 and row.currency == "EUR" and row.name == "Rye loaf"
    assert row.happened_at == datetime(2026, 1, 2, 10, 30, tzinfo=UTC)


def test_bookings_of_unknown_files() -> None:
    fields = {
        "starts_at": "d + m + y", "nights": "a + b", "party": "n", "rate": "adr", "status": "s",
        "lead_days": "l",
        "cancelled": "c",
    }  # fmt: skip
    rows = read("d,m,y,a,b,n,adr,s,l,c", [
        "1,July,2015,1,2,2,75.50,Check-Out,30,0", "2,July,2015,0,1,NA,10,No-Show,1,1",
        "2,July,2015,0,1,1,10,Canceled,1,1",
    ], fields, "bookings")  # fmt: skip
    assert [row.status for row in rows] == ["kept", "no_show", "cancelled"]
    assert rows[0].amount_minor == 22650 and rows[1].party is None
    assert (rows[0].ends_at - rows[0].starts_at).days == 3 and (
        rows[0].starts_at - rows[0].booked_at
    ).days == 30
    assert rows[0].record_id != rows[1].record_id


def test_reviews_of_unknown_files() -> None:
    fields = {"date": "d", "rating": "r", "text": "t", "author": "a"}
    rows = read("d,r,t,a", ["2026-01-02,4,Good,Jo", "2026-01-02,4.5,Fine,Jo",
    "2026-01-02,,Words,Jo", "2026-01-02,,,Jo"],
                fields, "reviews")  # fmt: skip
    assert [(row.rating, row.rating_max) for row in rows[:3]] == [(4, 5), (9, 10), (None, 5)]
    assert isinstance(rows[3], Rejected) and rows[3].reason == "no_feedback"
    rows = read(
        "d,r,t,a", ["2026-01-02,8/10,Good,Jo", "2026-01-02,★★★☆☆,Fine,Jo"], fields, "reviews"
    )
    assert [(row.rating, row.rating_max) for row in rows] == [(8, 10), (3, 5)]


def test_a_mapping_can_be_stored_changed_and_refused() -> None:
    columns = RETAIL.split(",")
    mapping = Mapping(
        "sales", "own", RETAIL_MAP, order_namespace="own:1", options={"charges": "line"}
    )
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping
    changed = mapping.changed(columns, {"country": "", "order_id": "stockcode", "currency": "=USD"})
    assert "country" not in changed.fields and changed.fields["currency"] == "=USD"
    with pytest.raises(WrongUse, match="no column"):
        mapping.changed(columns, {"order_id": "Nope"})
    with pytest.raises(WrongUse, match="no field"):
        mapping.changed(columns, {"orderr": "InvoiceNo"})
    with pytest.raises(WrongUse, match="No column says"):
        compile_reader(Head(columns, []), Mapping("sales", "own", {"item": "Description"}), LONDON)
    with pytest.raises(WrongUse, match="kind"):
        compile_reader(Head(columns, []), Mapping("plants", "own", {}), LONDON)


def test_a_signature_is_the_headers_not_its_orders() -> None:
    assert signature(["A b", "C"]) == signature(["c", "ab"]) != signature(["A b", "C", "D"])


def test_every_kind_has_fields_with_titles() -> None:
    for kind in KINDS:
        names = [entry.name for entry in FIELDS[kind]]
        assert len(names) == len(set(names)) and all(entry.title for entry in FIELDS[kind])


def test_words_for_states() -> None:
    assert order_status("Canceled") == "cancelled" and order_status("On hold") == "pending"
    assert order_status("Versandt") == order_status("") == "accepted"
    assert booking_status("No-Show") == "no_show" and booking_status("Confirmed") == "booked"
    assert consent_state("Oui") == "granted" and consent_state("no") == "unknown"
    assert consent_state("Unsubscribed") == "withdrawn"
    assert kind_of_line("C2", "") == "postage" and kind_of_line("AMAZONFEE", "AMAZON FEE") == "fee"
    assert kind_of_line("M", "Manual") == kind_of_line("85123A", "POSTAGE STAMP MUG") == "goods"


def _twin() -> tuple[list[str], list[list[str]], int]:
    dice, rows, minor = random.Random(7), [], 0
    for order in range(1_500):
        number = f"C{order}" if order % 17 == 0 else str(order)
        for _ in range(dice.randint(1, 5)):
            count = -dice.randint(1, 9) if number[0] == "C" else dice.randint(1, 40)
            cents = dice.randint(0, 2000)
            who = "" if order % 4 == 0 else f"{12000 + order % 400}.0"
            minor += count * cents
            rows.append(
                [
                    number,
                    "85123A",
                    "HEART",
                    str(count),
                    "2011-02-03 10:11:00",
                    f"{cents / 100:.2f}",
                    who,
                    "France",
                ]
            )
    return RETAIL.split(","), rows, minor


def test_online_retail_sums_to_the_penny(shared_data: Path | None) -> None:
    if shared_data is None:
        columns, rows, expected = _twin()
    else:
        path = shared_data / "online_retail" / "online_retail_uci_from_spark_guide.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            columns, *rows = csv.reader(lines)
        expected = 974_774_793
    reader = compile_reader(
        Head(columns, rows[:2_000]), Mapping("sales", "own", RETAIL_MAP), LONDON
    )
    total, kinds = 0, Counter[str]()
    for row_no, cells in enumerate(rows, 1):
        row = reader(row_no, cells)
        assert isinstance(row, SaleRow)
        total += row.amount_minor
        kinds[row.kind] += 1
    assert total == expected
    if shared_data is not None:
        assert sum(kinds.values()) == 541_909 and kinds["postage"] == 2_110 and kinds["fee"] == 90


def test_a_single_foreign_sign_is_a_slip_not_the_files_currency() -> None:
    fields = {"date": "d", "order_id": "o", "amount": "a"}
    lines = [f"{n},2026-01-31,{n}.50" for n in range(1, 6)]
    rows = read("o,d,a", [*lines, '6,2026-01-31,"1.234,50 €"'], fields)
    assert [row.currency for row in rows[:5]] == ["GBP"] * 5
    assert isinstance(rows[5], Rejected) and rows[5].reason == "other_currency"
