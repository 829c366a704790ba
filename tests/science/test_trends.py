from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.science.trends import NOW_WEEKS, ORIGINS, WEEKS_NEEDED, Trends, Weekly, trends


def told(sums: np.ndarray, people: int = 1) -> Trends:
    """Ask about weekly pieces of one each; every ``people``-th piece is another person's."""
    things, weeks = sums.shape
    origins = max(0, min(ORIGINS, (weeks - WEEKS_NEEDED) // NOW_WEEKS + 1))
    table = np.zeros((3, things, origins))
    for origin in range(origins):
        end = weeks - origin * NOW_WEEKS
        table[0, :, origin] = sums[:, end - NOW_WEEKS : end].sum(1) * people
        table[2, :, origin] = sums[:, end - WEEKS_NEEDED : end - NOW_WEEKS].sum(1) * people
    whole = sums.sum(0)[None]
    return trends(Weekly(sums, sums, sums, sums[None], sums[None], whole, whole, table))


def calm(seed: int, weeks: int, levels: np.ndarray | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    levels = np.geomspace(4, 60, 20) if levels is None else levels
    return rng.poisson(levels[:, None], (levels.size, weeks)).astype(np.float64)


@pytest.mark.parametrize("weeks", [60, 110])
def test_a_rise_and_a_fall_are_found_with_their_size(weeks: int) -> None:
    sums = calm(1, weeks)
    sums[12, -NOW_WEEKS:] = [60, 55, 58, 61]
    sums[15, -NOW_WEEKS:] = [9, 11, 10, 12]
    found = told(sums)
    assert np.flatnonzero(found.is_rising).tolist() == [12]
    assert np.flatnonzero(found.is_falling).tolist() == [15]
    for at in (12, 15):
        truth = sums[at, -NOW_WEEKS:].mean() / np.geomspace(4, 60, 20)[at]
        assert found.low[at] < truth < found.high[at]
        assert found.is_season_checked[at] == (weeks == 110)


def test_a_calm_shop_has_no_trends() -> None:
    found = [told(calm(seed, 70)) for seed in range(30)]
    assert sum(int(one.is_rising.sum() + one.is_falling.sum()) for one in found) <= 2


def test_a_good_month_for_the_whole_shop_is_nobodys_rise() -> None:
    sums = calm(2, 60)
    sums[:, -NOW_WEEKS:] *= 1.6
    found = told(sums)
    assert not found.is_rising.any()


def test_standing_still_while_the_shop_grows_is_no_fall() -> None:
    sums = calm(3, 60)
    sums[:15, -NOW_WEEKS:] *= 2
    assert not told(sums).is_falling.any()


def test_a_season_that_came_last_year_too_is_no_rise() -> None:
    sums = calm(4, 110)
    sums[10, -NOW_WEEKS:] *= 3
    assert told(sums).is_rising[10]
    sums[10, -NOW_WEEKS - 52 : -52] *= 3
    found = told(sums)
    assert found.is_season_checked[10]
    assert not found.is_rising[10]


def test_what_is_sold_in_a_season_only_neither_rises_nor_falls() -> None:
    sums = calm(5, 110)
    sums[10] = 0
    sums[10, -6:] = 40
    sums[11] = 0
    sums[11, -16:-5] = 40
    found = told(sums)
    for at in (10, 11):
        assert not found.is_asked[at]
        assert np.isnan(found.ratio[at])
        assert not (found.is_rising[at] or found.is_falling[at])


def test_wild_weeks_need_more_to_be_a_trend() -> None:
    rng = np.random.default_rng(6)
    sums = calm(6, 60)
    sums *= rng.gamma(1.2, 1 / 1.2, sums.shape)
    wild = told(np.round(sums))
    assert not (wild.is_rising | wild.is_falling).any()


def test_a_few_people_are_fewer_witnesses_than_many() -> None:
    sums = calm(7, 60)
    sums[5, -NOW_WEEKS:] *= 2.2
    many, few = told(sums), told(sums, people=12)
    assert many.is_rising[5]
    assert not few.is_rising[5]
    assert few.high[5] / few.low[5] > many.high[5] / many.low[5]


@pytest.mark.parametrize("weeks", [0, 1, 15])
def test_too_short_a_history_asks_nothing(weeks: int) -> None:
    found = told(calm(8, weeks))
    assert not found.is_asked.any()
    assert np.isnan(found.chance).all()


def test_the_only_thing_there_is_is_compared_with_itself() -> None:
    sums = calm(9, 60, np.array([40.0]))
    sums[0, -NOW_WEEKS:] = 90
    assert told(sums).is_rising[0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(16, 75))
def test_any_history_is_answered_in_figures_that_agree(seed: int, weeks: int) -> None:
    sums = calm(seed, weeks, np.array([0.0, 0.3, 5.0, 80.0]))
    found = told(sums)
    asked = found.is_asked
    assert not (found.is_rising & found.is_falling).any()
    assert not (found.is_rising | found.is_falling)[~asked].any()
    assert (found.low[asked] <= found.ratio[asked]).all()
    assert (found.ratio[asked] <= found.high[asked]).all()
    assert np.allclose(found.expected[asked] * found.ratio[asked], found.now[asked])
