"""Gamma-Gamma: how much a purchase is worth, given how much the past ones were."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kernel.telling import told
from regulars.science.arrays import Floats, TooLittleHistory, as_floats, group_starts
from regulars.science.newton import climb, in_logs

RELATED = 0.3
"""Correlation of frequency and value above which the model's independence is in doubt."""


class GammaGammaLikelihood:
    """Callable (p, q, gamma) -> log-likelihood, gradient (3,), Hessian (3, 3)."""

    def __init__(self, x: Floats, m: Floats, w: Floats) -> None:
        self._x, self._m, self._w = x, m, w
        self._people = float(w.sum())
        self._counts, place = np.unique(x, return_inverse=True)
        self._at_count = np.bincount(place, weights=w).astype(np.float64)
        self._purchases = float(w @ x)
        self._total = x * m
        # Σ w (x log m + x log x), the part of log(m^(px) x^(px)) that multiplies p.
        self._log_total = float((w * x) @ np.log(self._total))
        self._log_value = float(w @ np.log(m))

    def __call__(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        from scipy.special import digamma, gammaln, zeta

        p, q, gamma = parameters.tolist()
        c, n = self._counts, self._at_count
        # Three sets of arguments in one call each: px + q, px, q.
        at = np.concatenate((p * c + q, p * c, parameters[1:2]))
        (log_both, log_one, log_q), (slopes, slope_one, slope_q), (curves, curve_one, curve_q) = (
            (values[: c.size], values[c.size : -1], float(values[-1]))
            for values in (gammaln(at), digamma(at), zeta(2.0, at))
        )
        log_gammas = float(n @ (log_both - log_one))
        inverse = 1.0 / (gamma + self._total)
        log_sum = -np.log(inverse)
        power = self._w * (p * self._x + q)
        people = self._people
        log_gamma = math.log(gamma)
        value = (
            log_gammas
            - people * log_q
            + people * q * log_gamma
            + p * self._log_total
            - self._log_value
            - float(power @ log_sum)
        )
        w_x = self._w * self._x
        gradient = np.array(
            [
                float((n * c) @ (slopes - slope_one)) + self._log_total - float(w_x @ log_sum),
                float(n @ slopes)
                - people * slope_q
                + people * log_gamma
                - float(self._w @ log_sum),
                people * q / gamma - float(power @ inverse),
            ]
        )
        pp = float((n * c * c) @ (curves - curve_one))
        pq = float((n * c) @ curves)
        qq = float(n @ curves) - people * curve_q
        pg = -float(w_x @ inverse)
        qg = people / gamma - float(self._w @ inverse)
        gg = float(power @ (inverse * inverse)) - people * q / gamma**2
        return value, gradient, np.array([[pp, pq, pg], [pq, qq, qg], [pg, qg, gg]])


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaGammaFit:
    """Values z ~ Gamma(p, ν) of one person's purchases, ν ~ Gamma(q, gamma).

    ``gamma`` is in the caller's money unit. ``frequency_correlation`` is that of the number of
    purchases with their mean value; the model takes the two as unrelated.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    standard_errors: dict[str, float]
    people: float
    frequency_correlation: float
    converged: bool
    message: str

    @property
    def parameters(self) -> dict[str, float]:
        """The three estimates by name."""
        return {"p": self.p, "q": self.q, "gamma": self.gamma}

    def expected_value(self, frequency: npt.ArrayLike, mean_value: npt.ArrayLike) -> Floats:
        """Mean value of a person's future purchases, given those seen.

        A weighted mean of their own average and everybody's; people without purchases get
        everybody's. nan where it is infinite (q + p · frequency not above 1).
        """
        x, m = as_floats(frequency, "frequency"), as_floats(mean_value, "mean_value")
        if x.shape != m.shape:
            raise ValueError("frequency and mean_value must have the same length")
        below = self.p * x + self.q - 1.0
        value = self.p * (self.gamma + np.where(x > 0, m * x, 0.0)) / np.where(below > 0, below, 1)
        return np.where(below > 0, value, np.nan)


def fit_gamma_gamma(
    frequency: npt.ArrayLike,
    mean_value: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
) -> GammaGammaFit:
    """Fit Gamma-Gamma (Fader, Hardie, note 025, 2013) by maximum likelihood.

    Args:
        frequency: purchases behind each mean. People with none are left out. To reproduce
            published figures: repeat purchases only.
        mean_value: mean value of those purchases, above 0; any unit of money.
        weights: people per row, when rows are already grouped.

    Raises:
        ValueError: malformed columns, or a mean value not above 0 among those with purchases.
        TooLittleHistory: (a ValueError) fewer than 3 people with purchases, or equal values.
    """
    x, m = as_floats(frequency, "frequency"), as_floats(mean_value, "mean_value")
    w = np.ones_like(x) if weights is None else as_floats(weights, "weights")
    if not x.shape == m.shape == w.shape:
        raise ValueError("frequency, mean_value and weights must have the same length")
    x, m, w = (column[x > 0] for column in (x, m, w))
    if x.size and m.min() <= 0:
        raise ValueError("mean_value must be above 0: leave refunds and gifts out first")
    if w.sum() < 3 or np.ptp(m) == 0:
        raise TooLittleHistory(
            told("too few people have bought at different prices to learn values")
        )
    correlation = _correlation(x, m, w)
    order, starts = group_starts(x, m)
    w = np.add.reduceat(w[order], starts)
    x, m = x[order[starts]], m[order[starts]]
    unit = float(w @ m / w.sum())
    objective = in_logs(GammaGammaLikelihood(x, m / unit, w))
    starts_at = np.log([[5.0, 4.0, 0.6], [1.0, 10.0, 9.0], [20.0, 3.0, 0.1]])
    box = np.full(3, np.log(1e-4)), np.full(3, np.log(1e6))
    ranked = sorted(starts_at, key=lambda start: -objective(start)[0])
    summit = climb(objective, ranked[0], *box)
    for start in ranked[1:]:
        if summit.converged and bool(summit.is_free.all()):
            break
        other = climb(objective, start, *box)
        if (other.converged, other.value) > (summit.converged, summit.value):
            summit = other
    parameters = np.exp(summit.theta) * np.array([1.0, 1.0, unit])
    errors = parameters * summit.deviations()
    return GammaGammaFit(
        **dict(zip(("p", "q", "gamma"), parameters.tolist(), strict=True)),
        log_likelihood=summit.value - float(w.sum()) * math.log(unit),
        standard_errors=dict(zip(("p", "q", "gamma"), errors.tolist(), strict=True)),
        people=float(w.sum()),
        frequency_correlation=correlation,
        converged=summit.converged,
        message=_message(summit.converged, correlation),
    )


def _correlation(x: Floats, m: Floats, w: Floats) -> float:
    share = w / w.sum()
    away_x, away_m = x - share @ x, m - share @ m
    spread = math.sqrt(float(share @ away_x**2) * float(share @ away_m**2))
    return float(share @ (away_x * away_m)) / spread if spread > 0 else 0.0


def _message(converged: bool, correlation: float) -> str:
    if not converged:
        return "The estimates did not converge; do not use them."
    if abs(correlation) > RELATED:
        return (
            f"People who buy often spend {'more' if correlation > 0 else 'less'} each time "
            f"(correlation {correlation:.2f}), which this model does not know of: take its values "
            "with care."
        )
    return "The estimates converged."
