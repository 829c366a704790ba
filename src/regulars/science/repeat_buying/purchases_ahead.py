"""Purchases ahead of somebody who is still here, when each purchase may be the last.

The mean wanted is E[(1 - (1 + p·ratio)^-power) / p] over p ~ Beta(a, stays).
"""

from __future__ import annotations

import math

import numpy as np

from regulars.science.arrays import Floats

CONCENTRATED = 8.0
"""From this size of both beta parameters on, 128 nodes within ten deviations are exact."""


def purchases_while_here(power: Floats, a: float, stays: Floats, ratio: Floats) -> Floats:
    """The mean, per person.

    Args:
        power: r + x, shape of the posterior rate.
        a, stays: of the posterior chance of leaving, p ~ Beta(a, stays).
        ratio: horizon / (alpha + T).

    Closed form by 2F1 (Fader, Hardie, Lee 2005, eq. 10) after Euler's transformation, which
    leaves parameters that do not grow with the history:
    (a+stays-1)/(a-1) · (1 - (1-z)^(a-1) · 2F1(a+stays-1-power, a-1; a+stays-1; z)),
    z = ratio/(1+ratio). Where p hardly varies, or 2F1 gives up, the mean is summed.
    """
    from scipy.special import hyp2f1

    mean = np.empty(power.shape)
    narrow = np.minimum(a, stays) >= CONCENTRATED
    if bool(narrow.any()):
        mean[narrow] = _summed(power[narrow], a, stays[narrow], ratio[narrow], 0.0, 128)
    wide = np.flatnonzero(~narrow)
    if wide.size == 0:
        return mean
    if abs(a - 1.0) < 1e-6:
        # The form is 0/0 at a = 1 and smooth around it: the mean of both sides is good to 1e-10.
        sides = [
            purchases_while_here(power[wide], near, stays[wide], ratio[wide])
            for near in (1.0 - 1e-5, 1.0 + 1e-5)
        ]
        mean[wide] = 0.5 * (sides[0] + sides[1])
        return mean
    reach = ratio[wide]
    total = a + stays[wide] - 1.0
    with np.errstate(all="ignore"):
        tail = np.exp((1.0 - a) * np.log1p(reach)) * hyp2f1(
            total - power[wide], a - 1.0, total, reach / (1.0 + reach)
        )
        mean[wide] = total / (a - 1.0) * (1.0 - tail)
        lost = wide[~((mean[wide] >= 0) & (mean[wide] <= power[wide] * reach * (1 + 1e-6)))]
    for i in lost:
        mean[i] = summed_purchases(float(power[i]), a, float(stays[i]), float(ratio[i]))
    return mean


def summed_purchases(power: float, a: float, stays: float, ratio: float) -> float:
    """The same mean for one person, whatever the parameters; slow and safe."""
    rows = np.array([power]), a, np.array([stays]), np.array([ratio])
    return float(_summed(*rows, 40.0, 20_001)[0])


def _summed(
    power: Floats, a: float, stays: Floats, ratio: Floats, tails: float, nodes: int
) -> Floats:
    """Trapezoid rule over log(p / (1-p)), where the integrand is analytic and dies away.

    It converges exponentially there. ``tails`` widens the range for p that is not concentrated.
    """
    spread = 10.0 * np.sqrt(1.0 / a + 1.0 / stays)
    middle = math.log(a) - np.log(stays)
    odds = np.linspace(middle - spread - tails / a, middle + spread + tails / stays, nodes)
    log_p, log_rest = -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)
    log_weight = a * log_p + stays * log_rest
    weight = np.exp(log_weight - log_weight.max(axis=0))
    p = np.maximum(np.exp(log_p), 1e-300)
    each = -np.expm1(-power * np.log1p(p * ratio)) / p
    return np.asarray((weight * each).sum(axis=0) / weight.sum(axis=0), dtype=np.float64)
