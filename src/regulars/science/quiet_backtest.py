"""Were those we would have called quiet really gone? The rhythm rule on the shop's own past."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kernel.telling import told, told_count
from regulars.science.arrays import TooLittleHistory
from regulars.science.backtest import past_origins
from regulars.science.intervals import wilson
from regulars.science.purchases import PurchaseDays, purchase_days, usual_horizon
from regulars.science.rhythm import OVERDUE_CHANCE, fit_rhythm

FEWEST_FLAGGED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietBackTest:
    """Of ``flagged`` people, ``had_left``: they did not buy within the horizon after.

    ``low``..``high`` is Wilson's 95 % interval of ``share``. ``others`` are people with a rhythm
    who were not overdue, ``others_left`` those of them who did not buy either.
    """

    enough: bool
    message: str
    horizon_days: int
    origins: tuple[int, ...]
    flagged: int
    had_left: int
    share: float
    low: float
    high: float
    others: int
    others_left: int


def backtest_quiet(
    customer: npt.ArrayLike,
    day: npt.ArrayLike,
    *,
    as_of: int | None = None,
    horizon_days: int | None = None,
    chance: float = OVERDUE_CHANCE,
    most_origins: int = 3,
) -> QuietBackTest:
    """Back-test :mod:`rhythm` on past days a horizon apart.

    Only those count who had become overdue within the horizon before the day, as the long gone
    would flatter the rule; and each person once, on the earliest such day. Arguments as in
    :func:`backtest.backtest`; never raises for want of history.
    """
    horizon = horizon_days or 0
    try:
        purchases = purchase_days(customer, day)
        horizon = horizon or usual_horizon(purchases)
        last = int(purchases.day.max()) if as_of is None else as_of
        origins = past_origins(purchases.first_day, last, horizon, most_origins)
        if not origins:
            raise TooLittleHistory(
                told(
                    "%(known)s days are known, and looking %(horizon)s days ahead needs %(needed)s",
                    known=last - purchases.first_day,
                    horizon=horizon,
                    needed=3 * horizon,
                )
            )
        return _run(purchases, origins, horizon, chance)
    except TooLittleHistory as error:
        return _result(told("Too little history: %(why)s.", why=error), horizon, (), (0, 0, 0, 0))


def _run(
    purchases: PurchaseDays, origins: tuple[int, ...], horizon: int, chance: float
) -> QuietBackTest:
    seen = np.zeros(0, dtype=np.int64)
    flagged = left = others = others_left = 0
    asked = []
    for origin in sorted(origins):
        now = purchases.upto(origin)
        _, gaps, offsets = purchases.gaps(origin)
        try:
            rhythm = fit_rhythm(gaps, offsets)
        except TooLittleHistory:
            continue
        asked.append(origin)
        since = now.age - now.recency
        quiet = rhythm.quiet(now.frequency, now.recency, since, chance=chance)
        gone = purchases.bought(now.customer, origin, origin + horizon) == 0
        fresh = quiet.is_overdue & (since - quiet.overdue_after_days <= horizon)
        fresh &= ~np.isin(now.customer, seen)
        seen = np.concatenate((seen, now.customer[fresh]))
        steady = quiet.is_known & ~quiet.is_overdue
        flagged, left = flagged + int(fresh.sum()), left + int((fresh & gone).sum())
        others, others_left = others + int(steady.sum()), others_left + int((steady & gone).sum())
    counts = (flagged, left, others, others_left)
    if flagged < FEWEST_FLAGGED:
        why = told_count(
            "only %(n)s person had gone quiet on the past days asked about",
            "only %(n)s people had gone quiet on the past days asked about",
            flagged,
        )
        return _result(told("Too little history: %(why)s.", why=why), horizon, tuple(asked), counts)
    message = told(
        "Of %(flagged)s people we would have flagged, %(left)s had left.",
        flagged=flagged,
        left=left,
    )
    return _result(message, horizon, tuple(asked), counts)


def _result(
    message: str, horizon: int, origins: tuple[int, ...], counts: tuple[int, int, int, int]
) -> QuietBackTest:
    flagged, left, others, others_left = counts
    low, high = wilson(left, flagged)
    return QuietBackTest(
        enough=flagged >= FEWEST_FLAGGED,
        message=message,
        horizon_days=horizon,
        origins=origins,
        flagged=flagged,
        had_left=left,
        share=left / flagged if flagged else math.nan,
        low=float(low),
        high=float(high),
        others=others,
        others_left=others_left,
    )
