"""The NBD model (Ehrenberg 1959): everybody keeps buying at their own rate and nobody leaves.

It is the limit of BG/NBD, MBG/NBD and Pareto/NBD when leaving becomes impossible.
"""

from __future__ import annotations

import numpy as np

from regulars.science.arrays import Floats
from regulars.science.repeat_buying.ascent import Estimate, ascend
from regulars.science.repeat_buying.histories import Histories

INDISTINCT = 2.0
"""Log-likelihood a model with leaving must gain over the NBD: one per parameter (Akaike 1974)."""


class NbdLikelihood:
    """Callable (r, alpha) -> log-likelihood, gradient (2,), Hessian (2, 2)."""

    def __init__(self, histories: Histories) -> None:
        self._histories = histories
        self._later = histories.later_purchases()
        self._steps = np.arange(self._later.size, dtype=np.float64)

    def __call__(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        r, alpha = parameters.tolist()
        h = self._histories
        rate = 1.0 / (r + self._steps)
        inverse = 1.0 / (alpha + h.age)
        logs = float(h.weight @ np.log(inverse * alpha))
        power = h.weight * (r + h.frequency)
        purchases = h.weight * h.frequency
        value = float(self._later @ -np.log(rate)) + r * logs + float(purchases @ np.log(inverse))
        by_alpha = h.people / alpha - float(h.weight @ inverse)
        gradient = np.array(
            [float(self._later @ rate) + logs, h.people * r / alpha - float(power @ inverse)]
        )
        curve = float(power @ (inverse * inverse)) - h.people * r / alpha**2
        hessian = np.array([[-float(self._later @ (rate * rate)), by_alpha], [by_alpha, curve]])
        return value, gradient, hessian


def ascend_nbd(histories: Histories) -> Estimate:
    """Fit (r, alpha) by maximum likelihood."""
    rate = float(histories.weight @ histories.frequency) / histories.people
    starts = np.array([[0.5, 0.5 / rate], [2.0, 2.0 / rate], [0.1, 0.1 / rate]])
    return ascend(NbdLikelihood, histories, starts, (False, True), None)


def limit_instead(histories: Histories, estimate: Estimate, *, is_rare: bool) -> Estimate | None:
    """The NBD fit, where a model with leaving cannot be told from it; else ``None``.

    It is tried only where the model hints at the limit: leaving ``is_rare``, an estimate stands
    at the end of its range, or the ascent failed. A prior rules the limit out.
    """
    if estimate.with_prior or not (is_rare or estimate.at_limit or not estimate.converged):
        return None
    limit = ascend_nbd(histories)
    gain = estimate.log_likelihood - limit.log_likelihood
    return limit if limit.converged and gain < INDISTINCT else None
