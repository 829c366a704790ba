from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.insights import compiling, reference
from regulars.insights.ask import ask
from regulars.insights.comparison import compare
from regulars.insights.metrics.shapes import Shape
from regulars.insights.registry import METRICS
from regulars.insights.uncertainty import Estimate, weekly_spread
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.mart.engine import Engine
from tests.insights.metric_worlds import START, Order, World, lay, named_world, visit

# Nobody brings anything back, everybody pays, nobody is new after eight weeks.
NOTHING_TO_TELL = (
    "refunds", "discounts", "refund_rate", "new_customers", "first_visit_retention",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]


def busy_world(seed: int = 1, days: int = 112, a_day: float = 6.0) -> World:
    rng = random.Random(seed)
    drawn = []
    for day in range(days):
        lively = rng.gammavariate(6, 1 / 6)  # good days and bad days
        for _ in range(int(rng.gauss(a_day * lively, a_day**0.5) + 0.5)):
            person = rng.choice([None, *range(1, 60)])
            amount = max(int(rng.lognormvariate(7, 0.8)), 1)
            drawn.append(
                Order(
                    day,
                    person,
                    [("goods", amount, rng.randint(1, 5))],
                    hour=rng.randint(8, 18),
                    place=rng.choice(["Market", "High Street"]),
                )
            )
    reviews = [(day, rng.randint(1, 5), 5, "google") for day in range(days)]
    diary = [busy_visit(rng, key, rng.randrange(days)) for key in range(4 * days)]
    return World(drawn, {i: i for i in range(1, 60)}, reviews, diary)


def busy_visit(rng: random.Random, key: int, day: int) -> dict[str, Any]:
    status = rng.choice(["kept", "kept", "kept", "cancelled", "no_show"])
    way, who = rng.choice(["Phone", "Booking.com"]), rng.choice(["Ann", "Bo"])
    return visit(
        key, day, rng.randint(8, 18), status, rng.randint(1, 59), rng.randrange(1, 900),
        rng.randint(1, 3), rng.randint(1, 4), rng.randint(1000, 9000), way, who, "GBP",
    )  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(lay(tmp_path_factory.mktemp("mart"), busy_world()))


def test_every_metric_has_an_interval_around_its_value(engine: Engine) -> None:
    last = START + timedelta(days=111)
    rows = ask(engine, list(METRICS), START + timedelta(days=56), last, currency="GBP").rows
    assert [row["metric"] for row in rows] == list(METRICS)
    for row in rows:
        if row["metric"] in NOTHING_TO_TELL:
            continue
        assert row["low"] < row["value"] < row["high"] or row["value"] in (0.0, 1.0), row
        assert row["n"] >= METRICS[row["metric"]].smallest_sample


@pytest.mark.parametrize("name", list(METRICS))
def test_every_dimension_answers_with_the_same_values_either_way(engine: Engine, name: str) -> None:
    for by in METRICS[name].dimensions:
        wide = ask(engine, [name], by=[by], currency="GBP").rows
        bare = ask(engine, [name], by=[by], currency="GBP", intervals=False).rows
        # A mean summed in bins may differ in its last digit.
        for one, other in zip(wide, bare, strict=True):
            assert one["value"] == pytest.approx(other["value"], abs=1e-6)
            assert one[by] == other[by] and one["n"] == other["n"] and other["low"] is None


def test_wrong_use_names_what_is_allowed(engine: Engine) -> None:
    with pytest.raises(WrongUse, match=r"no metric 'turnover'.*revenue"):
        ask(engine, ["turnover"], currency="GBP")
    with pytest.raises(WrongUse, match=r"'retention' cannot be cut by 'hour'.*place, channel"):
        ask(engine, ["retention"], by=["hour"], currency="GBP")
    with pytest.raises(WrongUse, match="'25' is no hour"):
        ask(engine, ["orders"], where={"hour": "25"}, currency="GBP")
    with pytest.raises(WrongUse, match="is no week"):
        ask(engine, ["orders"], where={"week": "monday"}, currency="GBP")
    with pytest.raises(WrongUse, match="cannot end"):
        ask(engine, ["orders"], date(2024, 2, 1), date(2024, 1, 1), currency="GBP")
    with pytest.raises(WrongUse, match="first and a last day"):
        ask(engine, ["orders"], compare=True, currency="GBP")


def test_where_and_by_agree(engine: Engine) -> None:
    for by in ("day", "week", "month", "hour", "weekday", "place", "product", "category"):
        rows = ask(engine, ["revenue"], by=[by], currency="GBP", intervals=False).rows
        for row in rows[:3]:
            asked = {by: row[by]}
            [one] = ask(engine, ["revenue"], where=asked, currency="GBP", intervals=False).rows
            assert one["value"] == row["value"], asked


