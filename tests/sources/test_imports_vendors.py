from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.kernel.errors import WrongUse
from regulars.mart.tables import TABLES
from regulars.sources import feed, imports, rehearsal
from regulars.sources.files.shapes import recognise
from regulars.sources.models import (
    Booking,
    CustomerRecord,
    Feedback,
    Identifier,
    Import,
    MappingMemory,
    Order,
    Product,
)
from tests import world
from tests.sources.states import live
from tests.sources.test_undo_any_order import square, square_items

AMOUNT, STATUS = (
    [column.name for column in TABLES["orders"].columns].index(name)
    for name in ("amount_minor", "status")
)
# Reports that are not about sales or people: every row is held, with that reason.
REPORTS = {"klaviyo_campaigns", "stripe_payouts"}


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def revenue() -> int:
    orders = feed.orders_with_lines(feed.view("Europe/London"))
    return sum(order[AMOUNT] for order, _ in orders if order[STATUS] == "accepted")


# What stands in a column, by the field that its shape makes of it.
CELLS = {
    "order_id": "A7", "reference": "P7", "record_id": "R7", "customer_id": "C7", "sku": "BUN",
    "date": "2025-04-03", "starts_at": "2025-04-03 10:00", "ends_at": "2025-04-03 11:00",
    "booked_at": "2025-04-01 10:00", "time": "10:00:00", "email": "ada@crumb.test",
    "phone": "07700 900111", "name": "Ada L", "first_name": "Ada", "last_name": "L",
    "item": "Bun", "what": "Cut", "quantity": "1", "unit_price": "12.50", "amount": "12.50",
    "total": "12.50", "subtotal": "12.50", "currency": "GBP", "event": "Payment",
}  # fmt: skip


def made_up(path: Path, folder: Path) -> Path:
    """The file itself where it has rows; else its header with one row made up."""
    text = path.read_text(encoding="utf-8-sig")
    if len(text.splitlines()) > 1:
        return path
    delimiter = max(",;\t", key=text.count)
    columns = next(csv.reader([text], delimiter=delimiter))
    shape = recognise(columns)
    assert shape is not None, path.name
    fields = {column: field for field, column in shape.mapping(columns).fields.items()}
    cells = [CELLS.get(fields.get(name, ""), "") for name in columns]
    cells[0] = cells[0] or "A1"
    made = folder / path.name
    with made.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([columns, cells])
    return made


def test_every_vendors_header_reaches_the_facts(
    owner: Actor, shared_data: Path | None, tmp_path: Path
) -> None:
    if shared_data is None:
        pytest.skip("the vendors' headers are not here; their shapes are tested by name below")
    folder = shared_data / "exports" / "headers"
    untold = set()
    for name in json.loads((folder / "headers.json").read_text()):
        path = made_up(folder / f"{name}.csv", tmp_path)
        (told,) = rehearsal.rehearse(owner, path)
        (run,) = imports.import_file(owner, path)
        assert run.shape and run.position, name
        assert run.position == run.landed + run.unchanged + run.quarantined, name
        if not run.landed + run.unchanged and name not in REPORTS:
            untold.add((name, str(run.reasons)))
        assert [told[key] for key in ("rows_read", "landed", "unchanged", "quarantined")] == [
            run.position, run.landed, run.unchanged, run.quarantined
        ], name  # fmt: skip
        (again,) = imports.import_file(owner, path)
        assert (again.landed, again.unchanged) == (0, run.landed + run.unchanged), name
    assert not untold
    for model in (Order, CustomerRecord, Product, Booking):
        assert model.objects.exists()
    before = live()
    for run in Import.objects.order_by("pk"):
        if run.landed == 0:
            imports.undo(owner, run.pk)
    assert live() == before


