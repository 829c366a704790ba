from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from regulars.science.arrays import TooLittleHistory
from regulars.science.rhythm import fit_rhythm, gap_sums


def world(people: int, seed: int = 0, k: float = 3.0) -> tuple[np.ndarray, ...]:
    """Gaps of people whose regularity is k and whose paces are Gamma(4, 30)."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(2, 9, people)
    pace = rng.gamma(4.0, 1 / 30.0, people)
    gaps = rng.gamma(k, 1.0, counts.sum()) / np.repeat(pace, counts)
    return gaps, np.concatenate(([0], np.cumsum(counts))), pace


GAPS, OFFSETS, PACE = world(8000)
RHYTHM = fit_rhythm(GAPS, OFFSETS)


def test_the_shops_rhythm_is_found() -> None:
    assert RHYTHM.converged and RHYTHM.people == 8000
    assert RHYTHM.regularity == pytest.approx(3.0, rel=0.05)
    assert RHYTHM.r == pytest.approx(4.0, rel=0.1)
    assert RHYTHM.alpha == pytest.approx(30.0, rel=0.1)


def test_chances_and_windows_are_kept_by_the_next_gap() -> None:
    counts, totals, _ = gap_sums(GAPS, OFFSETS)
    ahead = np.random.default_rng(9).gamma(3.0, 1.0, PACE.size) / PACE
    quiet = RHYTHM.quiet(counts, totals, ahead)
    # The chance that a gap lasts longer than one that happened is uniform.
    assert stats.kstest(quiet.chance_of_longer, "uniform").pvalue > 1e-3
    inside = (quiet.expected_from_days <= ahead) & (ahead <= quiet.expected_to_days)
    assert inside.mean() == pytest.approx(0.8, abs=0.02)
    assert (ahead < quiet.usual_days).mean() == pytest.approx(0.5, abs=0.02)
    assert quiet.is_overdue.mean() == pytest.approx(0.05, abs=0.01)
    np.testing.assert_array_equal(quiet.is_overdue, ahead > quiet.overdue_after_days)


def test_each_person_is_measured_by_their_own_rhythm() -> None:
    weekly, quarterly = RHYTHM.quiet([10, 10], [70, 900], [40, 40]).is_overdue
    assert weekly and not quarterly


def test_few_gaps_lean_on_the_shop() -> None:
    quiet = RHYTHM.quiet([2, 40], [4, 80], [9, 9])
    assert quiet.usual_days[0] > 1.5 * quiet.usual_days[1] > 2
    assert quiet.chance_of_longer[0] > quiet.chance_of_longer[1]


def test_fewer_than_three_purchases_say_nothing() -> None:
    quiet = RHYTHM.quiet([1, 2], [30, 60], [4000, 4000])
    assert quiet.is_known.tolist() == [False, True] == quiet.is_overdue.tolist()
    assert np.isnan(quiet.usual_days[0])
    assert quiet.reason(0)["chance_of_longer"] is None
    reason = quiet.reason(1)
    assert reason["purchases"] == 3 and reason["days_since"] == 4000
    assert reason["overdue_after_days"] == pytest.approx(quiet.overdue_after_days[1])


@settings(max_examples=20, deadline=None)
@given(unit=st.floats(0.01, 100), seed=st.integers(0, 20))
def test_the_unit_of_time_does_not_matter(unit: float, seed: int) -> None:
    gaps, offsets, _ = world(200, seed)
    one, other = fit_rhythm(gaps, offsets), fit_rhythm(gaps * unit, offsets)
    assert other.regularity == pytest.approx(one.regularity, rel=1e-3)
    here = one.quiet([3, 5], [40, 60], [50, 60]).chance_of_longer
    there = other.quiet([3, 5], [40 * unit, 60 * unit], [50 * unit, 60 * unit]).chance_of_longer
    np.testing.assert_allclose(here, there, rtol=1e-3)


@given(longer=st.floats(0, 400), shorter=st.floats(0, 400), count=st.integers(2, 50))
def test_a_longer_silence_is_never_more_usual(longer: float, shorter: float, count: int) -> None:
    shorter, longer = sorted((shorter, longer))
    quiet = RHYTHM.quiet([count] * 2, [count * 9.0] * 2, [shorter, longer])
    assert quiet.chance_of_longer[1] <= quiet.chance_of_longer[0] <= 1


def test_malformed_and_missing_history() -> None:
    with pytest.raises(TooLittleHistory, match="three times"):
        fit_rhythm(np.ones(30), np.arange(0, 31, 3))
    with pytest.raises(ValueError, match="above 0"):
        fit_rhythm([0.0], [0, 1])
    with pytest.raises(ValueError, match="offsets"):
        fit_rhythm([1.0], [0, 2])
    with pytest.raises(ValueError, match="same length"):
        RHYTHM.quiet([1], [1, 2], [1])
    with pytest.raises(ValueError, match="chance"):
        RHYTHM.quiet([2], [2], [1], chance=0)
