from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.science.returning import Hours, losing_hours, visits

YEAR = 365


def live(seed: int, *, people: int = 400, driven_off: float = 0.0, bad: int = 0) -> Hours:
    """People with a pace and a favourite hour (0 to 3) of their own; the frequent like hour 0.
    After a visit in hour ``bad`` a share is driven off for good."""
    rng = np.random.default_rng(seed)
    person, day, cell = [], [], []
    for one in range(people):
        gap = rng.gamma(1.5, 8) + 2
        likes = np.array([4.0, 1, 1, 1]) if gap < 8 else np.array([1.0, 2, 3, 1])
        now = rng.uniform(0, 30)
        while now < YEAR:
            hour = int(rng.choice(4, p=likes / likes.sum()))
            person.append(one)
            day.append(int(now))
            cell.append(hour)
            if hour == bad and rng.random() < driven_off:
                break
            now += 1 + rng.gamma(1.5, gap / 1.5)
    found, rows = visits(person, day, last_day=YEAR)
    known = found.is_known
    return losing_hours(
        found.person[known], np.array(cell)[rows][known], found.is_followed[known], 4
    )


def test_an_hour_that_drives_people_off_is_found() -> None:
    told = live(1, driven_off=0.12)
    assert np.flatnonzero(told.is_found).tolist() == [0]
    assert told.low[0] < told.difference[0] < told.high[0] < 0


def test_other_people_at_an_hour_are_no_bad_hour() -> None:
    """Who comes in hour 0 comes often, who comes in hour 2 does not."""
    told = live(2)
    assert told.is_found.sum() == 0
    shares = told.followed / told.visits
    assert np.ptp(shares) < 0.3


def test_no_alarms_where_nothing_is_the_matter() -> None:
    assert sum(int(live(seed, people=120).is_found.sum()) for seed in range(10, 30)) <= 1


def test_the_difference_on_a_known_answer() -> None:
    # Two people alike: inside 1 of 4 visits followed, outside 3 of 4.
    person = np.repeat([1, 2], 8)
    cell = np.tile([0, 0, 0, 0, 1, 1, 1, 1], 2)
    followed = np.tile([1, 0, 0, 0, 1, 1, 1, 0], 2).astype(bool)
    repeated = [np.concatenate([part] * 30) for part in (person, cell, followed)]
    repeated[0] = repeated[0] + np.repeat(np.arange(30) * 10, 16)
    told = losing_hours(*repeated, 2)
    assert told.visits.tolist() == [240, 240]
    assert told.people.tolist() == [60, 60]
    assert told.difference.tolist() == pytest.approx([-0.5, 0.5])
    assert told.usual[0] == pytest.approx(0.75)
    assert told.is_found.tolist() == [True, False]


def test_visits_of_a_day_are_one_and_spans_are_the_persons_own() -> None:
    person = [1, 1, 1, 1, 2, 2, 3]
    day = [0, 0, 10, 20, 0, 50, 0]
    found, rows = visits(person, day, last_day=60)
    assert rows.tolist() == [0, 2, 3, 4, 5, 6]
    assert found.person.tolist() == [1, 1, 1, 2, 2, 3]
    # Person 1 has gaps of ten days: back within twenty. Persons 2 and 3 have too few gaps.
    assert found.is_followed[:3].tolist() == [True, True, False]
    assert found.is_known.tolist() == [True, True, True, False, False, False]
    assert found.usual_days == 20


def test_a_span_that_is_not_over_says_nothing() -> None:
    found, _ = visits([1, 1, 1], [0, 10, 20], last_day=30)
    assert found.is_known.tolist() == [True, True, False]


def test_nobody() -> None:
    found, rows = visits([], [], last_day=5)
    assert (rows.size, found.person.size) == (0, 0)
    empty = np.empty(0, dtype=np.int64)
    told = losing_hours(empty, empty, empty.astype(bool), 3)
    assert not told.is_found.any()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40)), max_size=60))
def test_any_visits_add_up(rows: list[tuple[int, int]]) -> None:
    person, day = [one for one, _ in rows], [on for _, on in rows]
    found, kept = visits(person, day, last_day=40)
    assert found.person.size == len(set(rows)) == kept.size
    cell = found.day % 3
    told = losing_hours(found.person, cell, found.is_followed, 3)
    assert told.visits.sum() == found.person.size
    assert told.followed.sum() == found.is_followed.sum()
