"""Which model foretells this shop best? Each is asked on past days, and checked against what came.

Nothing from the scored time is seen: models that count histories are fitted to what was known on
the day (the origin); the logistic model is trained on windows that had ended by then. Everybody
known by the origin is scored, not only those who came back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kernel.telling import told
from regulars.science import accuracy
from regulars.science.arrays import Floats, TooLittleHistory
from regulars.science.logistic import Calibration, fit_calibration, log_odds
from regulars.science.propensity import fit_propensity
from regulars.science.purchases import PurchaseDays, Snapshot, purchase_days, usual_horizon
from regulars.science.repeat_buying import (
    BgNbdFit,
    MbgNbdFit,
    ParetoNbdFit,
    fit_bg_nbd,
    fit_mbg_nbd,
    fit_pareto_nbd,
)

FEWEST_PEOPLE = 100
FEWEST_EITHER = 20
"""People who bought, and people who did not, for an origin to be worth scoring."""

Fit = Callable[..., BgNbdFit | MbgNbdFit | ParetoNbdFit]
COUNTING: dict[str, Fit] = {
    "bg_nbd": fit_bg_nbd,
    "mbg_nbd": fit_mbg_nbd,
    "pareto_nbd": fit_pareto_nbd,
}
"""Models of how people buy and leave, by name."""
RECALIBRATED = "_recalibrated"
"""Ends the name of a counting model whose chances were put right on the shop's last window."""
MODELS = (*COUNTING, *(name + RECALIBRATED for name in COUNTING), "logistic")
BASELINES = ("by_recency", "base_rate")


@dataclass(frozen=True, slots=True)
class Prediction:
    """Chance of buying within the horizon, and what to rank people by."""

    chance: Floats
    ranking: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """One model's mean figures over the origins; lower is better but for the last two.

    ``expected_buyers`` is the sum of chances over all origins, to be held against
    :attr:`BackTest.buyers`. ``top_tenth_share``: of all purchases made, by the tenth of people
    ranked first. ``failed`` says why a model could not be scored (its figures are nan).
    """

    model: str
    is_baseline: bool
    brier: float
    log_loss: float
    calibration_error: float
    auc: float
    top_tenth_share: float
    expected_buyers: float
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What a back-test found; ``chosen`` is ``None`` when there is too little history.

    ``people`` and ``buyers`` count over all origins; ``beats_naive`` tells whether the chosen
    model has a lower Brier score than the rate of people equally long unseen.
    """

    enough: bool
    message: str
    horizon_days: int
    origins: tuple[int, ...]
    people: int
    buyers: int
    scores: tuple[ModelScore, ...]
    chosen: str | None
    beats_naive: bool

    def score_of(self, model: str) -> ModelScore:
        """The figures of one model."""
        return next(score for score in self.scores if score.model == model)


def _counting(fit: Fit) -> Callable[[PurchaseDays, Snapshot, int], Prediction]:
    def predict(_: PurchaseDays, now: Snapshot, horizon: int) -> Prediction:
        x, t_x, T = now.frequency, now.recency, now.age
        model = fit(x, t_x, T, prior="auto")
        if not model.converged:
            raise TooLittleHistory(model.message)
        return Prediction(
            model.probability_buying_again(horizon, x, t_x, T),
            model.expected_purchases(horizon, x, t_x, T),
        )

    return predict


def recalibration(fit: Fit, purchases: PurchaseDays, origin: int, horizon: int) -> Calibration:
    """What the model's chances would have needed over the last window that ended by ``origin``.

    The window is a horizon long, or half of what is known by ``origin`` where that is less.

    Raises:
        TooLittleHistory: fewer than 20 people who bought in it, or who did not, or no fit.
    """
    window = min(horizon, (origin - purchases.first_day) // 2)
    then = purchases.upto(origin - window)
    bought = purchases.bought(then.customer, then.origin, origin) > 0
    yes = int(bought.sum())
    if window < 1 or min(yes, bought.size - yes) < FEWEST_EITHER:
        raise TooLittleHistory(told("no past window has ended yet to learn from"))
    guess = _counting(fit)(purchases, then, window)
    return fit_calibration(log_odds(guess.chance), bought.astype(np.float64))


def _recalibrated(fit: Fit) -> Callable[[PurchaseDays, Snapshot, int], Prediction]:
    def predict(purchases: PurchaseDays, now: Snapshot, horizon: int) -> Prediction:
        raw = _counting(fit)(purchases, now, horizon)
        put_right = recalibration(fit, purchases, now.origin, horizon)
        return Prediction(put_right(raw.chance), raw.ranking)

    return predict


def _training_origins(purchases: PurchaseDays, origin: int, horizon: int) -> list[int]:
    """Up to three past days whose windows end by ``origin``, with a horizon of history each."""
    steps = [origin - horizon, origin - horizon * 3 // 2, origin - 2 * horizon]
    return [day for day in steps if day - purchases.first_day >= horizon // 2]


def _logistic(purchases: PurchaseDays, now: Snapshot, horizon: int) -> Prediction:
    parts = []
    for day in _training_origins(purchases, now.origin, horizon):
        then = purchases.upto(day)
        bought = purchases.bought(then.customer, day, day + horizon) > 0
        parts.append((then.frequency, then.recency, then.age, then.money, bought))
    if not parts:
        raise TooLittleHistory(told("no past window has ended yet to train on"))
    model = fit_propensity(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    chance = model.probability(now.frequency, now.recency, now.age, now.money)
    return Prediction(chance, chance)


def _by_recency(purchases: PurchaseDays, now: Snapshot, horizon: int) -> Prediction:
    """The last window's share of buyers among those who had been away as long."""
    then = purchases.upto(now.origin - horizon)
    bought = purchases.bought(then.customer, then.origin, now.origin) > 0
    away_then, away = then.age - then.recency, now.age - now.recency
    if away_then.size == 0:
        raise TooLittleHistory(told("no past window has ended yet to learn from"))
    edges = np.unique(np.quantile(away_then, np.linspace(0.1, 0.9, 9)))
    place = np.searchsorted(edges, away_then, side="right")
    # One person of each kind is added, so that no group promises 0 or 1.
    yes = np.bincount(place, weights=bought, minlength=edges.size + 1) + 2 * bought.mean()
    share = yes / (np.bincount(place, minlength=edges.size + 1) + 2)
    return Prediction(share[np.searchsorted(edges, away, side="right")], -away)


