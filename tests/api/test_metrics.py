from __future__ import annotations

import csv
import io

import pytest

from tests.api.conftest import Ask
from tests.contract.world import World


def test_a_metric_by_two_dimensions(world: World, ask: Ask) -> None:
    rows = ask("analyst", "metrics/revenue?by=channel&by=month").json()["rows"]
    whole = ask("analyst", "metrics/revenue").json()["rows"][0]["value"]
    assert {row["channel"] for row in rows} == {"till", "web"}
    assert round(sum(row["value"] for row in rows), 2) == whole


def test_several_metrics_at_once(world: World, ask: Ask) -> None:
    answer = ask("analyst", "metrics/query?name=revenue&name=orders&from=2025-10-01&to=2025-10-31")
    assert [row["metric"] for row in answer.json()["rows"]] == ["revenue", "orders"]
    one = ask("analyst", "metrics/orders?from=2025-10-01&to=2025-10-31").json()
    assert answer.json()["rows"][1] == one["rows"][0]
    assert answer.json()["as_of"] == one["as_of"]


def test_conditions_on_one_dimension_mean_any_of_them(world: World, ask: Ask) -> None:
    either = ask("analyst", "metrics/orders?where=place%3DMarket&where=place%3DHigh Street")
    each = [
        ask("analyst", f"metrics/orders?where=place%3D{place}")
        for place in ("Market", "High Street")
    ]
    values = [one.json()["rows"][0]["value"] for one in each]
    assert either.json()["rows"][0]["value"] == sum(values)


def test_a_value_that_nothing_names_is_remarked_on(world: World, ask: Ask) -> None:
    answer = ask("analyst", "metrics/revenue?where=place%3DMarkt&where=place%3DHigh Street").json()
    high_street = ask("analyst", "metrics/revenue?where=place%3DHigh Street").json()
    assert answer["rows"] == high_street["rows"]
    remark = "Place: nothing imported names “Markt”. Spelt nearly so: Market."
    assert [one for one in answer["notes"] if one not in high_street["notes"]] == [remark]


def test_a_comparison_stands_beside(world: World, ask: Ask) -> None:
    row = ask("analyst", "metrics/orders?from=2025-11-03&to=2025-11-30&compare=true").json()[
        "rows"
    ][0]
    before = ask("analyst", "metrics/orders?from=2025-10-06&to=2025-11-02").json()["rows"][0]
    assert row["before"] == before["value"]
    assert row["difference"] == row["value"] - row["before"]


def test_a_metric_as_a_table(world: World, ask: Ask) -> None:
    answer = ask("analyst", "metrics/orders?by=product&by=month&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert list(rows[0]) == [
        "product",
        "month",
        "sku",
        "metric",
        "value",
        "low",
        "high",
        "unit",
        "n",
    ]
    assert {row["sku"] for row in rows} == {"L1", "B1"}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("metrics/reveneu", "reveneu"),
        ("metrics/revenue?by=colour", "colour"),
        ("metrics/revenue?where=channel", "dimension=value"),
        ("metrics/revenue?from=2025-13-01", "from"),
        ("metrics/revenue?from=2025-02-01&to=2025-01-01", "cannot end"),
        ("metrics/revenue?compare=true", "Comparing needs"),
        ("metrics/revenue?from=0001-01-01&to=0001-01-02&compare=true", "1900-01-01"),
        ("metrics/query", "name"),
    ],
)
def test_a_wrong_question_is_answered_with_a_sentence(
    path: str, says: str, world: World, ask: Ask
) -> None:
    answer = ask("analyst", path)
    assert answer.status_code == 422, answer.content
    error = answer.json()["error"]
    assert error["code"] == "wrong_use"
    assert says in error["message"]
