from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.science.rfm import FEWEST, GRID, SEGMENTS, rfm, score

numbers = st.lists(st.integers(-5, 5), min_size=1, max_size=60)


@given(values=numbers)
def test_equal_people_get_equal_scores_and_more_is_never_worse(values: list[int]) -> None:
    array = np.array(values, dtype=float)
    scores = score(array)
    assert ((scores >= 1) & (scores <= 5)).all()
    order = np.argsort(array, kind="stable")
    assert (np.diff(scores[order]) >= 0).all()
    for value in set(values):
        assert np.unique(scores[array == value]).size == 1


@given(values=numbers, seed=st.integers(0, 99))
def test_the_order_of_people_does_not_matter(values: list[int], seed: int) -> None:
    array = np.array(values, dtype=float)
    shuffle = np.random.default_rng(seed).permutation(array.size)
    assert (score(array)[shuffle] == score(array[shuffle])).all()


def test_scores_split_different_people_into_fifths() -> None:
    assert np.bincount(score(np.arange(100.0))).tolist() == [0, 20, 20, 20, 20, 20]
    assert score(np.full(7, 2.0)).tolist() == [3] * 7
    # Eight in ten bought once: they are the lowest, not the middle.
    assert score(np.repeat([1.0, 2.0, 9.0], [8, 1, 1])).tolist() == [1] * 8 + [5, 5]


def test_every_square_has_a_segment_and_every_segment_a_square() -> None:
    assert {key for line in GRID for key in line} == {segment.key for segment in SEGMENTS}
    assert all(len(line) == 5 for line in GRID) and len(GRID) == 5


def test_people_land_in_the_segments_their_habits_name() -> None:
    # A hundred people spread evenly, then the five we look at.
    rng = np.random.default_rng(0)
    since, bought = rng.permutation(100) * 3.0, rng.permutation(100) / 4 + 2
    looked_at = [(0, 40), (290, 40), (0, 1), (290, 1), (150, 20)]
    scores = rfm(
        np.append(since, [days for days, _ in looked_at]),
        np.append(bought, [times for _, times in looked_at]),
        np.ones(105),
    )
    assert scores.keys()[100:] == ["champions", "cant_lose", "new", "lost", "loyal"]
    assert set(scores.money.tolist()) == {3}


def test_nobody_in_their_own_rhythm_drifts_away() -> None:
    # Everybody comes daily, but for two of thirty: seen sixty days ago, as is usual for the one.
    since, bought = np.append(np.arange(28) % 3, [60, 60]), np.append(np.full(28, 50), [9, 9])
    longer = np.append(np.full(28, np.nan), [0.4, 0.1])
    usual, unusual = rfm(since, bought, bought, chance_of_longer=longer).keys()[-2:]
    assert (usual, unusual) == ("promising", "lost")
    ranked = rfm(since, bought, bought)
    assert ranked.keys()[-2:] == ["lost", "lost"]
    assert ranked.recency.tolist() == rfm(since, bought, bought, None, longer).recency.tolist()


def test_who_came_back_is_no_new_face() -> None:
    assert rfm(np.arange(30), np.append([2, 2], np.full(28, 9)), np.ones(30)).keys()[:2] == [
        "promising",
        "promising",
    ]


def test_malformed_columns_are_refused() -> None:
    assert rfm([], [], []).keys() == []
    with pytest.raises(ValueError, match="same length"):
        rfm([1], [1, 2], [1])


def test_who_bought_once_is_new_for_four_weeks_whoever_else_there_is() -> None:
    assert rfm([2], [1], [4.2]).keys() == ["new"]
    assert rfm([2, 2, 2], [1, 1, 1], [4, 4, 4]).keys() == ["new"] * 3
    # Two months on, among people seen every day, nobody calls it coming back or slowing down.
    since, bought = [1, 1, 60, 90, 120], [9, 9, 1, 1, 1]
    assert not {"promising", "needs_attention"} & set(rfm(since, bought, [1] * 5).keys()[2:])
    assert rfm([2], [5], [4.2]).keys() == ["promising"]


def test_who_has_gone_quiet_is_not_among_those_who_come() -> None:
    since, bought = np.arange(100.0), np.arange(100.0)[::-1] + 2
    awake, quiet = rfm(since, bought, bought), rfm(since, bought, bought, np.ones(100))
    assert {"champions", "loyal", "promising", "needs_attention"} & set(awake.keys())
    assert not {"champions", "loyal", "promising", "needs_attention"} & set(quiet.keys())
    assert quiet.keys()[0] == "cant_lose"


@pytest.mark.parametrize("others", [3, 500])
def test_it_takes_three_purchases_to_be_a_regular(others: int) -> None:
    # Everybody else bought once: two are more than they all have.
    since, bought = np.append(np.full(others, 90), [1, 80]), np.append(np.full(others, 1), [2, 2])
    assert set(rfm(since, bought, bought).keys()[-2:]) <= {"promising", "at_risk"}
    often = rfm(since, np.where(bought == 2, 3, bought), bought).keys()[-2]
    assert often == ("loyal" if others < FEWEST else "champions")


@pytest.mark.parametrize("people", [5, FEWEST - 1, FEWEST])
def test_among_too_few_nobody_is_among_the_best(people: int) -> None:
    since, bought = np.arange(people) * 10.0, np.arange(people)[::-1] + 5.0
    awake, quiet = rfm(since, bought, bought), rfm(since, bought, bought, np.ones(people))
    found = {*awake.keys(), *quiet.keys()}
    assert ({"champions", "cant_lose"} & found != set()) == (people >= FEWEST)
    assert awake.keys()[0] == ("champions" if people >= FEWEST else "loyal")


def test_two_people_are_too_few_to_rank() -> None:
    assert "needs_attention" not in list(rfm([0, 3], [3, 2], [1, 1]).keys())
