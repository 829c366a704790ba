from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.insights.ask import ask
from regulars.insights.registry import METRICS
from regulars.insights.registry_of_visits import VISITS
from regulars.mart.engine import Engine
from tests.insights.metric_worlds import START, Order, Plain, World, lay, named_world

MONEY = {"revenue", "goods_revenue", "refunds", "discounts", "average_order_value"}
_ELSEWHERE = {"retention", "reviews", "review_mean"} | {metric.name for metric in VISITS}
PLAIN = [name for name in METRICS if name not in _ELSEWHERE]
BYS = [(), ("week",), ("month", "place"), ("weekday", "hour"), ("channel",), ("day",)]


def check(engine: Engine, plain: Plain) -> None:
    for name in PLAIN:
        for by in BYS:
            if not set(by) <= set(METRICS[name].dimensions) or (by and "returning" in name):
                continue
            found = ask(
                engine, [name], plain.first, plain.last, by, currency="GBP", intervals=False
            )
            got = {tuple(row[d] for d in by): row["value"] for row in found.rows}
            want = plain.answer(name, by)
            if name in ("purchase_interval",):
                want = {k: v for k, v in want.items() if v is not None or not by}
            if name in MONEY:
                want = {k: None if v is None else round(v / 100, 2) for k, v in want.items()}
            assert got == pytest.approx(want, abs=0.011), (name, by)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(lay(tmp_path_factory.mktemp("mart"), named_world()))


@pytest.mark.parametrize("first, last", [(0, 40), (7, 13), (0, 6), (60, 70)])
def test_named_world(engine: Engine, first: int, last: int) -> None:
    window = (START + timedelta(days=first), START + timedelta(days=last))
    check(engine, Plain(named_world(), *window))


def test_named_figures(engine: Engine) -> None:
    names = ["revenue", "goods_revenue", "orders", "customers", "refunds", "discounts"]
    rows = ask(engine, names, currency="GBP").rows
    assert [row["value"] for row in rows] == [35.5, 33.0, 9, 3, 7.0, 1.0]
    assert [row["unit"] for row in rows] == ["GBP", "GBP", "count", "count", "GBP", "GBP"]


def test_retention(engine: Engine) -> None:
    first, last = START + timedelta(days=7), START + timedelta(days=13)
    want = Plain(named_world(), first, last).retention(7)
    [row] = ask(engine, ["retention"], first, last, currency="GBP").rows
    assert row["value"] == want == 1.0 and row["n"] == 2
    weeks = ask(engine, ["retention"], by=["week"], currency="GBP").rows
    values = {row["week"]: (row["value"], row["n"]) for row in weeks}
    assert values["2024-01-08"] == (1.0, 2)
    assert values["2024-01-15"] == (round(1 / 3, 6), 3)
    months = ask(engine, ["retention"], by=["month"], currency="GBP").rows
    assert [(row["month"], row["value"]) for row in months] == [("2024-02", round(1 / 3, 6))]
    [row] = ask(engine, ["retention"], currency="GBP").rows
    assert row["value"] is None and row["n"] == 0


def test_new_and_returning_make_customers_by_week(engine: Engine) -> None:
    names = ["customers", "new_customers", "returning_customers"]
    by_week: dict[str, dict[str, int]] = {}
    for row in ask(engine, names, by=["week"], currency="GBP").rows:
        by_week.setdefault(row["week"], {})[row["metric"]] = row["value"]
    for week in by_week.values():
        assert week["customers"] == week.get("new_customers", 0) + week["returning_customers"]


def test_new_customers_where_it_began(engine: Engine) -> None:
    new = ask(engine, ["new_customers"], where={"place": "Market"}, currency="GBP").rows
    assert [row["value"] for row in new] == [1]
    new = ask(engine, ["new_customers"], where={"place": ["High Street"]}, currency="GBP").rows
    assert [row["value"] for row in new] == [2]


