"""Orders of WooCommerce whose lines stand in cells."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.mart.tables import TABLES
from regulars.sources import feed, imports, quarantine, rehearsal
from regulars.sources.files.readers.listed import listed
from regulars.sources.files.readers.rows import RowProblem
from regulars.sources.models import Import
from tests import world
from tests.sources.states import live

LINE = [column.name for column in TABLES["order_lines"].columns]
KIND, NAME, SKU, QUANTITY, AMOUNT = map(LINE.index, "kind name sku quantity amount_minor".split())
HEADER = (
    "order_id", "order_number", "order_date", "status", "shipping_total", "fee_total", "tax_total",
    "discount_total", "refunded_total", "order_total", "order_currency", "billing_email",
)  # fmt: skip
ORDER = {
    "order_id": "77", "order_number": "77", "order_date": "2026-02-03 10:11:12",
    "status": "completed", "shipping_total": "5.00", "fee_total": "1.00", "tax_total": "9.00",
    "order_total": "60.00", "order_currency": "GBP", "billing_email": "jo@smith.example",
}  # fmt: skip
TEA = (
    "id:368|name:Green Tea \\| Loose|product_id:9|sku:T-1|quantity:2|subtotal:32.00|"
    "subtotal_tax:6.00|total:30.00|total_tax:6.00|refunded:0.00|refunded_qty:0|"
    "meta:Size=Large,total:99.00"
)
CUP = "id:369|name:Cup; blue|product_id:10|sku:|quantity:1|subtotal:15.00|total:15.00|meta:"


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def bring(owner: Actor, path: Path, *rows: dict[str, str]) -> Import:
    names = dict.fromkeys([*HEADER, *(name for row in rows for name in row)])
    (run,) = imports.import_file(owner, world.write_named(path, tuple(names), rows))
    return run


def lines() -> list[tuple[Any, ...]]:
    """Kind, number, name, quantity and amount of every line that stands."""
    return sorted(
        (line[KIND], line[SKU], line[NAME], line[QUANTITY], line[AMOUNT])
        for _, own in feed.orders_with_lines(feed.view("Europe/London"))
        for line in own
    )


def paid(*, without: str = "") -> int:
    return sum(amount for kind, _, _, _, amount in lines() if kind != without)


def test_lines_in_one_column(owner: Actor, tmp_path: Path) -> None:
    run = bring(owner, tmp_path / "1.csv", ORDER | {"line_items": f"{TEA};{CUP}"})
    assert run.recognised_as == "WooCommerce orders, their lines in a column"
    assert (run.position, run.landed) == (1, 1)
    assert lines() == [
        ("fee", "", "", 0, 100),
        ("goods", "", "Cup; blue", 1, 1500),
        ("goods", "T-1", "Green Tea | Loose", 2, 3000),
        ("postage", "", "", 0, 500),
        ("tax", "", "", 0, 900),
    ]
    assert paid() == 6000


def test_lines_in_many_columns(owner: Actor, tmp_path: Path) -> None:
    bring(
        owner, tmp_path / "1.csv",
        ORDER | {
            "line_item_10": "name:Spoon|product_id:3|sku:S|quantity:1|total:5.00|sub_total:5.00",
            "line_item_2": "name:Cup|product_id:2|sku:C|quantity:4|total:20.00|sub_total:20.00",
            "line_item_1": "name:Tea|product_id:1|sku:|quantity:2|total:20.00|sub_total:25.00"
            "|tax:4.00|tax_data:a:1:{s:5:\"total\";a:1:{i:1;s:4:\"4.00\";}}|meta:k:v",
            "refund_items": "amount:12.00|reason:broken|date:2026-02-05 10:00:00",
        },
    )  # fmt: skip
    goods = [(name, count, amount) for kind, _, name, count, amount in lines() if kind == "goods"]
    assert goods == [("Tea", 2, 2000), ("Cup", 4, 2000), ("Spoon", 1, 500)]
    # A fifth of what was given back is tax: 12.00 × 9 / 60.
    assert ("refund", "", "", 0, -1020) in lines() and paid() == 4800


def test_lines_as_json(owner: Actor, tmp_path: Path) -> None:
    told = [
        {"id": 1, "name": "Tea &amp; more", "product_id": 9, "sku": "T", "quantity": 2,
         "subtotal": "32.00", "total": 30.0, "refunded": 4, "meta": [{"key": "total"}]},
        {"id": 2, "name": "Cup", "quantity": 1, "total": "15.00", "sku": None},
    ]  # fmt: skip
    bring(owner, tmp_path / "1.csv", ORDER | {"line_items": json.dumps(told)})
    assert ("goods", "T", "Tea & more", 2, 3000) in lines()
    assert paid() == 5600


@pytest.mark.parametrize(
    ("changes", "extra"),
    [
        # Prices that hold the tax already.
        ({"order_total": "51.00"}, []),
        # A gift card or a coupon that no line knows of.
        ({"order_total": "50.00"}, [("discount", -100)]),
        ({"order_total": "55.50", "tax_total": "0.00"}, [("fee", 550)]),
        ({"status": "wc-refunded"}, [("refund", -5100)]),
        ({"refunded_total": "-20.00"}, [("refund", -1700)]),
    ],
)
def test_what_lines_do_not_tell_keeps_the_order_adding_up(
    owner: Actor, tmp_path: Path, changes: dict[str, str], extra: list[tuple[str, int]]
) -> None:
    row = ORDER | {"line_items": f"{TEA};{CUP}"} | changes
    bring(owner, tmp_path / "1.csv", row)
    back = Decimal(row["order_total"]) if "refunded" in row["status"] else Decimal(0)
    back = back or abs(Decimal(row.get("refunded_total", "0")))
    assert paid() == (Decimal(row["order_total"]) - back) * 100
    assert set(extra) <= {(kind, amount) for kind, _, _, _, amount in lines()}


@pytest.mark.parametrize(
    "cell",
    [
        "Tea x 2",
        "[{\"name\": \"Tea\"",
        "name:Tea|quantity:two|total:30.00",
        "name:Tea|quantity:2|total:n.a.;name:Cup|total:15.00",
        "name:Tea|quantity:2",
        "name:|product_id:0|quantity:1|total:3.00",
    ],
)  # fmt: skip
def test_an_order_with_a_line_that_cannot_be_read_waits(
    owner: Actor, tmp_path: Path, cell: str
) -> None:
    rows = (ORDER | {"line_items": cell}, ORDER | {"order_id": "78", "line_items": TEA})
    run = bring(owner, tmp_path / "1.csv", *rows)
    assert (run.landed, run.quarantined, run.reasons) == (1, 1, {"bad_lines": 1})
    (row,) = quarantine.waiting(run.pk)
    quarantine.mend(owner, row.pk, changes={"line_items": CUP})
    assert paid() == 12000 and not quarantine.waiting(run.pk)


def test_an_order_told_again_drops_its_lines(owner: Actor, tmp_path: Path) -> None:
    first = ORDER | {"line_items": f"{TEA};{CUP}"}
    bring(owner, tmp_path / "1.csv", first)
    before = live()
    path = tmp_path / "2.csv"
    run = bring(owner, path, first | {"line_items": CUP, "order_total": "30.00"})
    assert paid() == 3000 and not any("Tea" in name for _, _, name, _, _ in lines())
    (told,) = rehearsal.rehearse(owner, path)
    assert (told["landed"], told["unchanged"]) == (0, 1)
    imports.undo(owner, run.pk)
    assert live() == before


def test_totals_give_way_to_the_lines_of_the_same_orders(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path / "totals.csv", ORDER)
    assert paid() == 6000
    bring(owner, tmp_path / "lines.csv", ORDER | {"line_items": f"{TEA};{CUP}"})
    assert paid() == 6000 and len([one for one in lines() if one[0] == "goods"]) == 2


def test_an_order_without_lines_is_its_total(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path / "1.csv", ORDER | {"line_items": ""})
    assert paid() == 6000 and paid(without="tax") == 5100


def test_a_dry_run_shows_every_line(owner: Actor, tmp_path: Path) -> None:
    path = world.write_named(
        tmp_path / "1.csv", (*HEADER, "line_items"), [ORDER | {"line_items": f"{TEA};{CUP}"}]
    )
    (told,) = rehearsal.rehearse(owner, path)
    (row,) = told["rows"]
    assert row["name"] == "Green Tea | Loose" and row["more"] == "1 × Cup; blue: 1500"


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace(";", "\\;")


words = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\\"),
    min_size=1, max_size=20,
).map(str.strip).filter(bool)  # fmt: skip


@given(st.lists(st.tuples(words, st.integers(1, 9), st.decimals(0, 999, places=2)), min_size=1))
def test_what_is_written_is_read(entries: list[tuple[str, int, Decimal]]) -> None:
    cell = ";".join(
        f"name:{escaped(name)}|sku:|quantity:{count}|total:{total}|meta:a=b,total:1"
        for name, count, total in entries
    )
    assert [(one["name"], int(one["quantity"]), Decimal(one["total"])) for one in listed(cell)] == (
        entries
    )


@given(st.text(st.sampled_from('name:sku|total;\\"[]{},12. \n')))
def test_any_cell_is_read_or_refused(cell: str) -> None:
    try:
        assert all(isinstance(value, str) for one in listed(cell) for value in one.values())
    except RowProblem as problem:
        assert problem.code == "bad_lines"
