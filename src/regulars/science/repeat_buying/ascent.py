"""From a likelihood to estimates: starts that compete, limits that are recognised, errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regulars.science.arrays import Floats
from regulars.science.newton import Objective, Summit, climb, in_logs
from regulars.science.repeat_buying.histories import Histories

Prior = Literal["none", "weak", "auto"]

FEW_REPEAT_BUYERS = 200
"""Below this many, ``prior="auto"`` steadies the estimates with the weak prior."""

PRIOR_DEVIATION = 1.5
"""Of the logarithm of each parameter: a factor of 20 either way stays plausible."""

LOWEST, HIGHEST = np.log(1e-5), np.log(1e4)
"""Box for the logarithm of every parameter, times in units of the mean age."""

COARSE_ROWS = 400
"""Rows on which starting points compete."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Parameters in the caller's time unit, their errors, and how the ascent ended.

    ``at_limit`` tells that a parameter ran to the end of its box, so that the model has become
    one of its simpler limits; ``with_prior`` that the weak prior was added.
    """

    parameters: Floats
    errors: Floats
    log_likelihood: float
    converged: bool
    at_limit: bool
    with_prior: bool


def wants_prior(prior: Prior, histories: Histories) -> bool:
    """Whether the weak prior applies to these people."""
    if prior not in ("none", "weak", "auto"):
        raise ValueError("prior is one of none, weak, auto")
    return prior == "weak" or (prior == "auto" and histories.repeat_buyers < FEW_REPEAT_BUYERS)


def ascend(
    likelihood_of: Callable[[Histories], Objective],
    histories: Histories,
    starts: Floats,
    is_time: tuple[bool, ...],
    prior_mean: Floats | None,
    *,
    warm_from: int = 10 * COARSE_ROWS,
) -> Estimate:
    """Maximise over the logarithms of the parameters.

    Args:
        likelihood_of: builds the likelihood of the given histories.
        histories: grouped, times in units of the mean age.
        starts: (number of starts, parameters), natural scale, same time unit.
        is_time: which parameters carry the unit of time.
        prior_mean: natural scale; ``None`` for plain maximum likelihood.

        warm_from: from this many rows on, a start first climbs the sample alone.

    The starts compete by their value on an even sample of the rows; the best is climbed on all
    rows. Should that climb fail or end at a limit, every other start is climbed as well and the
    highest summit wins.
    """
    log_prior = None if prior_mean is None else np.log(prior_mean)
    coarse = in_logs(likelihood_of(histories.every(COARSE_ROWS)), log_prior, PRIOR_DEVIATION)
    full = in_logs(likelihood_of(histories), log_prior, PRIOR_DEVIATION)
    lower = np.full(starts.shape[1], LOWEST)
    upper = np.full(starts.shape[1], HIGHEST)
    ranked = sorted(np.log(starts), key=lambda start: -coarse(start)[0])
    best: Summit | None = None
    for start in ranked:
        if histories.frequency.size > warm_from:
            start = climb(coarse, start, lower, upper, tolerance=1e-5).theta
        summit = climb(full, start, lower, upper)
        if best is None or (summit.converged, summit.value) > (best.converged, best.value):
            best = summit
        if summit.converged and bool(summit.is_free.all()):
            break
    assert best is not None
    parameters = np.exp(best.theta)
    errors = parameters * best.deviations()
    value = best.value
    if log_prior is not None:
        value = in_logs(likelihood_of(histories))(best.theta)[0]
    unit = np.where(is_time, histories.unit, 1.0)
    purchases = float(histories.weight @ histories.frequency)
    return Estimate(
        parameters=parameters * unit,
        errors=errors * unit,
        log_likelihood=value - purchases * float(np.log(histories.unit)),
        converged=best.converged,
        at_limit=not bool(best.is_free.all()),
        with_prior=prior_mean is not None,
    )