def test_reviews(engine: Engine) -> None:
    rows = ask(engine, ["reviews", "review_mean"], currency="GBP").rows
    assert rows[0]["value"] == 4
    assert rows[1]["value"] == pytest.approx(Plain(named_world(), START, START).stars(), abs=1e-6)
    assert (rows[1]["n"], rows[1]["unit"], rows[1]["low"]) == (3, "stars", None)
    by_origin = ask(engine, ["reviews"], by=["origin"], currency="GBP").rows
    assert {row["origin"]: row["value"] for row in by_origin} == {"google": 3, "booking": 1}


def test_by_product_adds_up(engine: Engine) -> None:
    rows = ask(engine, ["revenue"], by=["product"], currency="GBP").rows
    assert {row["product"]: row["value"] for row in rows} == {
        None: -0.5,
        "Product 1": 14.0,
        "Product 2": 22.0,
    }
    assert {row["product"]: row["sku"] for row in rows}["Product 1"] == "S1"
    for name in ("revenue", "goods_revenue", "refunds", "discounts"):
        whole = ask(engine, [name], currency="GBP").rows[0]["value"]
        parts = ask(engine, [name], by=["category"], currency="GBP").rows
        assert sum(row["value"] for row in parts) == pytest.approx(whole)


def test_where_product_by_name_or_code(engine: Engine) -> None:
    for wanted in ("Product 2", "S2", ["S2", "Product 2"]):
        rows = ask(engine, ["revenue", "customers", "orders"], where={"product": wanted},
                   currency="GBP").rows  # fmt: skip
        assert [row["value"] for row in rows] == [22.0, 2, 3]


def order_lines() -> st.SearchStrategy[list[tuple[str, int, int]]]:
    amounts = {"goods": (-900, 900), "postage": (0, 300), "discount": (-200, -1),
               "refund": (-400, -1), "tax": (0, 99)}  # fmt: skip
    kinds = [
        st.tuples(st.just(kind), st.integers(*ends), st.integers(1, 4))
        for kind, ends in amounts.items()
    ]
    return st.lists(st.one_of(kinds), min_size=1, max_size=4)


def orders() -> st.SearchStrategy[Order]:
    return st.builds(
        Order,
        day=st.integers(0, 60),
        person=st.sampled_from([None, 1, 2, 3, 4, 5]),
        lines=order_lines(),
        hour=st.integers(0, 23),
        place=st.sampled_from(["Market", "High Street"]),
        channel=st.sampled_from(["till", "web"]),
        currency=st.sampled_from(["GBP", "GBP", "GBP", "EUR"]),
        status=st.sampled_from(["accepted", "accepted", "accepted", "pending"]),
    )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(orders(), min_size=1, max_size=40, unique_by=lambda o: (o.day, o.hour)),
    st.integers(0, 30),
)
def test_random_worlds(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[Order], first: int
) -> None:
    world = World(drawn, {1: 1, 2: 2, 3: 3, 4: 3, 5: 2})
    engine = Engine(lay(tmp_path_factory.mktemp("mart"), world))
    plain = Plain(world, START + timedelta(days=first), START + timedelta(days=first + 27))
    check(engine, plain)
    [row] = ask(engine, ["retention"], plain.first, plain.last, currency="GBP").rows
    assert row["value"] == pytest.approx(plain.retention(28), abs=1e-6)
    [row] = ask(engine, ["returning_customers"], plain.first, plain.last, currency="GBP").rows
    assert row["value"] == plain.answer("returning_customers", ())[()]
    engine.close()


def test_an_empty_mart_answers(tmp_path: Path) -> None:
    found = ask(tmp_path / "mart", list(METRICS), currency="GBP")
    values = {row["metric"]: row["value"] for row in found.rows}
    # Nobody told anything, which is not nought.
    assert set(values.values()) == {None}
    assert found.as_of is None and all(row["low"] is None for row in found.rows)
    assert ask(tmp_path / "mart", ["revenue"], by=["product"], currency="GBP").rows == []


def test_as_of_is_the_last_complete_day(tmp_path: Path) -> None:
    world = named_world()
    assert ask(lay(tmp_path / "a", world), ["orders"], currency="GBP").as_of == date(2024, 2, 5)
    early = lay(tmp_path / "b", world, today=date(2024, 2, 5))
    assert ask(early, ["orders"], currency="GBP").as_of == date(2024, 1, 15)
