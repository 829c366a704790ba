from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable
from typing import Any

import pytest


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def look(browse: Callable[[str | None], Any]) -> Callable[..., Any]:
    return browse("analyst").get  # type: ignore[no-any-return]


def test_page_api_and_csv_tell_the_same(look: Callable[..., Any]) -> None:
    page = look("/insights/products?place=Market")
    shown = {row["sku"]: row for row in page.context["products"] if row["sku"]}
    sheet = {row["sku"]: row for row in table(look("/insights/products?place=Market&format=csv"))}
    days = page.context["desk"].window
    asked = f"/api/v1/products?from={days.first}&to={days.last}&where=place%3DMarket"
    called = {row["sku"]: row for row in look(asked).json()["products"]}
    assert set(shown) >= {"L1", "B1"}
    for sku, row in shown.items():
        assert float(sheet[sku]["revenue"]) == row["revenue"] == called[sku]["revenue"]
        assert int(sheet[sku]["pieces"]) == row["pieces"] == called[sku]["pieces"]


def test_hours_add_up_to_what_was_sold(look: Callable[..., Any]) -> None:
    page = look("/insights/products?metric=orders")
    cells = [cell["value"] or 0 for row in page.context["heat"]["rows"] for cell in row["cells"]]
    sheet = table(look("/insights/products?metric=orders&format=csv&table=hours"))
    days = page.context["desk"].window
    asked = f"/api/v1/metrics/orders?from={days.first}&to={days.last}"
    assert sum(cells) == sum(int(row["value"]) for row in sheet)
    assert sum(cells) == look(asked).json()["rows"][0]["value"]


def test_rows_hours_and_weekdays_are_filters(look: Callable[..., Any]) -> None:
    page = look("/insights/products")
    row = next(one for one in page.context["products"] if one["sku"] == "L1")
    kept = look(row["path"])
    assert [one["sku"] for one in kept.context["products"]] == ["L1"]
    heat = page.context["heat"]
    for path in (heat["rows"][0]["path"], heat["days"][0]["path"]):
        assert look(path).status_code == 200
    assert len(look(heat["rows"][0]["path"]).context["heat"]["rows"]) == 1


def test_every_kind_says_what_it_came_to(look: Callable[..., Any]) -> None:
    page = look("/insights/products")
    for kind in page.context["kinds"]:
        assert kind["findings"] or kind["sentence"]
        assert str(kind["title"]) in text(page)
        answer = look(f"/insights/products?format=csv&table={kind['kind']}")
        assert len(table(answer)) == kind["count"]


@pytest.mark.parametrize("query", ["sort=colour", "period=soon", "table=none&format=csv", "x=1"])
def test_wrong_words_are_said_to_be_wrong(query: str, look: Callable[..., Any]) -> None:
    assert look(f"/insights/products?{query}").status_code == 422


def test_questions_are_asked_once(look: Callable[..., Any], monkeypatch: Any) -> None:
    from regulars.mart import engine

    asked: list[tuple[str, str]] = []
    run = engine.Snapshot.run

    def counted(self: Any, sql: str, scopes: Any = None) -> Any:
        asked.append((sql, repr(scopes)))
        return run(self, sql, scopes)

    monkeypatch.setattr(engine.Snapshot, "run", counted)
    look("/insights/products?from=2025-09-01&to=2025-10-12")
    assert asked
    assert len(asked) == len(set(asked))