def test_comparison_is_matched_by_weekday(engine: Engine) -> None:
    first, last = START + timedelta(days=90), START + timedelta(days=99)
    [row] = ask(engine, ["revenue"], first, last, currency="GBP", compare=True).rows
    shift = timedelta(days=14)
    [before] = ask(engine, ["revenue"], first - shift, last - shift, currency="GBP").rows
    assert row["before"] == before["value"]
    assert row["difference"] == pytest.approx(row["value"] - before["value"], abs=0.011)
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    days = ask(engine, ["orders"], first, last, ["day"], currency="GBP", compare=True).rows
    plain = ask(engine, ["orders"], by=["day"], currency="GBP").rows
    by_day = {one["day"]: one["value"] for one in plain}
    for one in days:
        then = (date.fromisoformat(one["day"]) - shift).isoformat()
        assert one["before"] == by_day.get(then, 0)
    with pytest.raises(WrongUse, match="Months differ"):
        ask(engine, ["orders"], first, last, ["month"], currency="GBP", compare=True)


def test_beyond_chance() -> None:
    same = compare(Estimate(100, 80, 120, 100), Estimate(95, 76, 115, 95))
    assert same.is_beyond_chance is False
    more = compare(Estimate(200, 180, 220, 100), Estimate(95, 76, 115, 95))
    assert more.is_beyond_chance is True and more.difference == 105
    few = compare(Estimate(3, None, None, 3), Estimate(95, 76, 115, 95))
    assert few.is_beyond_chance is None and few.difference == -92
    unknown = compare(Estimate(None, None, None, 0), Estimate(95, 76, 115, 95))
    assert unknown.difference is None


def test_too_few_have_no_interval(tmp_path: Path) -> None:
    rows = ask(lay(tmp_path, named_world()), ["average_order_value", "retention"], START,
               START + timedelta(days=20), currency="GBP").rows  # fmt: skip
    assert rows[0]["value"] is not None and rows[0]["low"] is rows[0]["high"] is None


def test_other_money_is_said(tmp_path: Path) -> None:
    folder = lay(tmp_path, named_world())
    with clock.frozen(datetime(2024, 2, 7, 12, tzinfo=UTC)):
        found = ask(folder, ["revenue"], currency="GBP")
        assert found.notes == [
            "1 order in EUR is not in the figures of sales: they hold orders in GBP."
        ]
        found = ask(folder, ["revenue"], last=START, currency="GBP")
        assert found.notes == []
    with clock.frozen(datetime(2024, 3, 5, 12, tzinfo=UTC)):
        found = ask(folder, ["customers"], currency="EUR")
    assert found.rows[0]["value"] == 1
    assert found.notes[-1] == "The data ends on 2024-02-05, 29 days ago."


def test_weekly_spread_of_chance_alone_is_near_one_and_of_lively_days_above() -> None:
    rng = random.Random(4)
    chance, lively = {}, {}
    for step in range(364):
        day = START + timedelta(days=step)
        mean = (20 + 15 * (step % 7 > 4)) * (1 + step / 364)
        n = sum(rng.random() < mean / 2000 for _ in range(2000))
        chance[day] = (float(n), float(n))
        good = mean * rng.gammavariate(5, 0.2)
        n = sum(rng.random() < good / 2000 for _ in range(2000))
        lively[day] = (float(n), float(n))
    assert weekly_spread(chance) < 1.25
    assert weekly_spread(lively) > 3


def test_intervals_of_orders_cover_on_lively_days(tmp_path: Path) -> None:
    # 24 windows of two weeks in a steady year: about one in twenty may say "beyond chance".
    engine = Engine(lay(tmp_path, busy_world(seed=3, days=378, a_day=10)))
    alarms = 0
    for step in range(2, 26):
        first = START + timedelta(days=14 * step)
        [row] = ask(engine, ["orders"], first, first + timedelta(days=13), currency="GBP",
                    compare=True).rows  # fmt: skip
        alarms += row["beyond_chance"]
    assert alarms <= 4


def test_packaged_questions_are_fresh() -> None:
    for name, questions in compiling.compile_packaged().items():
        stored = compiling._packaged(name)
        assert {key: compiling._plain(one) for key, one in stored.items()} == questions, (
            "run: python -c 'from regulars.insights.compiling import *; write_packaged()'"
        )


def test_an_unusual_question_is_compiled_by_a_child_and_kept(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from regulars.insights.ask import ask\n"
        f"ask({str(tmp_path)!r}, ['orders'], by=['hour', 'place'], currency='GBP')\n"
        "heavy = {'ibis', 'pyarrow', 'deltalake', 'scipy', 'pandas'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT / "src")
    [kept] = (tmp_path / "questions").iterdir()
    shape = Shape(("hour", "place"), interval=False)
    found = compiling._read(kept)[compiling.key_of("orders", shape)]
    assert found == compiling.compile_here("orders", shape)


def test_reference_page_is_fresh() -> None:
    page = ROOT / "docs" / "reference" / "metrics.md"
    assert page.read_text("utf-8") == reference.render()
