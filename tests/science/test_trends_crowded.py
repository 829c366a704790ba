"""What is planted among many things that move a little with it: found, and hardly anything else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.science.discovery import crowd, false_discovery, family_wise
from regulars.science.trends import NOW_WEEKS, ORIGINS, WEEKS_NEEDED, Trends, Weekly, trends

LOOKS = 120
PRODUCTS = 30
RISING, FALLING = 16, 20
WEEKS = 68


def told(parts: np.ndarray) -> Trends:
    """Ask about pieces of (places, things, weeks), each another person's."""
    sums = parts.sum(0)
    table = np.zeros((3, sums.shape[0], ORIGINS))
    for origin in range(ORIGINS):
        end = sums.shape[1] - origin * NOW_WEEKS
        table[0, :, origin] = sums[:, end - NOW_WEEKS : end].sum(1)
        table[2, :, origin] = sums[:, end - WEEKS_NEEDED : end - NOW_WEEKS].sum(1)
    whole = parts.sum(1)
    return trends(Weekly(sums, sums, sums, parts, parts, whole, whole, table))


def shop(seed: int) -> np.ndarray:
    """Two places and a web shop, weeks that are good or bad for a whole place, nothing planted."""
    rng = np.random.default_rng(seed)
    levels = np.geomspace(6, 80, PRODUCTS)
    shares = rng.dirichlet((2.0, 2.0, 0.2), PRODUCTS).T
    weeks = rng.gamma(60, 1 / 60, (3, 1, WEEKS))
    return np.asarray(levels[None, :, None] * shares[:, :, None] * weeks)


def plant(means: np.ndarray) -> np.ndarray:
    """One place loses two guests in five; one product comes into fashion, and takes a little from
    a third of the others; another goes out of it."""
    now = means[:, :, -NOW_WEEKS:]
    now[1] *= 0.6
    now[:, RISING] *= 2.5
    now[:, FALLING] *= 0.25
    others = [at for at in range(0, PRODUCTS, 3) if at not in (RISING, FALLING)]
    now[:, others] *= 0.88
    return means


def counted(seed: int, *, planted: bool) -> Trends:
    means = plant(shop(seed)) if planted else shop(seed)
    return told(np.random.default_rng(seed + 10**6).poisson(means).astype(np.float64))


def test_planted_changes_are_found_and_one_look_in_twenty_names_another() -> None:
    found = np.zeros(2)
    false_looks = 0
    for seed in range(LOOKS):
        one = counted(seed, planted=True)
        found += one.is_rising[RISING], one.is_falling[FALLING]
        others = np.delete(one.is_rising | one.is_falling, (RISING, FALLING))
        false_looks += bool(others.any())
    # Where its place falls too, a rise by itself is the harder question.
    assert (found >= np.array([0.8, 0.95]) * LOOKS).all()
    assert false_looks <= 0.05 * LOOKS


def test_a_shop_in_which_nothing_happens_names_hardly_anything() -> None:
    looks = [counted(seed, planted=False) for seed in range(LOOKS)]
    assert sum(bool((one.is_rising | one.is_falling).any()) for one in looks) <= 0.05 * LOOKS


def test_a_place_that_falls_takes_nobody_along() -> None:
    """What is sold at that place alone fell by itself and beside the shop, not beside the place."""
    means = np.full((2, 24, WEEKS), 25.0)
    means[0, :6] = means[1, 6:12] = 0
    means[0, :, -NOW_WEEKS:] *= 0.45
    one = told(np.random.default_rng(3).poisson(means).astype(np.float64))
    assert not (one.is_rising | one.is_falling).any()


def test_what_is_sold_alone_at_its_place_is_held_against_the_shop() -> None:
    means = np.full((2, 24, WEEKS), 25.0)
    means[1] = 0
    means[:, 0] = [[0.0], [40.0]]
    means[1, 0, -NOW_WEEKS:] = 90
    one = told(np.random.default_rng(4).poisson(means).astype(np.float64))
    assert np.flatnonzero(one.is_rising).tolist() == [0]


def test_each_is_held_against_those_that_moved_less() -> None:
    z = np.array([2.0, -2.0, 2.0, -2.0, 2.0, np.nan, 8.0, -3.0, 0.1])
    wider = crowd(z)
    # Five of 4.0 and one of 0.01 moved less than -3; those and 9.0 moved less than 8.
    assert wider[7] == pytest.approx(20.01 / 6) and wider[6] == pytest.approx(29.01 / 7)
    assert wider[5] == wider[8] == 1.0


def test_few_have_no_crowd() -> None:
    assert crowd(np.array([9.0, -7.0, 5.0])).tolist() == [1.0, 1.0, 1.0]


@given(st.lists(st.one_of(st.floats(0, 1), st.just(np.nan)), max_size=30))
def test_family_wise_chances_are_holms(chances: list[float]) -> None:
    p = np.array(chances, dtype=np.float64)
    adjusted, shares = family_wise(p), false_discovery(p)
    asked = ~np.isnan(p)
    assert (np.isnan(adjusted) == ~asked).all()
    order = np.argsort(p[asked], kind="stable")
    left = asked.sum()
    worst = 0.0
    for place in order:
        worst = max(worst, min(1.0, p[asked][place] * left))
        assert adjusted[asked][place] == pytest.approx(worst)
        left -= 1
    # Whoever is named for the whole family is named by the share of false finds as well.
    assert (adjusted[asked] >= shares[asked] - 1e-12).all()
