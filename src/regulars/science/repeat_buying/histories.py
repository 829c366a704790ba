"""Who bought when, boiled down to (frequency, recency, age), checked and grouped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kernel.telling import told
from regulars.science.arrays import Floats, TooLittleHistory, as_floats, group_starts


@dataclass(frozen=True, slots=True)
class Histories:
    """Distinct histories with how many people share each; time in units of the mean age.

    Attributes:
        frequency: repeat purchases (whole numbers, days on which the person came *back*).
        recency: time from first to last purchase; 0 for those who never came back.
        age: time from first purchase to now.
        weight: people with this history.
        unit: length of one unit in the caller's time unit.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    weight: Floats
    unit: float

    @property
    def people(self) -> float:
        """Number of people behind the rows."""
        return float(self.weight.sum())

    @property
    def repeat_buyers(self) -> float:
        """Number of people who came back at least once."""
        return float(self.weight[self.frequency > 0].sum())

    def every(self, most: int) -> Histories:
        """At most ``most`` rows, taken evenly; enough to rank starting points by.

        Evenly by frequency, then recency, then age: the pick depends neither on the order of the
        rows nor on the unit of time.
        """
        if self.frequency.size <= most:
            return self
        order = np.lexsort((self.age, self.recency, self.frequency))
        pick = order[np.linspace(0, order.size - 1, most).astype(np.int64)]
        scale = self.people / float(self.weight[pick].sum())
        return Histories(
            self.frequency[pick],
            self.recency[pick],
            self.age[pick],
            self.weight[pick] * scale,
            self.unit,
        )

    def later_purchases(self) -> Floats:
        """``w[i]`` = people with more than ``i`` repeat purchases.

        Sums of ``log Γ(c + x) - log Γ(c)`` over people become ``Σ w[i] log(c + i)``, which is
        exact for long histories and needs no special function.
        """
        counts = np.bincount(self.frequency.astype(np.int64), weights=self.weight)
        return np.cumsum(counts[::-1])[::-1][1:].astype(np.float64)


def check_histories(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """The three columns as float arrays.

    Raises:
        ValueError: lengths differ, a number is negative or missing, a frequency is not whole,
            recency exceeds age, or somebody without repeat purchases has a recency.
    """
    x = as_floats(frequency, "frequency")
    t_x = as_floats(recency, "recency")
    T = as_floats(age, "age")
    if not x.shape == t_x.shape == T.shape:
        raise ValueError("frequency, recency and age must have the same length")
    if x.size == 0:
        return x, t_x, T
    if x.min() < 0 or t_x.min() < 0 or T.min() < 0:
        raise ValueError("frequency, recency and age cannot be negative")
    if bool((x != np.floor(x)).any()):
        raise ValueError("frequency counts purchases, so it must be whole")
    # A day counted in weeks may differ in its last binary digit from column to column.
    if bool((t_x > T * (1 + 1e-12)).any()):
        raise ValueError("recency cannot exceed age: the last purchase lies after the last day")
    if bool((t_x[x == 0] > 0).any()):
        raise ValueError("recency must be 0 for people who never came back")
    return x, t_x, T


def group_histories(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
) -> Histories:
    """Check, group equal histories and rescale time to units of the mean age.

    Raises:
        ValueError: see :func:`check_histories`; or a weight is negative.
        TooLittleHistory: nobody at all, nobody has any age, or nobody came back.
    """
    x, t_x, T = check_histories(frequency, recency, age)
    if x.size == 0:
        raise TooLittleHistory(told("there are no people to learn from yet"))
    if not bool((x > 0).any()):
        raise TooLittleHistory(told("nobody has bought on a second day yet, so there is no rhythm"))
    order, starts = group_starts(x, t_x, T)
    if weights is None:
        weight = np.diff(np.append(starts, x.size)).astype(np.float64)
    else:
        given = as_floats(weights, "weights")
        if given.shape != x.shape or given.min() < 0:
            raise ValueError("weights must be one number of people, not negative, per row")
        weight = np.add.reduceat(given[order], starts)
    first = order[starts]
    x, t_x, T = x[first], t_x[first], T[first]
    unit = float(weight @ T / weight.sum())
    if unit <= 0:
        raise TooLittleHistory(told("everybody came for the first time on the last day"))
    return Histories(x, t_x / unit, T / unit, weight, unit)
