from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.sources import imports
from regulars.sources.models import Import, ImportUndo
from tests import world
from tests.sources.states import live, scratch

# A small space of contents, so that files overlap, correct and leave out what others told.
NUMBERS = st.sampled_from(("1", "2", "3"))
PEOPLE = st.sampled_from(("", "ada", "bob"))
ITEMS = st.sampled_from(("Bun", "Rye", "Tea"))
LINES = st.lists(st.tuples(ITEMS, st.integers(1, 2)), min_size=1, max_size=3)
STATES = st.sampled_from(("paid", "paid", "refunded"))
ORDER = st.tuples(NUMBERS, st.integers(1, 3), PEOPLE, STATES, LINES)
SHOPIFY = (
    "Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes",
    "Total", "Discount Amount", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem sku", "Billing Name", "Phone", "Cancelled at", "Refunded Amount",
)  # fmt: skip
PHONES = {"": "", "ada": "+447700900111", "bob": "+447700900222"}


def shopify(path: Path, orders: list[Any]) -> Path:
    rows: list[dict[str, object]] = []
    for number, day, who, state, lines in {one[0]: one for one in orders}.values():
        for place, (item, count) in enumerate(lines):
            row: dict[str, object] = {
                "Name": f"#{number}", "Lineitem name": item, "Lineitem quantity": count,
                "Lineitem price": "2.50", "Email": f"{who}@crumb.test" if who else "",
            }  # fmt: skip
            if place == 0:
                row |= {
                    "Created at": f"2025-04-{day:02} 10:00:00 +0100", "Financial Status": "paid",
                    "Currency": "GBP", "Shipping": "1.00" if day > 1 else "0.00",
                    "Phone": PHONES[who] if day == 3 else "",
                    "Cancelled at": "2025-05-01 10:00:00 +0100" if state == "refunded" else "",
                    "Billing Name": f"{who.title()} {day}" if who else "",
                }  # fmt: skip
            rows.append(row)
    return world.write_named(path, SHOPIFY, rows)


def till(path: Path, orders: list[Any]) -> Path:
    header = ("Order", "Date", "Customer", "Item", "Qty", "Price", "Status")
    rows = [
        (number, f"2025-04-{day:02} 1{place}:00", who, item, count, "2.50",
         "cancelled" if state == "refunded" else "")
        for number, day, who, state, lines in orders
        for place, (item, count) in enumerate(lines)
    ]  # fmt: skip
    return world.write(path, header, rows)


def customers(path: Path, orders: list[Any]) -> Path:
    header = ("Customer ID", "Name", "E-mail", "Phone", "Allows e-mail")
    rows = [
        (number, f"{who.title()} {day}", f"{who}@crumb.test", PHONES[who] if day > 1 else "",
         "yes" if state == "paid" else "no")
        for number, day, who, state, _ in orders
        if who
    ] or [("9", "Zed", "zed@crumb.test", "", "yes")]  # fmt: skip
    return world.write(path, header, rows)


def square(path: Path, orders: list[Any]) -> Path:
    header = (
        "Date", "Time", "Time Zone", "Gross Sales", "Discounts", "Net Sales", "Tax", "Tip",
        "Total Collected", "Transaction ID", "Payment ID", "Event Type", "Location",
        "Customer ID", "Customer Name", "Service Charges", "Description",
    )  # fmt: skip
    return world.write_named(path, header, [
        {"Date": f"2025-04-{day:02}", "Time": "10:00:00", "Time Zone": "London",
         "Gross Sales": f"£{sum(count for _, count in lines) * 2.5:.2f}", "Net Sales": "£0.00",
         "Tip": "£0.50" if day > 1 else "£0.00", "Total Collected": "£0.00",
         "Transaction ID": f"S{number}", "Payment ID": f"P{number}", "Event Type": "Payment",
         "Location": "Shop", "Customer ID": who, "Customer Name": who.title()}
        for number, day, who, _, lines in {one[0]: one for one in orders}.values()
    ])  # fmt: skip


def square_items(path: Path, orders: list[Any]) -> Path:
    header = (
        "Date", "Time", "Time Zone", "Category", "Item", "Qty", "Price Point Name", "SKU",
        "Gross Sales", "Discounts", "Net Sales", "Tax", "Transaction ID", "Payment ID",
        "Event Type", "Location", "Customer ID", "Customer Name",
    )  # fmt: skip
    return world.write_named(path, header, [
        {"Date": f"2025-04-{day:02}", "Time": "10:00:00", "Time Zone": "London", "Item": item,
         "Qty": count, "Gross Sales": f"£{count * 2.5:.2f}", "Net Sales": f"£{count * 2.5:.2f}",
         "Transaction ID": f"S{number}", "Payment ID": f"P{number}", "Event Type": "Payment",
         "Location": "Shop", "Customer ID": who, "Customer Name": who.title()}
        for number, day, who, _, lines in {one[0]: one for one in orders}.values()
        for item, count in lines
    ])  # fmt: skip


KINDS = {
    "shopify": shopify, "till": till, "customers": customers, "square": square,
    "square_items": square_items,
}  # fmt: skip
FILE = st.tuples(st.sampled_from(sorted(KINDS)), st.lists(ORDER, min_size=1, max_size=4))
STEPS = st.lists(st.one_of(FILE, FILE, st.integers(0, 4)), min_size=2, max_size=7)


def run(steps: list[Any]) -> list[Any]:
    """Do ``steps`` (files to import, places of imports to undo); return the files that stand."""
    owner = world.open_shop().owner
    standing: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        for place, step in enumerate(steps):
            if isinstance(step, int):
                if step < len(standing):
                    imports.undo(owner, standing.pop(step)[1].pk)
                continue
            kind, orders = step
            path = KINDS[kind](Path(folder, f"{place}-{kind}.csv"), orders)
            as_kind = "customers" if kind == "customers" else "sales"
            (done,) = imports.import_file(owner, path, kind=as_kind, is_confirmed=True)
            assert done.position == done.landed + done.unchanged + done.quarantined
            standing.append((step, done))
    return [step for step, _ in standing]


@pytest.mark.slow(seconds=12)
@pytest.mark.django_db
@settings(
    max_examples=120, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(STEPS)
def test_any_imports_and_undos_equal_the_surviving_files(steps: list[Any]) -> None:
    with scratch():
        survivors = run(steps)
        found = live()
        told = (Import.objects.count(), ImportUndo.objects.count())
    if told[1] == 0:
        # Nothing was taken back: the survivors' run would be this run once more.
        return
    with scratch():
        run(survivors)
        expected = live()
    assert found == expected, (steps, told)
