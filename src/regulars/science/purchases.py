"""Purchases as days per person, and what was known of everybody on a given day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kernel.telling import told
from regulars.science.arrays import Floats, Ints, TooLittleHistory, as_floats


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everybody known by the end of one day; times in days.

    Attributes:
        origin: that day.
        customer: the caller's numbers, ascending.
        frequency: purchase days after the first.
        recency: days from the first purchase to the last.
        age: days from the first purchase to the origin.
        money: mean value of a purchase day.
    """

    origin: int
    customer: Ints
    frequency: Floats
    recency: Floats
    age: Floats
    money: Floats


@dataclass(frozen=True, slots=True)
class PurchaseDays:
    """One row per person and day with a purchase, sorted by person, then day."""

    customer: Ints
    day: Ints
    value: Floats

    @property
    def first_day(self) -> int:
        """Day of the first purchase of all."""
        return int(self.day.min())

    def upto(self, origin: int) -> Snapshot:
        """What was known at the end of day ``origin``."""
        keep = self.day <= origin
        customer, day, value = self.customer[keep], self.day[keep], self.value[keep]
        starts = _starts(customer)
        counts = np.diff(np.append(starts, customer.size))
        first, last = day[starts], day[starts + counts - 1]
        total = np.add.reduceat(value, starts) if starts.size else np.zeros(0)
        return Snapshot(
            origin,
            customer[starts],
            (counts - 1).astype(np.float64),
            (last - first).astype(np.float64),
            (origin - first).astype(np.float64),
            total / np.maximum(counts, 1),
        )

    def bought(self, customers: Ints, after: int, upto: int) -> Floats:
        """Purchase days of each of ``customers`` (ascending) in ``after`` < day <= ``upto``."""
        keep = (self.day > after) & (self.day <= upto)
        who = self.customer[keep]
        place = np.searchsorted(customers, who)
        known = place < customers.size
        known[known] = customers[place[known]] == who[known]
        return np.bincount(place[known], minlength=customers.size).astype(np.float64)

    def gaps(self, upto: int | None = None) -> tuple[Ints, Floats, Ints]:
        """Everybody's gaps between purchase days.

        Returns:
            customers (n,) ascending, gaps in days person after person, offsets (n + 1,).
        """
        keep = slice(None) if upto is None else self.day <= upto
        customer, day = self.customer[keep], self.day[keep]
        starts = _starts(customer)
        same = customer[1:] == customer[:-1]
        gaps = np.diff(day)[same].astype(np.float64)
        offsets = np.append(starts, customer.size) - np.arange(starts.size + 1)
        return customer[starts], gaps, offsets.astype(np.int64)


def _starts(customer: Ints) -> Ints:
    if customer.size == 0:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate(([True], customer[1:] != customer[:-1])))


def purchase_days(
    customer: npt.ArrayLike, day: npt.ArrayLike, value: npt.ArrayLike | None = None
) -> PurchaseDays:
    """Bring transactions together by person and day.

    Args:
        customer: any whole number per person.
        day: whole days on any calendar (days since 1970 will do).
        value: what was paid; days that sum to nothing or less still count as purchases, so
            leave returns out. ``None``: 1 each.

    Raises:
        ValueError: lengths differ.
        TooLittleHistory: (a ValueError) no purchases.
    """
    who = np.ascontiguousarray(customer, dtype=np.int64)
    when = np.ascontiguousarray(day, dtype=np.int64)
    paid = np.ones(who.shape) if value is None else as_floats(value, "value")
    if not who.shape == when.shape == paid.shape or who.ndim != 1:
        raise ValueError("customer, day and value must have the same length")
    if who.size == 0:
        raise TooLittleHistory(told("there are no purchases to learn from yet"))
    order = np.lexsort((when, who))
    who, when, paid = who[order], when[order], paid[order]
    new = np.concatenate(([True], (who[1:] != who[:-1]) | (when[1:] != when[:-1])))
    starts = np.flatnonzero(new)
    return PurchaseDays(who[starts], when[starts], np.add.reduceat(paid, starts))


def usual_horizon(purchases: PurchaseDays, *, shortest: int = 14, longest: int = 182) -> int:
    """Days ahead worth asking about: the 90th percentile of the shop's gaps, in whole weeks.

    Not above a third of the record, which is what a back-test needs, nor outside
    ``shortest``..``longest``.

    Raises:
        TooLittleHistory: nobody has bought on two days.
    """
    _, gaps, _ = purchases.gaps()
    if gaps.size == 0:
        raise TooLittleHistory(told("nobody has bought on a second day yet, so there is no rhythm"))
    third = (int(purchases.day.max()) - purchases.first_day) // 21
    weeks = min(int(np.ceil(np.quantile(gaps, 0.9) / 7)), third)
    return min(max(7 * weeks, shortest), longest)
