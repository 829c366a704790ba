"""How good predicted chances and rankings were. NumPy only."""

from __future__ import annotations

import numpy as np

from regulars.science.arrays import Flags, Floats


def average_ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    ends = np.append(starts[1:], values.size)
    ranks = np.empty(values.size)
    ranks[order] = np.repeat((starts + ends + 1) / 2.0, ends - starts)
    return ranks


def auc(happened: Flags, ranking: Floats) -> float:
    """Chance that somebody with the event is ranked above somebody without; ties count half.

    nan when everybody, or nobody, had it.
    """
    yes = int(happened.sum())
    no = happened.size - yes
    if yes == 0 or no == 0:
        return float("nan")
    return float((average_ranks(ranking)[happened].sum() - yes * (yes + 1) / 2) / (yes * no))


def brier(happened: Flags, chance: Floats) -> float:
    """Mean squared error of the chances."""
    return float(np.mean((chance - happened) ** 2))


def log_loss(happened: Flags, chance: Floats) -> float:
    """Mean negative log-likelihood; chances are kept 1e-6 away from 0 and 1."""
    safe = np.clip(chance, 1e-6, 1 - 1e-6)
    return float(-np.mean(np.where(happened, np.log(safe), np.log1p(-safe))))


def calibration_error(happened: Flags, chance: Floats, bins: int = 10) -> float:
    """Mean distance of promised and kept share over ``bins`` groups of equal size by chance."""
    order = np.argsort(chance, kind="stable")
    groups = np.array_split(order, min(bins, max(chance.size, 1)))
    error = sum(abs(float(chance[g].sum()) - float(happened[g].sum())) for g in groups)
    return error / max(chance.size, 1)


def top_share(amount: Floats, ranking: Floats, part: float = 0.1) -> float:
    """Share of ``amount`` that the best-ranked ``part`` of people stand for; nan if none."""
    total = float(amount.sum())
    if total <= 0:
        return float("nan")
    best = np.argsort(-ranking, kind="stable")[: int(amount.size * part)]
    return float(amount[best].sum()) / total
