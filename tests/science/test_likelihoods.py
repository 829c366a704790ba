from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from regulars.science.newton import Objective
from regulars.science.repeat_buying.beta_geometric_likelihood import BetaGeometricLikelihood
from regulars.science.repeat_buying.gamma_gamma import GammaGammaLikelihood
from regulars.science.repeat_buying.histories import Histories, group_histories
from regulars.science.repeat_buying.nbd import NbdLikelihood
from regulars.science.repeat_buying.pareto_likelihood import ParetoLikelihood
from regulars.science.rhythm import RhythmLikelihood
from tests.science.worlds import geometric_world

positive = st.floats(0.05, 20)
four = st.tuples(positive, positive, positive, positive)


def some_histories() -> Histories:
    x, t_x, age = geometric_world(0.8, 8, 0.8, 2.5, people=150, seed=3)
    # A heavy buyer, one without any age and one who bought on the last day.
    x, t_x = np.append(x, [300, 0, 4]), np.append(t_x, [59.0, 0, 40])
    return group_histories(x, t_x, np.append(age, [60.0, 0, 40]))


HISTORIES = some_histories()
RNG = np.random.default_rng(5)
COUNTS = RNG.integers(2, 12, 60).astype(float)
TOTALS = RNG.gamma(2.0 * COUNTS) / RNG.gamma(2.0, 1.0, 60)

LIKELIHOODS: dict[str, tuple[Objective, int]] = {
    "bg": (BetaGeometricLikelihood(HISTORIES, 0), 4),
    "mbg": (BetaGeometricLikelihood(HISTORIES, 1), 4),
    "pareto": (ParetoLikelihood(HISTORIES), 4),
    "nbd": (NbdLikelihood(HISTORIES), 2),
    "gamma_gamma": (GammaGammaLikelihood(COUNTS, 1 + TOTALS, np.ones(60)), 3),
    "rhythm": (RhythmLikelihood(COUNTS, TOTALS, 12.0), 3),
}


@pytest.mark.parametrize("name", LIKELIHOODS)
@settings(max_examples=25, deadline=None)
@given(parameters=four)
def test_derivatives_are_those_of_the_value(name: str, parameters: tuple[float, ...]) -> None:
    likelihood, size = LIKELIHOODS[name]
    at = np.array(parameters[:size])
    _, gradient, hessian = likelihood(at)
    for i in range(size):
        step = np.zeros(size)
        step[i] = 1e-5 * at[i]
        after, before = likelihood(at + step), likelihood(at - step)
        width = 2 * step[i]
        scale = 1 + np.abs(gradient).max()
        assert (after[0] - before[0]) / width == pytest.approx(
            gradient[i], rel=1e-4, abs=1e-5 * scale
        )
        steepness = 1 + np.abs(hessian).max()
        np.testing.assert_allclose(
            (after[1] - before[1]) / width, hessian[i], rtol=1e-4, atol=1e-6 * steepness
        )


def gamma_nodes(shape: float, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of a mean over Gamma(shape, rate)."""
    nodes, weights = special.roots_genlaguerre(120, shape - 1)
    return nodes / rate, weights / weights.sum()


def one(x: float, t_x: float, age: float) -> Histories:
    return Histories(np.array([x]), np.array([t_x]), np.array([age]), np.array([1.0]), 1.0)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0, 5), (1, 2, 5), (4, 4.5, 6), (3, 1, 9)])
@pytest.mark.parametrize("first_chance", [0, 1])
def test_geometric_likelihood_is_its_definition(
    x: int, t_x: float, age: float, first_chance: int
) -> None:
    r, alpha, a, b = 1.4, 2.0, 1.3, 2.6

    rate, rate_weight = gamma_nodes(r, alpha)
    z, p_weight = special.roots_jacobi(80, b - 1, a - 1)
    p, rate = (1 + z[:, None]) / 2, rate[None, :]
    if x + first_chance == 0:
        here_or_gone = np.exp(-rate * age) * np.ones_like(p)
    else:
        stayed = (1 - p) ** (x + first_chance - 1)
        here_or_gone = stayed * ((1 - p) * np.exp(-rate * age) + p * np.exp(-rate * t_x))
    wanted = p_weight / p_weight.sum() @ (rate**x * here_or_gone) @ rate_weight
    got, _, _ = BetaGeometricLikelihood(one(x, t_x, age), first_chance)(np.array([r, alpha, a, b]))
    assert np.exp(got) == pytest.approx(wanted, rel=1e-7)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0, 5), (1, 2, 5), (4, 4.5, 6), (3, 1, 9)])
@pytest.mark.parametrize("beta", [0.7, 6.0])
def test_pareto_likelihood_is_its_definition(x: int, t_x: float, age: float, beta: float) -> None:
    r, alpha, s = 3.4, 2.0, 3.3
    rate, rate_weight = gamma_nodes(r, alpha)
    leaving, leaving_weight = gamma_nodes(s, beta)
    rate, leaving = rate[:, None], leaving[None, :]
    both = rate + leaving
    gone = leaving / both * np.exp(-both * t_x)
    here = rate / both * np.exp(-both * age)
    wanted = rate_weight @ (rate**x * (gone + here)) @ leaving_weight
    got, _, _ = ParetoLikelihood(one(x, t_x, age))(np.array([r, alpha, s, beta]))
    assert np.exp(got) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("alpha", [1e-3, 0.3, 4.0])
@pytest.mark.parametrize("beta", [1e-3, 0.5, 30.0])
def test_pareto_nodes_suffice(alpha: float, beta: float) -> None:
    at = np.array([0.4, alpha, 0.7, beta])
    few, many = ParetoLikelihood(HISTORIES)(at), ParetoLikelihood(HISTORIES, 60)(at)
    assert few[0] == pytest.approx(many[0], rel=1e-8)
    np.testing.assert_allclose(few[1], many[1], rtol=1e-6)
