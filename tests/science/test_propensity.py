from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from regulars.science import accuracy
from regulars.science.arrays import TooLittleHistory
from regulars.science.propensity import FEATURES, features, fit_propensity, logistic
from tests.science.worlds import geometric_world


def world(people: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    x, t_x, age = geometric_world(0.8, 6.0, 0.9, 2.5, people=people, seed=seed)
    rng = np.random.default_rng(seed)
    money = rng.gamma(3.0, 10.0, people)
    linear = -1.5 + 1.2 * np.log1p(x) - 0.5 * np.log1p(age - t_x) + 0.3 * np.log1p(money)
    return x, t_x, age, money, rng.random(people) < logistic(linear)


def test_chances_are_kept_and_rank_people() -> None:
    *columns, bought = world(6000)
    model = fit_propensity(*columns, bought)
    assert model.converged and model.people == 6000 and model.bought == bought.sum()
    *later, kept = world(6000, seed=1)
    chance = model.probability(*later)
    assert accuracy.calibration_error(kept, chance) < 0.03
    assert chance.mean() == pytest.approx(kept.mean(), abs=0.02)
    x, t_x, age, money, _ = world(6000, seed=1)
    truth = -1.5 + 1.2 * np.log1p(x) - 0.5 * np.log1p(age - t_x) + 0.3 * np.log1p(money)
    assert accuracy.auc(kept, chance) > accuracy.auc(kept, truth) - 0.005
    assert model.calibration[1] == pytest.approx(1, abs=0.1)


def test_it_is_the_ridge_logistic_that_an_optimiser_finds() -> None:
    *columns, bought = world(1500)
    model = fit_propensity(*columns, bought)
    standard = (features(*columns) - model.centre) / model.scale

    def loss(theta: np.ndarray) -> float:
        score = theta[0] + standard @ theta[1:]
        fit = np.logaddexp(0, score) - bought * score
        return float(fit.sum() + theta[1:] @ theta[1:] / 2)

    found = optimize.minimize(loss, np.zeros(standard.shape[1] + 1), method="BFGS").x
    np.testing.assert_allclose(model.coefficients, found[1:], atol=1e-3)
    assert model.intercept == pytest.approx(found[0], abs=1e-3)


def test_reasons_add_up_to_the_odds() -> None:
    *columns, bought = world(800)
    model = fit_propensity(*columns, bought)
    reasons = model.reasons(*columns)
    assert reasons.shape == (800, len(FEATURES))
    odds = np.log(model.probability(*columns) / (1 - model.probability(*columns)))
    base = model.calibration[0] + model.calibration[1] * model.intercept
    np.testing.assert_allclose(base + reasons.sum(axis=1), odds, atol=1e-9)


def test_separable_people_do_not_break_it() -> None:
    x = np.repeat([0.0, 9.0], 30)
    model = fit_propensity(x, x, np.full(60, 20.0), np.ones(60), x > 0)
    chance = model.probability([0, 9], [0, 9], [20, 20], [1, 1])
    assert model.converged and chance[0] < 0.1 and chance[1] > 0.9


def test_too_little_history_is_said() -> None:
    x = np.arange(40.0)
    with pytest.raises(TooLittleHistory, match="3 of 40"):
        fit_propensity(x, x, x, x, x < 3)
    with pytest.raises(ValueError, match="yes or no"):
        fit_propensity(x, x, x, x, x)
    with pytest.raises(ValueError, match="same length"):
        features([1], [1], [1], [1, 2])
