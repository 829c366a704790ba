from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regulars.science import intervals


@given(n=st.integers(1, 10_000), share=st.floats(0, 1), confidence=st.sampled_from([0.8, 0.95]))
def test_wilson_is_scipys(n: int, share: float, confidence: float) -> None:
    k = round(n * share)
    low, high = intervals.wilson(k, n, confidence=confidence)
    wanted = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
    assert (float(low), float(high)) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    assert 0 <= low <= k / n <= high <= 1


def test_proportions_in_bulk_and_without_answers() -> None:
    low, high = intervals.wilson([27, 0, 0], [30, 0, 5])
    assert low[0] == pytest.approx(0.744, abs=5e-4) and high[0] == pytest.approx(0.965, abs=5e-4)
    assert np.isnan([low[1], high[1]]).all() and low[2] == 0
    with pytest.raises(ValueError, match="between 0 and n"):
        intervals.wilson(6, 5)
    # Newcombe 1998, table II, 56/70 - 48/80: .2 with .0524 to .3339.
    gap = intervals.wilson_difference(56, 70, 48, 80)
    assert [round(float(end), 4) for end in gap] == [0.0524, 0.3339]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 30, 31, 400])
def test_rates_are_garwoods(count: int) -> None:
    low, high = intervals.rate(count, 10)
    assert low * 10 == pytest.approx(stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0, rel=1e-3)
    assert high * 10 == pytest.approx(stats.chi2.ppf(0.975, 2 * count + 2) / 2, rel=1e-3)


def test_rates_in_bulk_and_without_exposure() -> None:
    low, high = intervals.rate([3, 50], [0, 5])
    assert np.isnan(low[0]) and low[1] < 10 < high[1]
    with pytest.raises(ValueError, match="negative"):
        intervals.rate(-1)


def test_net_promoter_is_as_published() -> None:
    small, large = intervals.net_promoter(15, 9, 6), intervals.net_promoter(150, 90, 60)
    assert (small.value, round(small.low, 1), round(small.high, 1)) == (30, 0.7, 53.9)
    assert (large.value, round(large.low, 1), round(large.high, 1)) == (30, 20.9, 38.5)
    assert np.isnan(intervals.net_promoter(0, 0, 0).value)


@pytest.mark.parametrize("n", [6, 9, 40, 200, 3000])
def test_median_intervals_cover_as_promised(n: int) -> None:
    rng = np.random.default_rng(n)
    found = [intervals.median_interval(rng.lognormal(1, 1, n)) for _ in range(1000)]
    covered = np.mean([each.low <= np.e <= each.high for each in found])
    assert 0.935 <= covered <= 0.99
    assert np.isnan(intervals.median_interval(np.arange(5.0)).low)
    assert intervals.median_interval([]).groups == 0


@pytest.mark.parametrize("n", [12, 60, 400])
def test_bootstrap_means_cover_as_promised(n: int) -> None:
    rng = np.random.default_rng(n)
    tries = 200
    found = [intervals.ratio_bootstrap(rng.gamma(2.0, 5.0, n), seed=i) for i in range(tries)]
    covered = np.mean([each.low <= 10 <= each.high for each in found])
    assert 0.90 <= covered <= 0.99


def test_bootstrap_respects_groups_and_seeds() -> None:
    rng = np.random.default_rng(1)
    people = np.repeat(np.arange(200), 20)
    amounts = rng.normal(50, 10, 200)[people] + rng.normal(0, 1, 4000)
    alone = intervals.ratio_bootstrap(amounts)
    grouped = intervals.ratio_bootstrap(amounts, groups=people)
    assert grouped.groups == 200 and alone.groups == 4000
    wanted = 1.96 * 10 / np.sqrt(200)
    assert (grouped.high - grouped.low) / 2 == pytest.approx(wanted, rel=0.15)
    assert grouped.high - grouped.low > 3 * (alone.high - alone.low)
    assert grouped == intervals.ratio_bootstrap(amounts, groups=people)
    assert grouped != intervals.ratio_bootstrap(amounts, groups=people, seed=1)


def test_ratios_of_sums_and_their_differences() -> None:
    rng = np.random.default_rng(1)
    orders = rng.poisson(3, 500) + 1
    spent = orders * rng.gamma(4.0, 5.0, 500)
    ratio = intervals.ratio_bootstrap(spent, orders)
    assert ratio.value == pytest.approx(spent.sum() / orders.sum())
    assert ratio.low < ratio.value < ratio.high
    same = intervals.ratio_difference((spent, orders), (spent[::-1], orders[::-1]))
    assert same.low < 0 == same.value < same.high
    apart = intervals.ratio_difference((spent + 3 * orders, orders), (spent, orders))
    assert apart.value == pytest.approx(3) and apart.low > 0
    shifted = intervals.ratio_bootstrap(spent + 1e6 * orders, orders)
    assert shifted.high - shifted.low == pytest.approx(ratio.high - ratio.low, rel=0.02)


def test_totals_vary_with_how_many_come() -> None:
    total = intervals.total_bootstrap(np.full(400, 5.0))
    assert total.value == 2000
    assert (total.high - total.low) / 2 == pytest.approx(1.96 * 5 * 20, rel=0.1)


def test_too_few_to_tell() -> None:
    few = intervals.ratio_bootstrap([1.0, 2.0, 3.0])
    assert few.value == 2 and np.isnan(few.low)
    nothing = intervals.ratio_bootstrap(np.ones(9), np.zeros(9))
    assert np.isnan(nothing.value) and np.isnan(nothing.high)
    assert np.isnan(intervals.total_bootstrap([4.0]).low)
    with pytest.raises(ValueError, match="same length"):
        intervals.ratio_bootstrap([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="groups"):
        intervals.ratio_bootstrap([1.0, 2.0], groups=[1])


@pytest.mark.parametrize("freedom", [4, 9, 30, 999])
def test_student_quantiles(freedom: int) -> None:
    wanted = stats.t.ppf(0.975, freedom)
    assert intervals.t_quantile(0.95, freedom) == pytest.approx(wanted, rel=3e-3)


def test_pages_need_not_load_scipy() -> None:
    code = (
        "import sys, regulars.science.intervals, regulars.science.rfm, regulars.science.accuracy;"
        "sys.exit(any(name.startswith(('scipy', 'sklearn', 'pandas')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
