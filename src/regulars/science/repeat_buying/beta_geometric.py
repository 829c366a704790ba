"""BG/NBD and MBG/NBD: leaving happens after a purchase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from regulars.science.arrays import Floats
from regulars.science.repeat_buying.ascent import Prior, ascend, wants_prior
from regulars.science.repeat_buying.beta_geometric_likelihood import BetaGeometricLikelihood
from regulars.science.repeat_buying.fit import RepeatBuyingFit
from regulars.science.repeat_buying.histories import Histories, group_histories
from regulars.science.repeat_buying.messages import NOBODY_LEAVES, how_it_ended
from regulars.science.repeat_buying.nbd import limit_instead
from regulars.science.repeat_buying.purchases_ahead import purchases_while_here

RARELY = 0.02
"""Mean chance of leaving per purchase below which the NBD limit is tried beside the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaGeometricFit(RepeatBuyingFit):
    """Rates λ ~ Gamma(r, alpha); chance of leaving after a purchase p ~ Beta(a, b).

    ``alpha`` is in the caller's time unit. When ``nobody_leaves``, ``a`` is 0 and ``b`` is 1:
    p is always 0.
    """

    r: float
    alpha: float
    a: float
    b: float

    first_chance: ClassVar[int]
    """1 when people may leave at their very first purchase, 0 when not."""

    @property
    def parameters(self) -> dict[str, float]:
        """The four estimates by name."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        if self.a == 0:
            return np.ones_like(x)
        chances = self.b + x + (self.first_chance - 1)
        can_leave = x + self.first_chance > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            log_odds = (self.r + x) * np.log((self.alpha + T) / (self.alpha + t_x)) + np.log(
                self.a / chances
            )
        log_odds = np.where(can_leave, log_odds, -np.inf)
        # exp may overflow to infinity for the long gone: 1 / (1 + inf) is the right 0.
        with np.errstate(over="ignore"):
            return np.asarray(1.0 / (1.0 + np.exp(log_odds)), dtype=np.float64)

    def _buying_again(self, horizon: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        # Exact: whoever is still here cannot leave before their next purchase, so buying again
        # is one waiting time of a Gamma(r + x, alpha + T) rate.
        waits = (self.r + x) * np.log1p(horizon / (self.alpha + T))
        return self._alive(x, t_x, T) * -np.expm1(-waits)

    def _expected(self, horizon: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        if self.a == 0:
            return (self.r + x) / (self.alpha + T) * horizon
        stays = self.b + x + self.first_chance
        growth = purchases_while_here(self.r + x, self.a, stays, horizon / (self.alpha + T))
        return self._alive(x, t_x, T) * growth


class BgNbdFit(BetaGeometricFit):
    """BG/NBD: nobody leaves before the first repeat purchase."""

    __slots__ = ()
    first_chance = 0


class MbgNbdFit(BetaGeometricFit):
    """MBG/NBD: people may leave right after their first purchase."""

    __slots__ = ()
    first_chance = 1


_Fit = TypeVar("_Fit", BgNbdFit, MbgNbdFit)


def _fit(kind: type[_Fit], histories: Histories, prior: Prior) -> _Fit:
    rate = float(histories.weight @ histories.frequency) / histories.people
    starts = np.array(
        [
            [0.5, 0.3 / rate, 0.8, 2.5],
            [1.5, 1.0 / rate, 0.3, 6.0],
            [1.0, 1.0 / rate, 0.05, 5.0],
        ]
    )
    with_prior = wants_prior(prior, histories)
    mean = np.array([0.7, 0.7 / rate, 0.8, 2.5]) if with_prior else None
    estimate = ascend(
        lambda rows: BetaGeometricLikelihood(rows, kind.first_chance),
        histories,
        starts,
        (False, True, False, False),
        mean,
    )
    r, alpha, a, b = estimate.parameters.tolist()
    limit = limit_instead(histories, estimate, is_rare=a / (a + b) < RARELY)
    errors = estimate.errors.tolist()
    if limit is not None:
        r, alpha = limit.parameters.tolist()
        a, b = 0.0, 1.0
        errors = np.append(limit.errors, [math.nan, math.nan]).tolist()
    ended = limit or estimate
    return kind(
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        log_likelihood=ended.log_likelihood,
        standard_errors=dict(zip(("r", "alpha", "a", "b"), errors, strict=True)),
        people=histories.people,
        converged=ended.converged,
        nobody_leaves=limit is not None,
        with_prior=with_prior,
        message=how_it_ended(estimate) if limit is None else NOBODY_LEAVES,
    )


def fit_bg_nbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    prior: Prior = "none",
) -> BgNbdFit:
    """Fit BG/NBD (Fader, Hardie, Lee, Marketing Science 24, 2005) by maximum likelihood.

    Args:
        frequency: repeat purchases per person (days on which they came back), whole numbers.
        recency: time from first to last purchase; 0 without repeats. Any unit.
        age: time from first purchase to the end of the record. Same unit.
        weights: people per row, when rows are already grouped.
        prior: ``"none"`` plain maximum likelihood; ``"weak"`` adds a normal density of standard
            deviation 1.5 around log (.7, .7 · mean age / mean frequency, .8, 2.5); ``"auto"``
            adds it below 200 repeat buyers.

    Raises:
        ValueError: malformed columns.
        TooLittleHistory: (a ValueError) no people, or nobody ever came back.
    """
    return _fit(BgNbdFit, group_histories(frequency, recency, age, weights), prior)


def fit_mbg_nbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    prior: Prior = "none",
) -> MbgNbdFit:
    """Fit MBG/NBD (Batislam, Denizel, Filiztekin, IJRM 24, 2007); see :func:`fit_bg_nbd`."""
    return _fit(MbgNbdFit, group_histories(frequency, recency, age, weights), prior)
