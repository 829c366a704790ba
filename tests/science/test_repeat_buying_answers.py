from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from regulars.science.repeat_buying import fit_bg_nbd, fit_mbg_nbd, fit_pareto_nbd
from regulars.science.repeat_buying.purchases_ahead import (
    purchases_while_here,
    summed_purchases,
)
from tests.science.worlds import geometric_world

WORLD = geometric_world(0.8, 6.0, 0.9, 2.5, people=1500)
MODELS: dict[str, Any] = {
    "bg": replace(fit_bg_nbd(*WORLD), r=0.8, alpha=6.0, a=0.9, b=2.5),
    "mbg": replace(fit_mbg_nbd(*WORLD), r=0.8, alpha=6.0, a=0.9, b=2.5),
    "pareto": replace(fit_pareto_nbd(*WORLD), r=0.8, alpha=6.0, s=0.7, beta=12.0),
}
PEOPLE = 1_500_000
AGE, HORIZON = 30.0, 25.0


def geometric_future(first_chance: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(11)
    rate, leaving = rng.gamma(0.8, 1 / 6.0, PEOPLE), rng.beta(0.9, 2.5, PEOPLE)
    past, last, ahead = np.zeros(PEOPLE), np.zeros(PEOPLE), np.zeros(PEOPLE)
    clock, alive = np.zeros(PEOPLE), np.zeros(PEOPLE, dtype=bool)
    here = np.arange(PEOPLE)
    if first_chance:
        here = here[rng.random(PEOPLE) > leaving]
    while here.size:
        clock[here] += rng.exponential(1.0, here.size) / rate[here]
        alive[here[clock[here] > AGE]] = True
        here = here[clock[here] < AGE + HORIZON]
        known = here[clock[here] <= AGE]
        past[known] += 1
        last[known] = clock[known]
        ahead[here[clock[here] > AGE]] += 1
        here = here[rng.random(here.size) > leaving[here]]
    return past, last, ahead, alive


def pareto_future() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(11)
    rate = rng.gamma(0.8, 1 / 6.0, PEOPLE)
    life = rng.exponential(1.0, PEOPLE) / rng.gamma(0.7, 1 / 12.0, PEOPLE)
    until = np.minimum(life, AGE)
    past = rng.poisson(rate * until)
    last = np.where(past > 0, until * rng.random(PEOPLE) ** (1 / np.maximum(past, 1)), 0.0)
    ahead = rng.poisson(rate * np.clip(np.minimum(life, AGE + HORIZON) - AGE, 0, None))
    return past, last, ahead, life > AGE


FUTURES: dict[str, Callable[[], tuple[np.ndarray, ...]]] = {
    "bg": lambda: geometric_future(0),
    "mbg": lambda: geometric_future(1),
    "pareto": pareto_future,
}


@pytest.mark.parametrize("name", MODELS)
def test_answers_are_what_happens_in_simulation(name: str) -> None:
    past, last, ahead, alive = FUTURES[name]()
    model = MODELS[name]
    for x, low, high in ((0, 0, 0), (1, 10, 20), (2, 25, 30), (4, 5, 20), (6, 28, 30)):
        who = (past == x) & (last >= low) & (last <= high)
        rows = who.sum()
        assert rows > 500
        age = np.full(rows, AGE)
        history = (past[who], last[who], age)
        for answer, seen in (
            (model.probability_alive(*history), alive[who]),
            (model.probability_buying_again(HORIZON, *history), ahead[who] > 0),
            (model.expected_purchases(HORIZON, *history), ahead[who]),
        ):
            error = seen.std() / np.sqrt(rows)
            assert abs(answer.mean() - seen.mean()) < 4.5 * error + 1e-4


histories = st.tuples(st.integers(0, 400), st.floats(0, 1), st.floats(0.01, 500))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@given(person=histories, horizons=st.tuples(st.floats(0, 300), st.floats(0, 300)))
def test_answers_hang_together(
    name: str, person: tuple[int, float, float], horizons: tuple[float, float]
) -> None:
    model = MODELS[name]
    x, share, age = person
    history = ([x], [share * age if x else 0.0], [age])
    near, far = sorted(horizons)
    alive = model.probability_alive(*history)[0]
    chances = [model.probability_buying_again(h, *history)[0] for h in (near, far)]
    expected = [model.expected_purchases(h, *history)[0] for h in (near, far)]
    assert 0 <= chances[0] <= chances[1] + 1e-10 <= alive + 1e-9 <= 1 + 2e-9
    assert -1e-12 <= expected[0] <= expected[1] * (1 + 1e-9) + 1e-12
    # Nobody can buy with a greater chance than the mean number of purchases.
    assert chances[1] <= expected[1] * (1 + 1e-8) + 1e-10


@pytest.mark.parametrize("name", MODELS)
def test_later_last_purchases_are_better_signs(name: str) -> None:
    recency = np.linspace(0, 30, 61)
    chance = MODELS[name].probability_buying_again(20, np.full(61, 3), recency, np.full(61, 30.0))
    assert (np.diff(chance) > 0).all()


@pytest.mark.parametrize("name", MODELS)
def test_long_histories_and_long_silences_stay_finite(name: str) -> None:
    model = MODELS[name]
    history = ([5000, 5000, 0, 0], [1000.0, 10.0, 0, 0], [1000.0, 1000.0, 0.0, 1e6])
    with np.errstate(all="raise", under="ignore"):
        alive = model.probability_alive(*history)
        expected = model.expected_purchases(52, *history)
        chance = model.probability_buying_again(52, *history)
    assert alive[0] > 0.99 and alive[1] < 1e-12
    assert np.isfinite(expected).all() and np.isfinite(chance).all()
    # BG/NBD forgets p only slowly: somebody with 5,000 purchases hardly ever leaves.
    assert expected[0] == pytest.approx(5000.8 / 1006 * 52, rel=0.1)


def test_one_horizon_per_person() -> None:
    model, history = MODELS["pareto"], ([2, 2], [5.0, 5.0], [9.0, 9.0])
    both = model.expected_purchases([4.0, 8.0], *history)
    assert both[0] == model.expected_purchases(4.0, *history)[0] < both[1]
    assert model.expected_purchases(4.0, [], [], []).shape == (0,)
    with pytest.raises(ValueError, match="horizon"):
        model.expected_purchases(-1.0, *history)


@settings(max_examples=300, deadline=None)
@given(
    a=st.floats(0.02, 1e4),
    stays=st.floats(0.2, 2000),
    power=st.floats(0.05, 2000),
    ratio=st.floats(1e-4, 100),
)
@example(a=40.0, stays=0.3, power=900.0, ratio=20.0)
@example(a=1.0, stays=2.5, power=0.3, ratio=3.0)
@example(a=1.0 + 1e-7, stays=30.0, power=60.0, ratio=0.4)
def test_closed_form_of_purchases_is_its_mean(
    a: float, stays: float, power: float, ratio: float
) -> None:
    got = purchases_while_here(np.array([power]), a, np.array([stays]), np.array([ratio]))[0]
    # The sum is the coarser of the two where next to nothing is expected.
    assert got == pytest.approx(summed_purchases(power, a, stays, ratio), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(("a", "stays"), [(1.8, 2.5), (3.5, 30.0)])
def test_summed_purchases_are_a_mean_over_people(a: float, stays: float) -> None:
    p = stats.beta.ppf((np.arange(300_000) + 0.5) / 300_000, a, stays)
    mean = ((1 - (1 + p * 3.0) ** -5.0) / p).mean()
    assert summed_purchases(5.0, a, stays, 3.0) == pytest.approx(mean, rel=1e-4)
