"""A small damped Newton ascent for likelihoods of a few parameters with exact derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regulars.science.arrays import Floats

Objective = Callable[[Floats], tuple[float, Floats, Floats]]
"""theta -> value, gradient, Hessian."""

EDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Summit:
    """Where an ascent ended.

    ``is_free`` marks coordinates that are not held by a bound; ``converged`` says that one more
    Newton step would gain nothing measurable.
    """

    theta: Floats
    value: float
    gradient: Floats
    hessian: Floats
    is_free: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    converged: bool
    iterations: int

    def deviations(self) -> Floats:
        """Standard error of every coordinate from the observed information; nan where held.

        nan as well where the likelihood is flat, i.e. where the data say nothing.
        """
        errors = np.full(self.theta.shape, np.nan)
        free = np.flatnonzero(self.is_free)
        information = -self.hessian[np.ix_(free, free)]
        values, vectors = np.linalg.eigh(information)
        if free.size and values[0] > 1e-10 * max(values[-1], 1.0):
            errors[free] = np.sqrt(((vectors**2) / values).sum(axis=1))
        return errors


def _direction(gradient: Floats, hessian: Floats, longest: float) -> Floats:
    """Newton direction with the curvature's absolute value, so that it always climbs."""
    values, vectors = np.linalg.eigh(hessian)
    size = np.abs(values)
    size = np.maximum(size, 1e-9 * max(float(size.max()), 1e-9))
    step: Floats = vectors @ ((vectors.T @ gradient) / size)
    reach = float(np.abs(step).max())
    return step * (longest / reach) if reach > longest else step


def climb(
    objective: Objective,
    start: Floats,
    lower: Floats,
    upper: Floats,
    *,
    tolerance: float = 1e-12,
    most_iterations: int = 80,
    longest_step: float = 2.0,
) -> Summit:
    """Maximise ``objective`` inside the box ``lower``..``upper`` from ``start``.

    Projected Newton with step halving. ``tolerance`` bounds the gain, relative to the size of
    the value, that one more step promises.
    """
    theta = np.clip(start, lower, upper)
    value, gradient, hessian = objective(theta)
    is_free = np.ones(theta.shape, dtype=np.bool_)
    for iteration in range(most_iterations):
        # Close to a bound counts as on it: the last bit of a flat ridge is lost in rounding.
        is_free = ~(
            ((theta <= lower + EDGE) & (gradient < 0)) | ((theta >= upper - EDGE) & (gradient > 0))
        )
        free = np.flatnonzero(is_free)
        if free.size == 0:
            return Summit(theta, value, gradient, hessian, is_free, True, iteration)
        if free.size == theta.size:
            step = _direction(gradient, hessian, longest_step)
        else:
            step = np.zeros_like(theta)
            step[free] = _direction(gradient[free], hessian[np.ix_(free, free)], longest_step)
        promise = float(gradient @ step)
        if promise <= tolerance * (1.0 + abs(value)):
            # The last step gains nothing one could measure, but doubles the digits of theta.
            theta = np.clip(theta + step, lower, upper)
            return Summit(theta, value, gradient, hessian, is_free, True, iteration)
        length = 1.0
        while True:
            candidate = np.clip(theta + length * step, lower, upper)
            there = objective(candidate)
            if there[0] >= value + 1e-4 * float(gradient @ (candidate - theta)):
                break
            length /= 3.0
            if length < 1e-6:
                # No climb is left at this precision: flat to rounding, or a faulty slope.
                flat = promise <= 1e-7 * (1.0 + abs(value))
                return Summit(theta, value, gradient, hessian, is_free, flat, iteration)
        theta = candidate
        value, gradient, hessian = there
    return Summit(theta, value, gradient, hessian, is_free, False, most_iterations)


def in_logs(
    likelihood: Objective, prior_mean: Floats | None = None, prior_deviation: float = 1.0
) -> Objective:
    """``likelihood`` of positive parameters as a function of their logarithms.

    With ``prior_mean`` an independent normal density around it is added (its constant left out).
    """

    def objective(theta: Floats) -> tuple[float, Floats, Floats]:
        parameters = np.exp(theta)
        value, gradient, hessian = likelihood(parameters)
        slope = gradient * parameters
        curve = hessian * np.multiply.outer(parameters, parameters)
        curve[np.diag_indices(theta.size)] += slope
        if prior_mean is not None:
            away = (theta - prior_mean) / prior_deviation
            value -= 0.5 * float(away @ away)
            slope = slope - away / prior_deviation
            curve[np.diag_indices(theta.size)] -= prior_deviation**-2
        return value, slope, curve

    return objective
