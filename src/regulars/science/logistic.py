"""Logistic regression, and the recalibration of a model's chances on what came of earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.science.arrays import Floats


def logistic(linear: Floats) -> Floats:
    """1 / (1 + e^-linear), without overflow."""
    small = np.exp(-np.abs(linear))
    return np.asarray(np.where(linear >= 0, 1.0, small) / (1.0 + small), dtype=np.float64)


def fit_logistic(design: Floats, bought: Floats, penalty: Floats) -> tuple[Floats, bool]:
    """Ridge logistic regression by Newton steps, and whether they converged.

    Args:
        design: (people, features), with its column of ones.
        bought: (people,) 0 or 1.
        penalty: (features,) ridge on each coefficient.
    """
    beta = np.zeros(design.shape[1])

    def loss(at: Floats) -> float:
        linear = design @ at
        return float(np.logaddexp(0.0, linear).sum() - bought @ linear + 0.5 * penalty @ at**2)

    here = loss(beta)
    for _ in range(50):
        p = logistic(design @ beta)
        gradient = design.T @ (bought - p) - penalty * beta
        information = (design * (p * (1.0 - p))[:, None]).T @ design + np.diag(penalty + 1e-10)
        step = np.linalg.solve(information, gradient)
        length = 1.0
        while (there := loss(beta + length * step)) > here and length > 1e-6:
            length /= 2.0
        gain = here - there
        if gain < 0:
            return beta, bool(np.abs(gradient).max() < 1e-6 * bought.size)
        beta, here = beta + length * step, there
        if gain <= 1e-10 * (1.0 + abs(here)):
            return beta, True
    return beta, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A straight line on the scale of log odds: (0, 1) leaves every chance as it is."""

    intercept: float
    slope: float

    def __call__(self, chance: Floats) -> Floats:
        """(people,) chances put right."""
        return logistic(self.intercept + self.slope * log_odds(chance))


def log_odds(chance: Floats) -> Floats:
    """ln(p / (1 - p)), for chances kept a millionth away from 0 and 1."""
    inside = np.clip(chance, 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)


def fit_calibration(linear: Floats, bought: Floats) -> Calibration:
    """The line that maps predicted log odds on what came (Cox 1958, Platt 1999).

    Args:
        linear: (people,) log odds predicted without sight of ``bought``.
        bought: (people,) 0 or 1.
    """
    both, _ = fit_logistic(np.column_stack((np.ones(bought.size), linear)), bought, np.zeros(2))
    intercept, slope = both.tolist()
    # A slope below 0 would turn the ranking round: then what came says nothing.
    if slope <= 0:
        return Calibration(intercept=0.0, slope=1.0)
    return Calibration(intercept=intercept, slope=slope)
