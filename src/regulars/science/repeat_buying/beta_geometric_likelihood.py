"""Likelihood of the BG/NBD and MBG/NBD models with exact first and second derivatives.

While they last, people buy at random at their own rate λ ~ Gamma(r, α). After each purchase a
person leaves for good with their own probability p ~ Beta(a, b). BG/NBD (Fader, Hardie, Lee 2005)
lets nobody leave after the very first purchase; MBG/NBD (Batislam, Denizel, Filiztekin 2007) does.

With ``k`` = 0 (BG) or 1 (MBG) chances to leave at the first purchase, one person's likelihood is

    Γ(r+x)/Γ(r) α^r (α+T)^-(r+x) · B(a, b+x+k)/B(a, b) · (1 + odds)
    odds = a / (b+x+k-1) · ((α+T)/(α+t_x))^(r+x)        (0 when x+k = 0)

where ``odds`` are those of having left at the last purchase. Sums of log Γ differences run over
purchases (`Histories.later_purchases`), the rest over distinct histories.
"""

from __future__ import annotations

import math

import numpy as np

from regulars.science.arrays import Floats
from regulars.science.repeat_buying.histories import Histories

_UPPER = np.triu(np.ones((4, 4)))
_ABOVE = np.triu(np.ones((4, 4)), 1)


class BetaGeometricLikelihood:
    """Callable (r, alpha, a, b) -> log-likelihood, gradient (4,), Hessian (4, 4)."""

    def __init__(self, histories: Histories, first_chance: int) -> None:
        self._people = histories.people
        self._later = histories.later_purchases()
        self._steps = np.arange(self._later.size, dtype=np.float64)
        if first_chance:
            self._stays = np.concatenate(([self._people], self._later))
        else:
            self._stays = self._later
        self._stay_steps = np.arange(self._stays.size, dtype=np.float64)
        rows = histories.frequency + first_chance > 0
        self._x = histories.frequency[rows]
        self._t_x = histories.recency[rows]
        self._T = histories.age[rows]
        self._w = histories.weight[rows]
        self._chances = self._x + (first_chance - 1.0)
        # People who cannot have left yet contribute (α+T)^-r only: one row per age.
        ages, place = np.unique(histories.age[~rows], return_inverse=True)
        self._safe_age = ages
        self._safe_w = np.bincount(place, weights=histories.weight[~rows], minlength=ages.size)

    def __call__(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        r, alpha, _, _ = parameters.tolist()
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        value = self._counting_terms(parameters, gradient, hessian)
        value += self._leaving_terms(parameters, gradient, hessian)
        if self._safe_age.size:
            inverse = 1.0 / (alpha + self._safe_age)
            weighted = self._safe_w * inverse
            logs = float(self._safe_w @ np.log(inverse))
            once = float(weighted.sum())
            value += r * logs
            gradient[0] += logs
            gradient[1] -= r * once
            hessian[0, 1] -= once
            hessian[1, 1] += r * float(weighted @ inverse)
        value += self._people * r * math.log(alpha)
        gradient[0] += self._people * math.log(alpha)
        gradient[1] += self._people * r / alpha
        hessian[0, 1] += self._people / alpha
        hessian[1, 1] -= self._people * r / alpha**2
        # Only the upper triangle was filled.
        return value, gradient, hessian + (hessian * _ABOVE).T

    def _counting_terms(self, parameters: Floats, gradient: Floats, hessian: Floats) -> float:
        """log Γ differences of r, b and a + b."""
        r, _, a, b = parameters.tolist()
        value = 0.0
        for base, sign, steps, weight, slots in (
            (r, 1.0, self._steps, self._later, (0,)),
            (b, 1.0, self._stay_steps, self._stays, (3,)),
            (a + b, -1.0, self._stay_steps, self._stays, (2, 3)),
        ):
            inverse = 1.0 / (base + steps)
            slope = sign * float(weight @ inverse)
            curve = sign * float(weight @ (inverse * inverse))
            value -= sign * float(weight @ np.log(inverse))
            for i in slots:
                gradient[i] += slope
                for j in slots:
                    if i <= j:
                        hessian[i, j] -= curve
        return value

    def _leaving_terms(self, parameters: Floats, gradient: Floats, hessian: Floats) -> float:
        """log of (α+T)^-(r+x) (1 + odds) over those who may have left."""
        r, alpha, a, b = parameters.tolist()
        w = self._w
        power = r + self._x
        by_age = 1.0 / (alpha + self._T)
        by_recency = 1.0 / (alpha + self._t_x)
        log_age = np.log(by_age)
        chances = 1.0 / (b + self._chances)
        parts = np.empty((4, w.size))
        parts[0] = np.log(by_recency) - log_age
        parts[1] = power * (by_age - by_recency)
        parts[2] = 1.0 / a
        parts[3] = -chances
        log_odds = power * parts[0] + np.log(a * chances)
        small = np.exp(-np.abs(log_odds))
        one_plus = 1.0 + small
        gone = np.where(log_odds >= 0, 1.0, small) / one_plus
        powered = power * by_age
        value = float(w @ (power * log_age + np.maximum(log_odds, 0.0) + np.log(one_plus)))
        w_gone = w * gone
        w_age = w * by_age
        ways = parts @ w_gone
        gradient += ways
        gradient[0] += float(w @ log_age)
        gradient[1] -= float(w @ powered)
        spread = (parts * (w_gone * (1.0 - gone))) @ parts.T
        hessian += spread * _UPPER
        hessian[0, 1] += float(w_gone @ (by_age - by_recency)) - float(w_age.sum())
        gone_power = w_gone * power
        hessian[1, 1] += (
            float(w_age @ powered)
            + float(gone_power @ (by_recency * by_recency))
            - float(gone_power @ (by_age * by_age))
        )
        hessian[2, 2] -= float(ways[2]) / a
        hessian[3, 3] += float(w_gone @ (chances * chances))
        return value