def test_a_shops_own_product_files(owner: Actor, shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("the product files are not here")
    for path in sorted((shared_data / "exports" / "shopify_products").glob("*.csv")):
        (run,) = imports.import_file(owner, path)
        assert run.kind == "products" and run.landed, path.name
    assert Product.objects.exclude(name="").count() == Product.objects.count()


SHOPIFY = (
    "Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes",
    "Total", "Discount Amount", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem sku", "Billing Name", "Phone", "Cancelled at", "Refunded Amount",
)  # fmt: skip


def shopify_rows() -> list[dict[str, Any]]:
    line = {"Lineitem quantity": 1, "Lineitem name": "Bun", "Lineitem price": "10.00"}
    first = {
        "Email": "ada@crumb.test", "Financial Status": "paid", "Currency": "GBP",
        "Shipping": "3.00", "Created at": "2025-04-03 10:00:00 +0100", "Phone": "'+447700900111",
        "Billing Name": "Ada L", **line,
    }  # fmt: skip
    return [
        {"Name": "#1", **first, "Discount Amount": "2.00"},
        {"Name": "#1", **line, "Lineitem name": "Rye", "Lineitem quantity": 2},
        {"Name": "#2", **first, "Refunded Amount": "4.00"},
        {"Name": "#3", **first, "Cancelled at": "2025-04-04 10:00:00 +0100"},
        {"Name": "#4", **first, "Email": "", "Phone": "", "Billing Name": ""},
    ]


def test_shopify_orders_of_many_rows(owner: Actor, tmp_path: Path) -> None:
    path = world.write_named(tmp_path / "orders.csv", SHOPIFY, shopify_rows())
    (run,) = imports.import_file(owner, path)
    assert (run.position, run.landed, run.recognised_as) == (5, 5, "Shopify orders")
    # 10 + 20 + 3 − 2; 10 + 3 − 4; nothing; a guest's 10 + 3.
    found = {order[1]: order for order, _ in feed.orders_with_lines(feed.view("Europe/London"))}
    assert {name: order[AMOUNT] for name, order in found.items()} == {
        "#1": 3100, "#2": 900, "#3": 1300, "#4": 1300
    }  # fmt: skip
    assert found["#3"][STATUS] == "cancelled" and found["#4"][2] is None
    assert revenue() == 3100 + 900 + 1300
    assert set(Identifier.objects.values_list("value", flat=True)) == {
        "ada@crumb.test", "+447700900111"
    }  # fmt: skip


def test_a_later_telling_of_an_order_leaves_lines_out(owner: Actor, tmp_path: Path) -> None:
    rows = shopify_rows()
    imports.import_file(owner, world.write_named(tmp_path / "1.csv", SHOPIFY, rows))
    before = live()
    (run,) = imports.import_file(
        owner, world.write_named(tmp_path / "2.csv", SHOPIFY, [rows[0], *rows[2:]])
    )
    assert run.unchanged == 4 and revenue() == 1100 + 900 + 1300
    imports.undo(owner, run.pk)
    assert live() == before


ORDERS = [
    ("1", 2, "c1", "paid", [("Bun", 2), ("Rye", 1)]), ("2", 1, "c2", "paid", [("Tea", 1)])
]  # fmt: skip


@pytest.mark.parametrize("order", [(square, square_items), (square_items, square)])
def test_square_tells_the_same_sales_twice(owner: Actor, tmp_path: Path, order: Any) -> None:
    one, other = order
    (first,) = imports.import_file(owner, one(tmp_path / "1.csv", ORDERS))
    alone = live()
    assert revenue() == 1000
    (second,) = imports.import_file(owner, other(tmp_path / "2.csv", ORDERS))
    assert revenue() == 1000
    both = live()
    lines = [line[4] for _, own in feed.orders_with_lines(feed.view("UTC")) for line in own]
    assert sorted(filter(None, lines)) == ["Bun", "Rye", "Tea"]
    imports.undo(owner, second.pk)
    assert live() == alone
    (third,) = imports.import_file(owner, other(tmp_path / "3.csv", ORDERS))
    assert live() == both
    imports.undo(owner, first.pk)
    assert revenue() == 1000
    imports.undo(owner, third.pk)
    assert revenue() == 0


def test_a_mapping_is_remembered_for_the_next_file(owner: Actor, tmp_path: Path) -> None:
    header = ("Ticket", "When", "What", "Paid")
    first = world.write(tmp_path / "1.csv", header, [("1", "2025-04-03", "Bun", "2.50")])
    with pytest.raises(WrongUse) as caught:
        imports.import_file(owner, first)
    assert caught.value.exit_status == 2 and not MappingMemory.objects.exists()
    changes = {"order_id": "Ticket", "date": "When", "item": "What", "amount": "Paid"}
    imports.import_file(owner, first, kind="sales", changes=changes)
    second = world.write(tmp_path / "2.csv", header, [("2", "2025-04-04", "Rye", "4.00")])
    (run,) = imports.import_file(owner, second)
    assert (run.landed, revenue()) == (1, 650)
    assert run.recognised_as == "sales as confirmed before"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"changes": {"order_id": "Nowhere"}}, "Nowhere"),
        ({"changes": {"nonsense": "Ticket"}}, "nonsense"),
        ({"kind": "poems"}, "poems"),
    ],
)
def test_a_wrong_choice_is_named(
    owner: Actor, tmp_path: Path, how: dict[str, Any], said: str
) -> None:
    header = ("Ticket", "When", "What", "Paid")
    path = world.write(tmp_path / "1.csv", header, [("1", "2025-04-03", "Bun", "2.50")])
    with pytest.raises(WrongUse, match=said):
        imports.import_file(owner, path, **how)
    assert not Import.objects.exists()


def test_reviews_of_google(owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    stars = ("ONE", "FIVE", "THREE")
    path.write_text(json.dumps({"reviews": [
        {"name": f"accounts/1/locations/2/reviews/{n}", "starRating": star, "comment": f"Nice {n}",
         "createTime": f"2025-04-0{n + 1}T10:00:00Z", "updateTime": f"2025-04-0{n + 1}T10:00:00Z",
         "reviewer": {"displayName": f"R{n}"}}
        for n, star in enumerate(stars)
    ]}))  # fmt: skip
    (run,) = imports.import_file(owner, path)
    assert (run.kind, run.landed) == ("reviews", 3)
    assert sorted(Feedback.objects.values_list("rating", flat=True)) == [1, 3, 5]
    (again,) = imports.import_file(owner, path)
    imports.undo(owner, run.pk)
    # The second import told the same: the reviews stay by it.
    assert again.landed == 0 and len(list(feed.feedback(feed.view("UTC")))) == 3