def _base_rate(purchases: PurchaseDays, now: Snapshot, horizon: int) -> Prediction:
    """Everybody alike: the last window's share of buyers."""
    then = purchases.upto(now.origin - horizon)
    if then.customer.size == 0:
        raise TooLittleHistory(told("no past window has ended yet to learn from"))
    bought = purchases.bought(then.customer, then.origin, now.origin) > 0
    same = np.full(now.customer.size, float(bought.mean()))
    return Prediction(same, same)


_PREDICTORS: dict[str, Callable[[PurchaseDays, Snapshot, int], Prediction]] = {
    **{name: _counting(fit) for name, fit in COUNTING.items()},
    **{name + RECALIBRATED: _recalibrated(fit) for name, fit in COUNTING.items()},
    "logistic": _logistic,
    "by_recency": _by_recency,
    "base_rate": _base_rate,
}


def past_origins(first_day: int, as_of: int, horizon: int, most: int) -> tuple[int, ...]:
    """Days to ask on, latest first: a horizon apart, with two horizons of history before each."""
    days = [as_of - horizon * (i + 1) for i in range(most)]
    return tuple(day for day in days if day - first_day >= 2 * horizon)


def backtest(
    customer: npt.ArrayLike,
    day: npt.ArrayLike,
    value: npt.ArrayLike | None = None,
    *,
    as_of: int | None = None,
    horizon_days: int | None = None,
    most_origins: int = 3,
) -> BackTest:
    """Back-test every model on "buys again within the horizon" and choose one by Brier score.

    Args:
        customer, day, value: transactions, see :func:`purchases.purchase_days`.
        as_of: last complete day of the record; default: the last day with a purchase.
        horizon_days: default :func:`purchases.usual_horizon`.
        most_origins: past days to ask on, a horizon apart.

    Never raises for want of history: ``enough`` is False and ``message`` says what is missing.
    """
    horizon = horizon_days or 0
    try:
        purchases = purchase_days(customer, day, value)
        horizon = horizon or usual_horizon(purchases)
        last = int(purchases.day.max()) if as_of is None else as_of
        return _run(purchases, last, horizon, most_origins)
    except TooLittleHistory as error:
        return _too_little(str(error), horizon)


