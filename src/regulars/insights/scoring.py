"""Scores everybody: how good a customer, how likely to buy again, and whether gone quiet.

The model is chosen by a rolling back-test on the business's own past; with too little history the
chances are left unknown and the run says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction

from regulars.insights.models import Score, ScoreRun
from regulars.kernel import clock
from regulars.kernel.telling import told
from regulars.mart.engine import Engine
from regulars.science import backtest as backtests
from regulars.science import quiet_backtest
from regulars.science.arrays import Floats, TooLittleHistory
from regulars.science.propensity import fit_propensity
from regulars.science.purchases import PurchaseDays, Snapshot, purchase_days
from regulars.science.repeat_buying import (
    GammaGammaFit,
    RepeatBuyingFit,
    fit_gamma_gamma,
    fit_mbg_nbd,
)
from regulars.science.rfm import rfm
from regulars.science.rhythm import Quiet, fit_rhythm
from regulars.sources.bulk import insert_rows

VERSION = "1"
_EPOCH = date(1970, 1, 1)
_CHUNK = 1000

# One row per person and day with an accepted sale above nothing; returns reduce no day's count.
PURCHASES = """
SELECT i.profile_id AS person, o.local_on - DATE '1970-01-01' AS day, sum(o.amount_minor) AS paid
FROM orders o JOIN identifiers i ON i.identifier_id = o.identifier_id
WHERE o.status = 'accepted' AND (o.amount_minor > 0 OR NOT o.is_priced)
  AND o.currency = '{currency}'
  AND o.local_on <= DATE '{as_of}'
GROUP BY ALL ORDER BY person, day
"""
SPENT = """
SELECT i.profile_id AS person,
       count(*) FILTER (o.amount_minor > 0 OR NOT o.is_priced) AS orders,
       sum(o.amount_minor) AS spent
