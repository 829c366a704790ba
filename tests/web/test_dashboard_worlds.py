from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAD = "order_id,date,product,sku,quantity,unit_price,currency,shop"


@pytest.fixture
def sold(owner: Any, tmp_path: Path) -> Callable[..., Any]:
    """Import sales lines and bring figures up to date; the owner's browser."""

    def go(*lines: str) -> Any:
        from regulars.accounts import actors
        from regulars.insights import refresh
        from regulars.sources import imports

        path = tmp_path / "sales.csv"
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        imports.import_file(actors.owner("cli"), path, kind="sales", is_confirmed=True)
        refresh.refresh(actors.owner("cli"))
        return owner

    return go


def whole(browser: Any, query: str = "") -> Any:
    page = browser.get(f"/insights?whole=1&{query}")
    assert page.status_code == 200
    return page


def value(page: Any, name: str) -> Any:
    return {one["metric"]: one for one in page.context["numbers"]}[name]


def test_nothing_was_imported_yet(owner: Any) -> None:
    page = owner.get("/insights").content.decode()
    assert "Once you hand in an export" in page
    assert "/sources/new" in page
    assert owner.get("/insights/numbers?format=csv").status_code == 200
    refused = owner.post("/insights/shares", {"days": "7"}).content.decode()
    assert "There are no figures to share yet." in refused


def test_one_order(sold: Any) -> None:
    browser = sold("1,2025-11-20 10:00,Loaf,L1,1,2.50,GBP,Market")
    page = whole(browser)
    assert value(page, "revenue")["value"] == 2.5
    assert value(page, "revenue")["low"] is None
    # No file holds a review: no numbers of them and no empty boxes.
    assert not {"reviews", "review_mean"} & {one["metric"] for one in page.context["numbers"]}
    assert "Reviews by where" not in page.content.decode()
    # The shop's own words, as on Today.
    assert value(page, "customers")["title"] == "Guests"
    assert "Too few to say how sure." in page.content.decode()
    assert whole(browser, "period=12months&compare=off").context["series"]["grain"] == "week"


def test_refunds_only_and_nought(sold: Any) -> None:
    browser = sold(
        "1,2025-11-20 10:00,Loaf,L1,-4,2.50,GBP,Market",
        "2,2025-11-21 10:00,Bun,B1,1,0,GBP,Market",
    )
    page = whole(browser)
    assert value(page, "revenue")["value"] == -10.0
    assert value(page, "orders")["value"] == 0
    rows = page.context["columns"][0][1]["rows"]
    assert {row["label_of"]: (row["share"], row["width"]) for row in rows}["Loaf"] == (None, 0)
    assert "-£10.00" in page.content.decode() or "−£10.00" in page.content.decode()


def test_three_currencies(sold: Any) -> None:
    browser = sold(
        "1,2025-11-20 10:00,Loaf,L1,1,2.50,GBP,Market",
        "2,2025-11-20 11:00,Loaf,L1,1,9.00,EUR,Market",
        "3,2025-11-20 12:00,Loaf,L1,1,8.00,USD,Market",
    )
    page = whole(browser)
    assert value(page, "revenue")["value"] == 2.5
    assert (
        "1 order in EUR is not in the figures of sales: they hold orders in GBP."
        in page.content.decode()
    )
    assert (
        "1 order in USD is not in the figures of sales: they hold orders in GBP."
        in page.content.decode()
    )


def test_names_that_a_spreadsheet_or_a_browser_would_run(sold: Any) -> None:
    formula, script = '=HYPERLINK("http://evil")', "<script>alert(1)</script>"
    quoted = '"' + formula.replace('"', '""') + '"'
    browser = sold(
        f"1,2025-11-20 10:00,{quoted},,1,2.50,GBP,{script}",
        f"2,2025-11-20 10:00,{script},,1,2.50,GBP,=1+1",
    )
    page = whole(browser)
    body = page.content.decode()
    assert "<script>alert" not in body
    assert html.escape(script) in body
    sheet = browser.get("/insights/boxes/products?format=csv").content.decode()
    cells = {row["product"] for row in csv.DictReader(io.StringIO(sheet))}
    assert cells == {f"'{formula}", script}
    for name in (formula, script):
        [row] = [one for one in page.context["columns"][0][1]["rows"] if one["label_of"] == name]
        assert value(whole(browser, row["path"].partition("?")[2]), "revenue")["value"] == 2.5
    assert browser.get("/insights/shares?place=%3Cscript%3Ealert(1)").status_code == 200


def test_a_dated_future_order_counts_once_its_day_is_over(sold: Any) -> None:
    browser = sold(
        "1,2025-11-20 10:00,Loaf,L1,1,2.50,GBP,Market",
        "2,2999-01-01 10:00,Loaf,L1,1,2.50,GBP,Market",
    )
    page = whole(browser)
    assert page.context["desk"].as_of.year < 2999
    assert value(page, "revenue")["value"] in (0, 2.5)


def test_a_mart_of_another_version_is_made_anew(owner: Any, bakery: Path, sold: Any) -> None:
    import dataclasses

    from regulars.mart import manifest

    sold("1,2025-11-20 10:00,Loaf,L1,1,2.50,GBP,Market")
    held = manifest.read(bakery / "mart")
    manifest.write(bakery / "mart", dataclasses.replace(held, contract="of another version"))
    assert "Figures are being brought up to date" in owner.get("/insights").content.decode()


def test_what_is_read_adds_up(sold: Any, tmp_path: Path) -> None:
    from tests.web.voices import import_reviews

    # Before: £1,000.20 and 15/4 stars; now £1,000.40 and 42/13 stars.
    stars = [("2025-10-25", n) for n in (3, 4, 4, 4)]
    stars += [("2025-11-20", 3 if n < 10 else 4) for n in range(13)]
    lines = [f"r{n},{on},{star},5,Hm.,Sam,,,Market," for n, (on, star) in enumerate(stars)]
    import_reviews(tmp_path / "reviews.csv", tuple(lines))
    browser = sold(
        "1,2025-09-20 10:00,Loaf,L1,1,9.00,GBP,Market",
        "2,2025-10-25 10:00,Loaf,L1,1,1000.20,GBP,Market",
        "3,2025-11-24 10:00,Loaf,L1,1,1000.40,GBP,Market",
        "4,2025-11-24 17:00,Refund thing,R1,-1,3.40,GBP,Market",
        "5,2025-11-25 12:00,Loaf,L1,1,3.40,GBP,Market",
    )
    told = html.unescape(whole(browser).content.decode())
    assert "0.6 less than before (3.8)" in told
    assert "About the same as before (£1,000)." in told
    assert "−£3.40" in told and "-£3.40" not in told
    sheet = browser.get("/insights/boxes/hours?format=csv").content.decode()
    assert "-3.4" in sheet and "−" not in sheet
