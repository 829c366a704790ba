"""Metrics of bookings against answers in plain Python on random diaries."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.insights.ask import ask
from regulars.insights.registry_of_visits import VISITS
from regulars.mart.engine import Engine
from tests.insights.metric_worlds import START, Order, World, lay, visit

TODAY = START + timedelta(days=60)  # bookings from day 60 on lie ahead
OWNERS = {1: 1, 2: 2, 3: 2, 4: 4}
BYS = ((), ("week",), ("month", "place"), ("staff",), ("what",), ("channel",), ("weekday", "hour"))
Visit = dict[str, Any]


def visits() -> st.SearchStrategy[list[Visit]]:
    one = st.tuples(
        st.integers(0, 80), st.integers(8, 19),
        st.sampled_from(["kept", "kept", "booked", "cancelled", "no_show"]),
        st.sampled_from([None, 1, 2, 3, 4]), st.one_of(st.none(), st.integers(0, 900)),
        st.integers(0, 4), st.one_of(st.none(), st.integers(1, 5)),
        st.one_of(st.none(), st.integers(0, 9000)),
        st.sampled_from(["", "Phone", "Booking.com", "airbnb"]), st.sampled_from(["Ann", "Bo"]),
        st.sampled_from(["GBP", "GBP", "EUR"]),
    )  # fmt: skip
    return st.lists(one, min_size=1, max_size=30).map(
        lambda rows: [visit(key, *row) for key, row in enumerate(rows)]
    )


def of(name: str, row: Visit) -> Any:
    on = row["local_on"]
    return {
        "week": (on - timedelta(days=on.weekday())).isoformat(),
        "month": on.isoformat()[:7],
        "hour": row["local_hour"],
        "weekday": row["local_weekday"],
    }.get(name, row.get(name) or None)


def ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None


class Plain:
    """The answers, read off the rows one by one."""

    def __init__(self, rows: list[Visit], first: date, last: date, known: date) -> None:
        self.rows, self.known = rows, known
        self.within = [row for row in rows if first <= row["local_on"] <= last]
        self.past = [row for row in self.within if row["local_on"] <= known]

    def answer(self, name: str, by: tuple[str, ...]) -> dict[tuple[Any, ...], float | None]:
        rows = self.past if name in (
            "no_show_rate", "rebooking_rate", "booked_revenue", "average_daily_rate",
            "direct_share") else self.within  # fmt: skip
        groups: dict[tuple[Any, ...], list[Visit]] = defaultdict(list)
        for row in rows:
            groups[tuple(of(one, row) for one in by)].append(row)
        if not by and not groups:
            groups[()] = []
        return {key: getattr(self, name)(group) for key, group in groups.items()}

    @staticmethod
    def came(rows: list[Visit]) -> list[Visit]:
        return [row for row in rows if row["status"] in ("kept", "booked")]

    def bookings(self, rows: list[Visit]) -> int:
        return sum(row["status"] != "cancelled" for row in rows)

    def no_show_rate(self, rows: list[Visit]) -> float | None:
        due = [row["status"] for row in rows if row["status"] != "cancelled"]
        told = {"kept", "no_show"} & set(due)
        return ratio(due.count("no_show"), len(due)) if told else None

    def cancellation_rate(self, rows: list[Visit]) -> float | None:
        return ratio(sum(row["status"] == "cancelled" for row in rows), len(rows))

    def rebooking_rate(self, rows: list[Visit]) -> float | None:
        known = [r for r in self.came(rows) if r["identifier_id"] and r["booked_at"]]
        return ratio(sum(map(self.is_rebooked, known)), len(known))

    def is_rebooked(self, row: Visit) -> bool:
        return any(
            other["identifier_id"]
            and OWNERS[other["identifier_id"]] == OWNERS[row["identifier_id"]]
            and other["starts_at"] > row["starts_at"]
            and other["booked_at"]
            and other["booked_at"] <= row["starts_at"] + timedelta(days=1)
            for other in self.rows
        )

    def nights(self, rows: list[Visit]) -> list[tuple[Visit, int]]:
        return [(r, (r["ends_at"] - r["starts_at"]).days) for r in self.came(rows) if r["ends_at"]]

    def average_stay(self, rows: list[Visit]) -> float | None:
        stays = self.nights(rows)
        return ratio(sum(n for _, n in stays), len(stays))

    def average_party(self, rows: list[Visit]) -> float | None:
        told = [row["party"] for row in self.came(rows) if row["party"]]
        return ratio(sum(told), len(told))

    def booking_lead(self, rows: list[Visit]) -> float | None:
        days = [math.floor((r["starts_at"] - r["booked_at"]) / timedelta(days=1))
                for r in self.came(rows) if r["booked_at"]]  # fmt: skip
        return median(days) if days else None

    def paid(self, rows: list[Visit]) -> list[Visit]:
        return [r for r in self.came(rows)
                if r["amount_minor"] is not None and r["currency"] == "GBP"]  # fmt: skip

    def booked_revenue(self, rows: list[Visit]) -> float:
        return sum(row["amount_minor"] for row in self.paid(rows)) / 100

    def average_daily_rate(self, rows: list[Visit]) -> float | None:
        stays = self.nights(self.paid(rows))
        value = ratio(sum(r["amount_minor"] for r, _ in stays), sum(n for _, n in stays))
        return None if value is None else value / 100

    def direct_share(self, rows: list[Visit]) -> float | None:
        told = [row for row in self.paid(rows) if row["channel"]]
        direct = sum(row["amount_minor"] for row in told if row["channel"] == "Phone")
        return ratio(direct, sum(row["amount_minor"] for row in told))


NAMES = [one.name for one in VISITS if one.name not in ("first_visit_retention", "unpaid_share")]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(visits(), st.integers(0, 30))
def test_random_diaries(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Visit], first: int
) -> None:
    # An order on the last day says until when the data reaches.
    sold = Order((TODAY - START).days - 1, None, [("goods", 100, 1)])
    folder = lay(tmp_path_factory.mktemp("mart"), World([sold], OWNERS, [], rows), today=TODAY)
    engine = Engine(folder)
    window = (START + timedelta(days=first), START + timedelta(days=first + 45))
    plain = Plain(rows, *window, known=TODAY - timedelta(days=1))
    allowed = {one.name: one.dimensions for one in VISITS}
    for name in NAMES:
        for by in BYS:
            if not set(by) <= set(allowed[name]):
                continue
            found = ask(engine, [name], *window, by, currency="GBP", intervals=False).rows
            got = {tuple(row[d] for d in by): row["value"] for row in found}
            want = plain.answer(name, by)
            # A group of which nothing is known may be left out or stand there as not known.
            got, want = ({k: v for k, v in side.items() if v or (not by and v == 0)}
                         for side in (got, want))  # fmt: skip
            want = {k: v for k, v in want.items() if v is not None}
            assert got == pytest.approx(want, abs=0.011), (name, by)
    engine.close()


def test_a_diary_that_never_says_who_came_knows_no_no_shows(tmp_path: Path) -> None:
    rows = [visit(key, key, 9, "booked", 1, 24, 0, None, None, "", "", "GBP") for key in range(20)]
    engine = Engine(lay(tmp_path, World([], OWNERS, [], rows), today=TODAY))
    [row] = ask(engine, ["no_show_rate"], currency="GBP").rows
    assert (row["value"], row["n"]) == (None, 0)


def test_shares_of_bookings_carry_wilsons_interval(tmp_path: Path) -> None:
    rows = [visit(key, key % 50, 9, "no_show" if key % 5 == 0 else "kept", 1, 24, 0, None, None, "",
                  "", "GBP") for key in range(50)]  # fmt: skip
    engine = Engine(lay(tmp_path, World([], OWNERS, [], rows), today=TODAY))
    [row] = ask(engine, ["no_show_rate"], currency="GBP").rows
    assert (row["value"], row["n"]) == (0.2, 50)
    assert (row["low"], row["high"]) == (pytest.approx(0.1124, abs=1e-3),
                                         pytest.approx(0.3304, abs=1e-3))  # fmt: skip


def test_came_back_after_the_first_time(tmp_path: Path) -> None:
    goods = [("goods", 500, 1)]
    orders = [
        Order(0, 1, goods), Order(0, 1, goods, hour=15),  # the same day is no coming back
        Order(1, 2, goods), Order(91, 3, goods),  # 90 days later, by another identifier
        Order(2, 4, goods), Order(93, 4, goods),  # 91 days later
        Order(100, 5, goods), Order(101, 5, goods),  # their 90 days are not over
        Order(150, None, goods),
    ]  # fmt: skip
    world = World(orders, {1: 1, 2: 2, 3: 2, 4: 4, 5: 5})
    engine = Engine(lay(tmp_path, world, today=START + timedelta(days=151)))
    [row] = ask(engine, ["first_visit_retention"], currency="GBP").rows
    assert (row["value"], row["n"]) == (pytest.approx(1 / 3, abs=1e-6), 3)
    found = ask(engine, ["first_visit_retention"], by=["month"], currency="GBP").rows
    assert [(one["month"], one["n"]) for one in found] == [("2024-01", 3)]


def test_orders_that_fell_through(tmp_path: Path) -> None:
    goods = [("goods", 500, 1)]
    orders = [Order(day, 1, goods, status=status) for day, status in
              enumerate(["accepted", "accepted", "cancelled", "pending"])]  # fmt: skip
    engine = Engine(lay(tmp_path, World(orders, OWNERS), today=TODAY))
    [row] = ask(engine, ["unpaid_share"], currency="GBP").rows
    assert (row["value"], row["n"]) == (0.5, 4)