FROM orders o JOIN identifiers i ON i.identifier_id = o.identifier_id
WHERE o.status = 'accepted' AND o.currency = '{currency}' AND o.local_on <= DATE '{as_of}'
GROUP BY ALL HAVING orders > 0 ORDER BY person
"""


@dataclass(slots=True)
class Forecast:
    """Per person, over the horizon; nan where nothing can be said."""

    model: str
    message: str
    chance: Floats
    orders: Floats
    low: Floats
    high: Floats
    value: Floats
    parameters: dict[str, float]


def score_everybody(folder: Path, *, as_of: date | None, currency: str) -> ScoreRun:
    """Score all people in the mart at ``folder`` as of that day and put the scores in force."""
    run = ScoreRun.objects.create(as_of=as_of, model="none", version=VERSION)
    engine = Engine(folder)
    try:
        if as_of is None:
            run.message = told("There are no sales yet, so there is nobody to score.")
        else:
            _score(run, engine, as_of, currency)
    finally:
        engine.close()
    run.finished_at = clock.now()
    with transaction.atomic():
        run.save()
    _drop_older(run)
    return run


def _score(run: ScoreRun, engine: Engine, as_of: date, currency: str) -> None:
    names = {"currency": currency, "as_of": as_of.isoformat()}
    columns = engine.arrow(PURCHASES.format(**names))
    if columns.num_rows == 0:
        run.message = told("No sale names a customer yet, so there is nobody to score.")
        return
    person, day, paid = (_numbers(columns, name) for name in ("person", "day", "paid"))
    purchases = purchase_days(person, day, paid)
    today = (as_of - _EPOCH).days
    now = purchases.upto(today)
    test = backtests.backtest(person, day, paid, as_of=today)
    run.horizon_days = test.horizon_days or 90
    forecast = _forecast(purchases, now, test, run.horizon_days)
    quiet, quiet_message = _quiet(purchases, now, today)
    quiet_test = quiet_backtest.backtest_quiet(person, day, as_of=today)
    spent = engine.arrow(SPENT.format(**names))
    run.model, run.message, run.parameters = forecast.model, forecast.message, forecast.parameters
    run.backtest = {
        "repeat": _plain(test),
        "quiet": _plain(quiet_test),
        "quiet_message": quiet_message,
    }
    _write(run, now, forecast, quiet, _numbers(spent, "orders"), _numbers(spent, "spent"))


def _numbers(columns: Any, name: str) -> Any:
    return columns.column(name).to_numpy(zero_copy_only=False).astype(np.int64)


def _forecast(
    purchases: PurchaseDays, now: Snapshot, test: backtests.BackTest, horizon: int
) -> Forecast:
    nothing = np.full(now.customer.size, math.nan)
    if not test.enough or test.chosen is None:
        return Forecast("none", test.message, *(nothing,) * 5, parameters={})
    fit = backtests.COUNTING.get(test.chosen.removesuffix(backtests.RECALIBRATED), fit_mbg_nbd)
    counting = fit(now.frequency, now.recency, now.age, prior="auto")
    known = (now.frequency, now.recency, now.age)
    orders = counting.expected_purchases(horizon, *known)
    chance = counting.probability_buying_again(horizon, *known)
    parameters = _parameters(counting)
    if test.chosen.endswith(backtests.RECALIBRATED):
        put_right = backtests.recalibration(fit, purchases, now.origin, horizon)
        chance = put_right(chance)
        parameters |= {"intercept": put_right.intercept, "slope": put_right.slope}
    if test.chosen == "logistic":
        chance = _logistic_chance(purchases, now, horizon)
    worth, worth_parameters = _worth(now)
    low, high = order_range(orders, chance, parameters["r"] + now.frequency)
    return Forecast(
        test.chosen,
        test.message,
        chance,
        orders,
        low,
        high,
        orders * worth,
        {**parameters, **worth_parameters},
    )


def _parameters(fit: RepeatBuyingFit) -> dict[str, float]:
    return {name: float(getattr(fit, name)) for name in fit.standard_errors}


def _logistic_chance(purchases: PurchaseDays, now: Snapshot, horizon: int) -> Floats:
    then = purchases.upto(now.origin - horizon)
    bought = purchases.bought(then.customer, then.origin, now.origin) > 0
    model = fit_propensity(then.frequency, then.recency, then.age, then.money, bought)
    return model.probability(now.frequency, now.recency, now.age, now.money)


def _worth(now: Snapshot) -> tuple[Floats, dict[str, float]]:
    """Expected value of a purchase day per person, minor units: Gamma-Gamma, else the mean."""
    again = now.frequency > 0
    try:
        fit: GammaGammaFit = fit_gamma_gamma(now.frequency[again], now.money[again])
    except (TooLittleHistory, ValueError):
        return now.money, {}
    worth = fit.expected_value(now.frequency, now.money)
    return worth, {"p": float(fit.p), "q": float(fit.q), "gamma": float(fit.gamma)}


def order_range(
    orders: Floats, chance: Floats, shape: Floats, *, confidence: float = 0.8
) -> tuple[Floats, Floats]:
    """Range of the number of orders in which 80 % of such people end.

    With probability w somebody is still a customer and their number of orders is negative binomial
    of ``shape`` with mean m; w and m are those that give the expected ``orders`` and the ``chance``
    of at least one.
    """
    from scipy.stats import nbinom

    low_m, high_m = np.maximum(orders, 1e-12), np.maximum(orders, 1e-12) / np.maximum(chance, 1e-9)
    high_m = np.maximum(high_m * 4, low_m * 1.0001)
    for _ in range(60):
        middle = np.sqrt(low_m * high_m)
        weight = orders / middle
        any_order = weight * (1 - (shape / (shape + middle)) ** shape)
        too_likely = any_order > chance
        low_m = np.where(too_likely, middle, low_m)
        high_m = np.where(too_likely, high_m, middle)
    mean = np.sqrt(low_m * high_m)
    weight = np.clip(orders / mean, 1e-9, 1.0)
    tail = (1 - confidence) / 2

    def quantile(level: float) -> Floats:
        inside = np.clip((level - (1 - weight)) / weight, 0.0, 1 - 1e-12)
        found = nbinom.ppf(inside, shape, shape / (shape + mean))
        return np.where(level <= 1 - weight, 0.0, np.maximum(found, 0.0))

    return quantile(tail), quantile(1 - tail)


def _quiet(purchases: PurchaseDays, now: Snapshot, today: int) -> tuple[Quiet | None, str]:
    _, gaps, offsets = purchases.gaps(today)
    try:
        rhythm = fit_rhythm(gaps, offsets)
    except TooLittleHistory as error:
        return None, told("Too little history: %(why)s.", why=error)
    return rhythm.quiet(now.frequency, now.recency, now.age - now.recency), ""


def _plain(result: Any) -> dict[str, Any]:
    """A frozen dataclass as JSON: nan is null."""
    return {name: _json(getattr(result, name)) for name in result.__slots__}


def _json(value: Any) -> Any:
    if hasattr(value, "__slots__") and not isinstance(value, (str, bytes)):
        return _plain(value) if hasattr(value, "__dataclass_fields__") else str(value)
    if isinstance(value, (tuple, list)):
        return [_json(one) for one in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


COLUMNS = (
    "run_id profile_id recency frequency monetary segment orders spent_minor last_order_on "
    "chance_of_buying expected_orders orders_low orders_high expected_value_minor "
    "value_low_minor value_high_minor usual_gap_days days_since quiet_surprise "
    "overdue_after_days is_quiet"
).split()


def _write(
    run: ScoreRun, now: Snapshot, forecast: Forecast, quiet: Quiet | None, orders: Any, spent: Any
) -> None:
    since = now.age - now.recency
    rhythm = (quiet.is_overdue, quiet.chance_of_longer) if quiet else ()
    marks = rfm(since, now.frequency + 1, spent, *rhythm)
    segments = marks.keys()
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(forecast.orders > 0, forecast.value / forecast.orders, now.money)
    unknown = np.full(now.customer.size, math.nan)
    listed = zip(
        now.customer.tolist(),
        marks.recency.tolist(),
        marks.frequency.tolist(),
        marks.money.tolist(),
        segments,
        orders.tolist(),
        spent.tolist(),
        [(_EPOCH + timedelta(days=int(now.origin - days))).isoformat() for days in since.tolist()],
        _floats(forecast.chance),
        _floats(forecast.orders),
        _whole(forecast.low),
        _whole(forecast.high),
        _whole(forecast.value),
        _whole(forecast.low * each),
        _whole(forecast.high * each),
        _floats(quiet.usual_days if quiet else unknown),
        [int(days) for days in since.tolist()],
        _floats(quiet.chance_of_longer if quiet else unknown),
        _floats(quiet.overdue_after_days if quiet else unknown),
        quiet.is_overdue.tolist() if quiet else [False] * now.customer.size,
        strict=True,
    )
    rows = [(run.pk, *row) for row in listed]
    for start in range(0, len(rows), _CHUNK):
        with transaction.atomic():
            insert_rows(Score, COLUMNS, rows[start : start + _CHUNK])


def _floats(values: Floats) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _whole(values: Floats) -> list[int | None]:
    return [round(value) if math.isfinite(value) else None for value in values.tolist()]


def _drop_older(run: ScoreRun) -> None:
    # Readers use the latest finished run, so older rows may go in short turns.
    for old in ScoreRun.objects.exclude(pk=run.pk).filter(pk__lt=run.pk):
        while ids := list(Score.objects.filter(run=old).values_list("pk", flat=True)[:_CHUNK]):
            with transaction.atomic():
                Score.objects.filter(pk__in=ids).delete()
        with transaction.atomic():
            old.delete()
