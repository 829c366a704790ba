from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

HEAD = "order_id,date,email,product,sku,quantity,unit_price,shop"


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def sell(bakery: Path, tmp_path: Path) -> Callable[[list[str]], None]:
    """Import sales (rows without a header) and bring the figures up to date."""
    from regulars.accounts import actors
    from regulars.insights import refresh
    from regulars.sources import imports

    def go(rows: list[str]) -> None:
        path = tmp_path / "sales.csv"
        path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        owner = actors.owner("cli")
        imports.import_file(owner, path, is_confirmed=True)
        refresh.refresh(owner)

    return go


def test_nothing_was_handed_in_yet(owner: Any) -> None:
    page = owner.get("/insights/products")
    assert page.status_code == 200
    assert "sources/new" in text(page)


def test_one_order_says_that_it_is_too_little(owner: Any, sell: Callable[..., None]) -> None:
    sell(["1,2025-11-03 09:30,ada@example.org,Rye loaf,R1,1,4.20,High Street"])
    page = owner.get("/insights/products")
    told = text(page)
    assert "Rye loaf" in told
    assert "£4.20" in told
    for words in (
        "Too little history to say what rises or falls: it takes 16 whole weeks",
        "Too little history to say what sells out",
        "Too few sales to say what goes with what: it takes 200",
        "Too little history to say after which hours people stay away",
    ):
        assert words in told


def test_sales_without_a_time_of_day_say_so(owner: Any, sell: Callable[..., None]) -> None:
    first = date(2025, 1, 6)
    sell([f"{n},{first + timedelta(days=n)},,Rye loaf,R1,1,4.20,High Street" for n in range(140)])
    told = text(owner.get("/insights/products"))
    assert "nobody can tell what was gone before closing" in told
    assert "nobody can tell which hours lose people" in told


def test_a_product_named_like_a_formula_stays_a_name(owner: Any, sell: Callable[..., None]) -> None:
    name = "=HYPERLINK(1)"
    sell([f"1,2025-11-03 09:30,,{name},F1,2,4.20,<b>Market</b>"])
    page = owner.get("/insights/products")
    assert name in text(page)
    assert "<b>Market" not in page.content.decode()
    rows = table(owner.get("/insights/products?format=csv"))
    assert [row["product"] for row in rows] == ["'" + name]


DAYS_ALONE = ["1,2025-11-24,ada@example.org,Rye loaf,R1,1,4.20,High Street"]


def test_files_that_tell_no_hour_are_said_to_tell_none(
    owner: Any, sell: Callable[..., None], capsys: Any
) -> None:
    from regulars.cli.app import run

    sell(DAYS_ALONE)
    words = "The files tell the day of a sale and not the hour, so hours cannot be seen."
    for address in ("/insights/products", "/insights?whole=1", "/insights/boxes/hours"):
        told = text(owner.get(address))
        assert words in told and "00:00" not in told, address
    answer = owner.get("/api/v1/hours").json()
    assert (answer["hours"], answer["untold"]) == ([], 4.2)
    assert run(["hours"]) == 0
    assert words in capsys.readouterr().out
    [one] = owner.get("/people").context["listing"]["people"]
    page = text(owner.get(f"/people/{one['id']}"))
    # Who looked is told by the hour, and at night that one ends at midnight.
    times = re.findall("<time[^>]*>([^<]*)</time>", page)
    assert "24 Nov 2025" in times and not any("00:00" in one for one in times)
    [entry] = owner.get(f"/api/v1/people/{one['id']}").json()["timeline"]
    assert entry["is_day_alone"]


def test_sales_with_an_hour_count_beside_those_without(
    owner: Any, sell: Callable[..., None]
) -> None:
    sell([*DAYS_ALONE, "2,2025-11-24 09:30,ada@example.org,Rye loaf,R1,1,6.00,High Street"])
    answer = owner.get("/api/v1/hours").json()
    assert [(one["hour"], one["value"]) for one in answer["hours"]] == [(9, 6.0)]
    assert answer["untold"] == 4.2
    assert "Not in the table: £4.20" in text(owner.get("/insights/products"))
    box = text(owner.get("/insights/boxes/hours"))
    assert "09:00 to 10:00" in box and "Hour not told" in box