def _too_little(why: str, horizon: int) -> BackTest:
    return BackTest(
        enough=False,
        message=told("Too little history: %(why)s.", why=why),
        horizon_days=horizon,
        origins=(),
        people=0,
        buyers=0,
        scores=(),
        chosen=None,
        beats_naive=False,
    )


def _run(purchases: PurchaseDays, as_of: int, horizon: int, most: int) -> BackTest:
    origins = past_origins(purchases.first_day, as_of, horizon, most)
    if not origins:
        raise TooLittleHistory(
            told(
                "%(known)s days are known, and asking %(horizon)s days ahead needs %(needed)s",
                known=as_of - purchases.first_day,
                horizon=horizon,
                needed=3 * horizon,
            )
        )
    scored: list[tuple[Snapshot, Floats]] = []
    for origin in origins:
        now = purchases.upto(origin)
        bought = purchases.bought(now.customer, origin, origin + horizon)
        yes = int((bought > 0).sum())
        if now.customer.size >= FEWEST_PEOPLE and min(yes, bought.size - yes) >= FEWEST_EITHER:
            scored.append((now, bought))
    if not scored:
        raise TooLittleHistory(
            told(
                "at least %(fewest)s people, %(either)s who came back "
                "within %(horizon)s days and %(either)s who did not, are needed "
                "on one of the past days",
                fewest=FEWEST_PEOPLE,
                either=FEWEST_EITHER,
                horizon=horizon,
            )
        )
    scores = tuple(_score(name, purchases, scored, horizon) for name in _PREDICTORS)
    able = [s for s in scores if not s.is_baseline and s.failed is None]
    if not able:
        raise TooLittleHistory(told("no model could be fitted to it"))
    # Models that share a limit differ in the last bits only: the first of them is taken.
    best = min(able, key=lambda s: round(s.brier, 7))
    naive = next(s for s in scores if s.model == "by_recency")
    beats = not best.brier >= naive.brier
    return BackTest(
        enough=True,
        message=_verdict(best, naive, beats),
        horizon_days=horizon,
        origins=tuple(now.origin for now, _ in scored),
        people=sum(now.customer.size for now, _ in scored),
        buyers=sum(int((bought > 0).sum()) for _, bought in scored),
        scores=scores,
        chosen=best.model,
        beats_naive=beats,
    )


def _verdict(best: ModelScore, naive: ModelScore, beats: bool) -> str:
    if beats:
        return told(
            "%(model)s foretold best who would buy again (Brier %(brier)s; going by the last visit"
            " alone %(naive)s).",
            model=best.model,
            brier=f"{best.brier:.3f}",
            naive=f"{naive.brier:.3f}",
        )
    return told(
        "%(model)s foretold best among the models, but going by the last visit alone was as good"
        " (Brier %(naive)s against %(brier)s).",
        model=best.model,
        naive=f"{naive.brier:.3f}",
        brier=f"{best.brier:.3f}",
    )


def _score(
    name: str, purchases: PurchaseDays, scored: list[tuple[Snapshot, Floats]], horizon: int
) -> ModelScore:
    figures: list[tuple[float, ...]] = []
    failed: str | None = None
    try:
        for now, bought in scored:
            guess = _PREDICTORS[name](purchases, now, horizon)
            yes = bought > 0
            figures.append(
                (
                    accuracy.brier(yes, guess.chance),
                    accuracy.log_loss(yes, guess.chance),
                    accuracy.calibration_error(yes, guess.chance),
                    accuracy.auc(yes, guess.ranking),
                    accuracy.top_share(bought, guess.ranking),
                    float(guess.chance.sum()),
                )
            )
    except TooLittleHistory as error:
        figures, failed = [(float("nan"),) * 6], str(error)
    means = np.mean(np.array(figures), axis=0).tolist()
    return ModelScore(
        model=name,
        is_baseline=name in BASELINES,
        brier=means[0],
        log_loss=means[1],
        calibration_error=means[2],
        auc=means[3],
        top_tenth_share=means[4],
        expected_buyers=means[5] * len(figures),
        failed=failed,
    )
