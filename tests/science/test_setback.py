from __future__ import annotations

import numpy as np
import pytest

from regulars.science.setback import FEWEST, setback


def shop(seed: int, troubled: int, stay: float) -> tuple[np.ndarray, ...]:
    """Weekly customers; those with a problem on day 100 come back with the chance ``stay``."""
    dice = np.random.default_rng(seed)
    person, day, bad = [], [], []
    for who in range(400):
        last = 400
        if who < troubled:
            bad.append(who)
            last = 400 if dice.random() < stay else 100
        days = np.arange(1 + dice.integers(7), last, 7)
        person += [who] * days.size
        day += days.tolist()
    return np.array(person), np.array(day), np.array(bad), np.full(len(bad), 100)


@pytest.mark.parametrize(("stay", "lost"), [(0.4, 0.6), (1.0, 0.0), (0.75, 0.25)])
def test_the_share_that_is_lost_lies_in_its_interval(stay: float, lost: float) -> None:
    hits = 0
    for seed in range(100):
        found = setback(*shop(seed, 60, stay), as_of=400, horizon_days=30)
        assert found.enough
        assert found.people == 60
        hits += found.low - 1e-9 <= lost <= found.high + 1e-9
    assert hits >= 88


def test_too_few_is_said() -> None:
    found = setback(*shop(1, FEWEST - 1, 0.5), as_of=400, horizon_days=30)
    assert not found.enough
    assert np.isnan(found.lost)


def test_what_happened_within_the_horizon_is_not_asked_yet() -> None:
    person, day, bad, _when = shop(1, 60, 0.5)
    found = setback(person, day, bad, np.full(bad.size, 380), as_of=400, horizon_days=30)
    assert found.people == 0


def test_order_and_repeats_do_not_matter() -> None:
    person, day, bad, when = shop(3, 40, 0.5)
    turned = np.random.default_rng(1).permutation(person.size)
    twice = np.concatenate([turned, turned])
    assert setback(person[twice], day[twice], bad[::-1], when, as_of=400, horizon_days=30) == (
        setback(person, day, bad, when, as_of=400, horizon_days=30)
    )


def test_the_epoch_does_not_matter() -> None:
    person, day, bad, when = shop(3, 40, 0.5)
    early = setback(person, day - 30_000, bad, when - 30_000, as_of=-29_600, horizon_days=30)
    assert early == setback(person, day, bad, when, as_of=400, horizon_days=30)


def test_nothing_at_all() -> None:
    assert not setback([], [], [], [], as_of=10, horizon_days=5).enough


def test_a_problem_before_any_purchase_is_nobodys() -> None:
    found = setback([1, 1], [50, 60], [1], [40], as_of=400, horizon_days=30)
    assert found.people == 0
