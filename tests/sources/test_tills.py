"""What real tills do: begin numbers anew, correct a sale, share articles with another source."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.insights import figures, refresh
from regulars.sources import imports
from regulars.sources.models import Import
from tests import world

TILL = ("ticket", "date", "email", "product", "quantity", "unit_price")


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def land(owner: Actor, folder: Path, header: tuple[str, ...], *rows: tuple[object, ...]) -> Import:
    path = world.write(folder / f"{len(list(folder.iterdir()))}.csv", header, list(rows))
    (run,) = imports.import_file(owner, path, kind="sales", is_confirmed=True)
    return run


def rows(owner: Actor, metric: str, *by: str) -> list[dict[str, object]]:
    refresh.refresh(owner)
    return figures.ask(owner, metrics=[metric], by=by)["rows"]


def test_numbers_that_begin_anew_every_day_are_other_sales(owner: Actor, tmp_path: Path) -> None:
    land(
        owner,
        tmp_path,
        TILL,
        (1, "2026-01-05 09:00", "ada@crumb.test", "Bun", 1, "2.00"),
        (2, "2026-01-05 09:10", "", "Bun", 1, "2.00"),
        (1, "2026-01-06 09:00", "bob@crumb.test", "Loaf", 1, "4.00"),
        (2, "2026-01-06 09:30", "", "Loaf", 1, "4.00"),
    )
    by_day = {row["day"]: row["value"] for row in rows(owner, "revenue", "day")}
    assert by_day == {"2026-01-05": 4.0, "2026-01-06": 8.0}
    assert rows(owner, "orders")[0]["value"] == 4
    assert rows(owner, "customers")[0]["value"] == 2
    assert Link.objects.values("profile_id").distinct().count() == 2


def test_a_corrected_amount_takes_the_formers_place(owner: Actor, tmp_path: Path) -> None:
    header = ("order_id", "date", "email", "total")
    land(owner, tmp_path, header, (1, "2026-01-05", "a@crumb.test", "10.00"))
    second = land(owner, tmp_path, header, (1, "2026-01-05", "a@crumb.test", "12.00"))
    assert rows(owner, "revenue")[0]["value"] == 12.0
    imports.undo(owner, second.pk)
    assert rows(owner, "revenue")[0]["value"] == 10.0


def test_a_corrected_quantity_takes_the_formers_place(owner: Actor, tmp_path: Path) -> None:
    for quantity in (2, 3, 5):
        land(owner, tmp_path, TILL, (3, "2026-01-05", "", "Loaf", quantity, "4.00"))
    assert rows(owner, "revenue")[0]["value"] == 20.0


def test_one_article_of_two_sources_is_one_product(owner: Actor, tmp_path: Path) -> None:
    header = ("order_id", "date", "product", "quantity", "unit_price")
    land(owner, tmp_path, header, (1, "2026-01-05", "Coffee", 2, "2.00"))
    german = ("Bon", "Datum", "Artikel", "Menge", "Preis")
    land(owner, tmp_path, german, (1, "05.01.2026", "Coffee", 2, "3,00"))
    found = rows(owner, "revenue", "product")
    assert [(row["product"], row["value"]) for row in found] == [("Coffee", 10.0)]


def test_an_article_is_called_what_most_lines_call_it(owner: Actor, tmp_path: Path) -> None:
    header = ("order_id", "date", "sku", "product", "quantity", "unit_price")
    named = [(n, "2026-01-05", "22423", "Cake stand", 1, "12.00") for n in range(1, 6)]
    land(owner, tmp_path, header, *named, (9, "2026-01-06", "22423", "faulty", 1, "12.00"))
    [row] = rows(owner, "revenue", "product")
    assert (row["product"], row["sku"], row["value"]) == ("Cake stand", "22423", 72.0)


def test_a_last_name_is_a_name(owner: Actor, tmp_path: Path) -> None:
    header = ("Customer ID", "First Name", "Last Name", "Email")
    path = world.write(tmp_path / "c.csv", header, [("7", "Ada", "Smith", "ada@crumb.test")])
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert run.mapping["fields"]["last_name"] == "Last Name"


def test_an_absurd_amount_waits_and_the_rest_lands(owner: Actor, tmp_path: Path) -> None:
    good = [(n, "2026-01-05", "", "Bun", 1, "2.00") for n in range(1, 9)]
    run = land(owner, tmp_path, TILL, *good, (9, "2026-01-05", "", "Bun", 1, "9" * 20))
    assert (run.landed, run.quarantined, run.reasons) == (8, 1, {"bad_number": 1})


def test_figures_say_when_imports_are_ahead_of_them(owner: Actor, tmp_path: Path) -> None:
    land(owner, tmp_path, TILL, (1, "2026-01-05", "", "Bun", 1, "2.00"))
    assert any(
        "regulars refresh" in note for note in figures.ask(owner, metrics=["revenue"])["notes"]
    )
    refresh.refresh(owner)
    notes = figures.ask(owner, metrics=["revenue"])["notes"]
    assert not any("regulars refresh" in note for note in notes)
