from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.science_repeat_buying import holdout, read_cdnow
from regulars.science import accuracy
from regulars.science.backtest import BASELINES, MODELS, backtest
from regulars.science.logistic import Calibration, fit_calibration, log_odds
from regulars.science.purchases import purchase_days, usual_horizon
from regulars.science.quiet_backtest import backtest_quiet
from tests.science.worlds import shop

CUSTOMER, DAY = shop()


def test_purchases_come_together_by_day() -> None:
    days = purchase_days([7, 3, 7, 7], [5, 2, 5, 9], [1.0, 2.0, 3.0, 4.0])
    assert days.customer.tolist() == [3, 7, 7] and days.day.tolist() == [2, 5, 9]
    assert days.value.tolist() == [2, 4, 4]
    now = days.upto(8)
    assert (now.frequency.tolist(), now.recency.tolist()) == ([0, 0], [0, 0])
    assert (now.age.tolist(), now.money.tolist()) == ([6, 3], [2, 4])
    assert days.bought(now.customer, 5, 9).tolist() == [0, 1]
    customer, gaps, offsets = days.gaps()
    assert (customer.tolist(), gaps.tolist(), offsets.tolist()) == ([3, 7], [4], [0, 0, 1])
    assert days.upto(1).customer.size == 0


@given(
    rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), min_size=1, max_size=60),
    origin=st.integers(0, 30),
)
def test_snapshots_are_what_one_would_count(rows: list[tuple[int, int]], origin: int) -> None:
    now = purchase_days(*zip(*rows, strict=True)).upto(origin)
    seen: dict[int, set[int]] = {}
    for customer, day in rows:
        if day <= origin:
            seen.setdefault(customer, set()).add(day)
    assert now.customer.tolist() == sorted(seen)
    for i, customer in enumerate(sorted(seen)):
        days = seen[customer]
        assert now.frequency[i] == len(days) - 1
        assert now.recency[i] == max(days) - min(days)
        assert now.age[i] == origin - min(days)


def test_every_model_is_scored_and_one_chosen() -> None:
    found = backtest(CUSTOMER, DAY, as_of=699, horizon_days=60)
    assert found.enough and found.chosen in MODELS and found.beats_naive
    assert {score.model for score in found.scores} == {*MODELS, *BASELINES}
    assert found.origins == (639, 579, 519)
    for score in found.scores:
        assert score.failed is None and 0 < score.brier < 0.3
    best = found.score_of(found.chosen)
    assert best.brier == min(found.score_of(model).brier for model in MODELS)
    assert best.auc > 0.75 > found.score_of("base_rate").auc == 0.5
    assert best.expected_buyers == pytest.approx(found.buyers, rel=0.15)


def test_nothing_after_the_origin_is_seen() -> None:
    known = DAY <= 639
    before = backtest(CUSTOMER[known], DAY[known], as_of=639, horizon_days=60, most_origins=2)
    again = backtest(CUSTOMER, DAY, as_of=639, horizon_days=60, most_origins=2)
    assert before == again


def test_chances_are_put_right_on_the_last_window() -> None:
    rng = np.random.default_rng(4)
    promised = rng.beta(1.0, 3.0, 20_000)
    truth = Calibration(intercept=0.6, slope=0.7)
    came = rng.random(promised.size) < truth(promised)
    found = fit_calibration(log_odds(promised), came.astype(float))
    assert (found.intercept, found.slope) == pytest.approx((0.6, 0.7), abs=0.05)
    assert accuracy.calibration_error(came, found(promised)) < 0.01
    # Chances that rank people the wrong way round are left as they are.
    upside_down = fit_calibration(-log_odds(promised), came.astype(float))
    assert (upside_down.intercept, upside_down.slope) == (0.0, 1.0)


def test_too_little_history_is_said() -> None:
    none = backtest([], [])
    assert not none.enough and none.chosen is None and "no purchases" in none.message
    young = backtest(CUSTOMER, DAY, as_of=100, horizon_days=60)
    assert not young.enough and "needs 180" in young.message
    few = CUSTOMER < 60
    small = backtest(CUSTOMER[few], DAY[few], as_of=699, horizon_days=60)
    assert not small.enough and "at least 100 people" in small.message
    once = backtest(np.arange(300), np.arange(300), horizon_days=30)
    assert not once.enough


def test_a_horizon_follows_the_shop() -> None:
    quick, slow = (purchase_days(np.repeat([1, 2], 300), step * np.arange(600)) for step in (1, 9))
    assert usual_horizon(quick) == 14
    assert usual_horizon(slow) == 14
    monthly = purchase_days(np.repeat(np.arange(50), 20), np.tile(30 * np.arange(20), 50))
    assert usual_horizon(monthly) == 35


def test_quiet_people_had_mostly_left() -> None:
    found = backtest_quiet(CUSTOMER, DAY, as_of=699, horizon_days=60)
    assert found.enough and found.message.startswith(f"Of {found.flagged} people")
    assert found.low < found.share < found.high and found.share > 0.7
    assert found.others_left / found.others < found.share - 0.3


def test_quiet_back_test_needs_history_too() -> None:
    young = backtest_quiet(CUSTOMER, DAY, as_of=100, horizon_days=60)
    assert not young.enough and np.isnan(young.share)
    few = CUSTOMER < 30
    small = backtest_quiet(CUSTOMER[few], DAY[few], as_of=699, horizon_days=60)
    assert not small.enough and "Too little history" in small.message
    assert not backtest_quiet([], []).enough


def test_cdnow_hold_out(shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("the generated shop above stands in for CDNOW")
    results = holdout(read_cdnow(shared_data / "cdnow" / "CDNOW_sample.txt"))
    assert [line["what"] for line in results if line["met"] is False] == []


def test_accuracy_figures() -> None:
    yes = np.array([True, False, True, False])
    assert accuracy.auc(yes, np.array([0.9, 0.1, 0.5, 0.5])) == 0.875
    assert np.isnan(accuracy.auc(np.array([True]), np.array([1.0])))
    assert accuracy.brier(yes, np.array([1.0, 0, 0.5, 0.5])) == 0.125
    assert accuracy.log_loss(yes, np.array([0.5] * 4)) == pytest.approx(np.log(2))
    assert accuracy.calibration_error(yes, np.full(4, 0.5), bins=1) == 0
    assert accuracy.top_share(np.arange(10.0), np.arange(10.0)) == 0.2
    assert np.isnan(accuracy.top_share(np.zeros(3), np.arange(3.0)))
