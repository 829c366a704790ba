"""A plain logistic model of buying again, on how often, how long ago, since when and how much.

It knows nothing of how people behave over time; it is the yardstick that models which claim to
must beat on the shop's own past, and the better choice where seasons or habits break them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kernel.telling import told
from regulars.science.arrays import Floats, TooLittleHistory, as_floats
from regulars.science.logistic import fit_calibration, fit_logistic, logistic

FEATURES = ("frequency", "silence", "age", "freshness", "money", "silence_in_gaps")
FEWEST_EITHER = 10
"""People who bought, and people who did not, without whom nothing can be learned."""
PENALTY = 1.0
"""Ridge on standardised slopes: a normal prior of deviation 1."""
FOLDS = 5


def features(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike, money: npt.ArrayLike
) -> Floats:
    """(people, 6) raw features in the order of :data:`FEATURES`.

    ``recency`` and ``age`` in any one unit of time (log1p makes days advisable), ``money`` the mean
    or total value, at least 0 (less counts as 0).
    """
    x, t_x = as_floats(frequency, "frequency"), as_floats(recency, "recency")
    T, m = as_floats(age, "age"), as_floats(money, "money")
    if not x.shape == t_x.shape == T.shape == m.shape:
        raise ValueError("frequency, recency, age and money must have the same length")
    silence = np.maximum(T - t_x, 0.0)
    usual = np.where(x > 0, t_x / np.maximum(x, 1.0), T)
    return np.stack(
        (
            np.log1p(x),
            np.log1p(silence),
            np.log1p(T),
            np.where(T > 0, t_x / np.maximum(T, 1e-12), 0.0),
            np.log1p(np.maximum(m, 0.0)),
            np.log1p(silence / np.maximum(usual, 1e-9)),
        ),
        axis=1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Propensity:
    """A fitted logistic model.

    ``calibration`` (intercept, slope) was found on people the coefficients had not seen and is
    applied to the linear predictor.
    """

    intercept: float
    coefficients: Floats
    centre: Floats
    scale: Floats
    calibration: tuple[float, float]
    people: int
    bought: int
    converged: bool

    def probability(
        self,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        age: npt.ArrayLike,
        money: npt.ArrayLike,
    ) -> Floats:
        """Chance of buying within the horizon the model was trained for, per person."""
        standard = (features(frequency, recency, age, money) - self.centre) / self.scale
        linear = self.intercept + standard @ self.coefficients
        return logistic(self.calibration[0] + self.calibration[1] * linear)

    def reasons(
        self,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        age: npt.ArrayLike,
        money: npt.ArrayLike,
    ) -> Floats:
        """(people, 6) what each feature adds to the log odds, against an average person."""
        standard = (features(frequency, recency, age, money) - self.centre) / self.scale
        return np.asarray(self.calibration[1] * standard * self.coefficients, dtype=np.float64)


def fit_propensity(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    money: npt.ArrayLike,
    bought: npt.ArrayLike,
    *,
    seed: int = 0,
) -> Propensity:
    """Fit on what people had done by one day, and whether they ``bought`` in the time after it.

    Ridge logistic regression by Newton's method, then a logistic calibration (Platt 1999) on
    5-fold out-of-fold predictions. Folds are drawn from ``seed``.

    Raises:
        ValueError: malformed columns.
        TooLittleHistory: (a ValueError) fewer than 10 people who bought, or who did not.
    """
    raw = features(frequency, recency, age, money)
    y = as_floats(bought, "bought")
    if y.shape[0] != raw.shape[0] or not bool(np.isin(y, (0.0, 1.0)).all()):
        raise ValueError("bought must say yes or no for every person")
    yes = int(y.sum())
    if min(yes, y.size - yes) < FEWEST_EITHER:
        raise TooLittleHistory(
            told(
                "%(yes)s of %(people)s people bought again; at least %(either)s "
                "who did and %(either)s who did not are needed",
                yes=yes,
                people=y.size,
                either=FEWEST_EITHER,
            )
        )
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    design = np.column_stack((np.ones(y.size), (raw - centre) / scale))
    penalty = np.full(design.shape[1], PENALTY)
    penalty[0] = 0.0
    beta, converged = fit_logistic(design, y, penalty)
    return Propensity(
        intercept=float(beta[0]),
        coefficients=beta[1:],
        centre=centre,
        scale=scale,
        calibration=_calibrate(design, y, penalty, seed),
        people=y.size,
        bought=yes,
        converged=converged,
    )


def _calibrate(design: Floats, y: Floats, penalty: Floats, seed: int) -> tuple[float, float]:
    fold = np.random.default_rng(seed).permutation(y.size) % FOLDS
    linear = np.empty(y.size)
    for number in range(FOLDS):
        out = fold == number
        beta, _ = fit_logistic(design[~out], y[~out], penalty)
        linear[out] = design[out] @ beta
    found = fit_calibration(linear, y)
    return found.intercept, found.slope
