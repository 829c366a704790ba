from __future__ import annotations

from pathlib import Path

import pytest

from regulars.sources import imports, quarantine
from tests import world

HEADER = ("Order", "Date", "E-mail", "Item", "Qty", "Price")
ROWS = [
    ("1", "2025-04-01", "a@crumb.test", "Bun", 1, "2.50"),
    ("2", "2025-04-31", "b@crumb.test", "Bun", 1, "2.50"),
    ("3", "2025-04-03", "c@crumb.test", "Bun", 1, "2.50"),
]


@pytest.fixture
def shop(db: None, data_folder: Path) -> world.People:
    return world.open_shop()


def test_the_same_broken_row_waits_once(shop: world.People, tmp_path: Path) -> None:
    path = world.write(tmp_path / "a.csv", HEADER, ROWS)
    (first,) = imports.import_file(shop.owner, path, is_confirmed=True)
    (again,) = imports.import_file(shop.owner, path, is_confirmed=True)
    assert (again.landed, again.unchanged, again.quarantined) == (0, 2, 1)
    [row] = quarantine.waiting()
    assert row.of_import_id == first.pk
    quarantine.mend(shop.owner, row.pk, changes={"Date": "2025-04-30"})
    assert not quarantine.waiting().exists()
    # The mended row goes with the import it landed in; then the other telling waits.
    imports.undo(shop.owner, first.pk)
    [row] = quarantine.waiting()
    assert row.of_import_id == again.pk


def test_a_changed_mapping_of_a_known_export_is_remembered(
    shop: world.People, tmp_path: Path
) -> None:
    header = ("Name", "Email", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes")
    header += (
        "Total",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Shop",
    )
    row = ("#1", "a@crumb.test", "paid", "GBP", "5.00", "0.00", "0.00", "5.00")
    row += ("2026-05-01 10:00:00 +0100", "1", "Loaf", "5.00", "High Street")
    path = world.write(tmp_path / "orders.csv", header, [row])
    imports.import_file(shop.owner, path, changes={"place": "Shop"})
    other = world.write(tmp_path / "more.csv", header, [("#2", *row[1:])])
    (run,) = imports.import_file(shop.owner, other)
    assert run.mapping["fields"]["place"] == "Shop"
