"""Pareto/NBD: leaving may happen at any moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.science.arrays import Floats
from regulars.science.repeat_buying.ascent import COARSE_ROWS, Prior, ascend, wants_prior
from regulars.science.repeat_buying.fit import RepeatBuyingFit
from regulars.science.repeat_buying.histories import group_histories
from regulars.science.repeat_buying.messages import NOBODY_LEAVES, how_it_ended
from regulars.science.repeat_buying.nbd import limit_instead
from regulars.science.repeat_buying.pareto_likelihood import ParetoLikelihood
from regulars.science.repeat_buying.quadrature import log_nodes, log_sum

RARELY = 0.02
"""Share leaving within the mean age below which the NBD limit is tried beside the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoNbdFit(RepeatBuyingFit):
    """Rates λ ~ Gamma(r, alpha) of buying and μ ~ Gamma(s, beta) of leaving.

    ``alpha`` and ``beta`` are in the caller's time unit. When ``nobody_leaves``, ``s`` is 0 and
    ``beta`` is the mean age, without meaning: μ is always 0.
    """

    r: float
    alpha: float
    s: float
    beta: float

    @property
    def parameters(self) -> dict[str, float]:
        """The four estimates by name."""
        return {"r": self.r, "alpha": self.alpha, "s": self.s, "beta": self.beta}

    def _log_here(self, x: Floats, T: Floats) -> Floats:
        return -(self.r + x) * np.log(self.alpha + T) - self.s * np.log(self.beta + T)

    def _log_both(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """log of the likelihood's {…}: still here, or left since the last purchase."""
        here = self._log_here(x, T)
        if self.s == 0:
            return here
        power = self.r + x
        u, weight = log_nodes(self.alpha, self.beta, (power, self.s + 1.0), t_x, T)
        weight -= power * np.log(self.alpha + u) + (self.s + 1.0) * np.log(self.beta + u)
        return np.logaddexp(here, math.log(self.s) + log_sum(weight))

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return np.exp(self._log_here(x, T) - self._log_both(x, t_x, T))

    def _buying_again(self, horizon: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        # The first purchase ahead falls at T + v when the person is still here then; mixing
        # λ^(x+1) e^-(λ+μ)u over both Gammas gives (r+x) (α+u)^-(r+x+1) (β+u)^-s at u = T + v.
        power = self.r + x
        u, weight = log_nodes(self.alpha, self.beta, (power + 1.0, self.s), T, T + horizon)
        weight -= (power + 1.0) * np.log(self.alpha + u) + self.s * np.log(self.beta + u)
        chance = np.exp(np.log(power) + log_sum(weight) - self._log_both(x, t_x, T))
        return np.minimum(chance, 1.0)

    def _expected(self, horizon: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        # E[(1 - e^-μH)/μ] of someone present: a power, with its logarithmic limit at s = 1.
        log_ratio = np.log1p(horizon / (self.beta + T))
        bend = 1.0 - self.s
        stay = log_ratio if abs(bend) < 1e-9 else np.expm1(bend * log_ratio) / bend
        rate = (self.r + x) / (self.alpha + T)
        return self._alive(x, t_x, T) * rate * (self.beta + T) * stay


def fit_pareto_nbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    prior: Prior = "none",
) -> ParetoNbdFit:
    """Fit Pareto/NBD (Schmittlein, Morrison, Colombo, Management Science 33, 1987).

    Arguments and errors as in :func:`regulars.science.repeat_buying.fit_bg_nbd`; the weak prior
    lies around log (.7, .7 · mean age / mean frequency, .6, .6 · mean age).
    """
    histories = group_histories(frequency, recency, age, weights)
    rate = float(histories.weight @ histories.frequency) / histories.people
    starts = np.array(
        [
            [0.5, 0.3 / rate, 0.6, 0.4],
            [1.5, 1.0 / rate, 0.3, 1.0],
            [0.3, 0.2 / rate, 2.0, 2.0],
            [1.0, 1.0 / rate, 0.05, 1.0],
        ]
    )
    with_prior = wants_prior(prior, histories)
    mean = np.array([0.7, 0.7 / rate, 0.6, 0.6]) if with_prior else None
    estimate = ascend(
        ParetoLikelihood, histories, starts, (False, True, False, True), mean, warm_from=COARSE_ROWS
    )
    r, alpha, s, beta = estimate.parameters.tolist()
    leaving = -math.expm1(-s * math.log1p(histories.unit / beta))
    limit = limit_instead(histories, estimate, is_rare=leaving < RARELY)
    errors = estimate.errors.tolist()
    if limit is not None:
        r, alpha = limit.parameters.tolist()
        s, beta = 0.0, histories.unit
        errors = np.append(limit.errors, [math.nan, math.nan]).tolist()
    ended = limit or estimate
    return ParetoNbdFit(
        r=r,
        alpha=alpha,
        s=s,
        beta=beta,
        log_likelihood=ended.log_likelihood,
        standard_errors=dict(zip(("r", "alpha", "s", "beta"), errors, strict=True)),
        people=histories.people,
        converged=ended.converged,
        nobody_leaves=limit is not None,
        with_prior=with_prior,
        message=how_it_ended(estimate) if limit is None else NOBODY_LEAVES,
    )
