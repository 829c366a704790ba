"""Which products are gone before closing: their sales stop while other sales go on.

Time is counted in customers, not in minutes. If a product is on the shelf all day, each order of a
day holds it with a chance that depends on the time of day alone: its *profile*. The profile is
learned from the same product on other weekdays of the place and at other places, so that what sells
only in the morning everywhere is not called sold out, and an early closing is none either. Given
the n orders of a day that hold it, the share F of the day's orders (weighted by the profile) up to
the last of them follows P(F <= f) = f^n. So −n·log F is exponential, and its sum over the days of
one place and weekday is a gamma variate: the first test, for what is gone now earlier, now later.
What is gone at about the same hour every week shows better in all days together: of their sales far
too few lie after some hour, which is binomial: the second, with a Bonferroni factor for the hours
tried. Both are exact but for profiles differing between places; a cell whose sales fade before they
stop is therefore left alone.

On a day that ran out, the chance of a stop is spread over the day instead; the share of such days
is found as a mixture (EM: Dempster, Laird, Rubin 1977). What was lost is the rate before the stop,
(n − 1) ÷ what had passed by then (unbiased: Girshick, Mosteller, Savage 1946), times what was still
to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from regulars.science.arrays import Flags, Floats, Ints
from regulars.science.discovery import false_discovery

BIN_MINUTES = 30
BINS = 24 * 60 // BIN_MINUTES
WEEKDAYS = 7
FEWEST_DAYS = 5
FEWEST_SALES = 15
"""Of one product at one place on one weekday, below which nothing is asked."""
FEWEST_ELSEWHERE = 10
"""Sales elsewhere at the hours after the stop, below which nobody knows that it would sell then."""
FALSE_SHARE = 0.05
SMALLEST_SHARE_LEFT = 0.1
SMALLEST_MINUTES_LEFT = 60
SMALLEST_SHARE_OF_DAYS = 0.15
_FADES_BELOW = -3.0
_PRIOR_SALES = 2.0
_ROUNDS = 6
_DRAWS = 1000
_SURELY_EARLY = 0.001
_FAR_TOO_FEW = 0.35
_FEWEST_OUT = 3.0


@dataclass(frozen=True, slots=True)
class Days:
    """All orders of all place-days, in order of place-day and time.

    Attributes:
        starts: (days + 1,) where each place-day's orders begin.
        cell: (days,) place × 7 + weekday, below ``cells``.
        minute: (orders,) minute of the local day, 0..1439.
        closing: (cells,) minute at which the place closes on that weekday.
    """

    starts: Ints
    cell: Ints
    cells: int
    minute: Ints
    closing: Floats


@dataclass(frozen=True, slots=True)
class Stops:
    """Per product × cell, in rows of (product, cell).

    Attributes:
        product, cell: which.
        days: days on which it sold there; ``sales``: orders that held it.
        days_out: days on which it probably ran out (sum of their chances).
        last_minute: median minute of its last sale on such days.
        minutes_left: from then to closing.
        share_left: share of such a day's custom that was still to come.
        lost, lost_low, lost_high: orders lost over all days, with the 95 % interval.
        chance: p-value that its sales go on as elsewhere; ``false_share``: its q-value.
        is_found: beyond chance, well before closing, on days enough.
        is_out: per row, the days (numbers of place-days) on which it probably ran out.
    """

    product: Ints
    cell: Ints
    days: Ints
    sales: Ints
    days_out: Floats
    last_minute: Floats
    minutes_left: Floats
    share_left: Floats
    lost: Floats
    lost_low: Floats
    lost_high: Floats
    chance: Floats
    false_share: Floats
    is_found: Flags
    is_out: tuple[Ints, ...]


def closing_minutes(days: Ints, starts: Ints, minute: Ints, cells: int) -> Floats:
    """Median minute of the day's last order per cell; nan where there was no day.

    Args:
        days: (days,) cell of each place-day; ``starts``, ``minute`` as in :class:`Days`.
    """
    last = minute[starts[1:] - 1]
    found = np.full(cells, np.nan)
    for cell in np.unique(days):
        found[cell] = float(np.median(last[days == cell]))
    return found


def stops(days: Days, products: Ints, orders: Ints, *, seed: int = 0) -> Stops:
    """Which of the sales (``products[i]`` stood in order number ``orders[i]``) stop too early."""
    clock = _Clock(days)
    by_product = np.lexsort((orders, products))
    products, orders = products[by_product], orders[by_product]
    edges = np.flatnonzero(np.diff(products, prepend=-1, append=-1))
    rows: list[_Row] = []
    for begin, end in pairwise(edges.tolist()):
        one = _Product(clock, orders[begin:end])
        rows += one.rows(int(products[begin]), np.random.default_rng(seed))
    return _gathered(rows)


@dataclass(slots=True)
class _Row:
    product: int
    cell: int
    figures: tuple[float, ...]
    chance: float
    is_early: bool
    out: Ints


def _gathered(rows: list[_Row]) -> Stops:
    table = np.array([row.figures for row in rows], dtype=np.float64).reshape(-1, 9).T
    chance = np.array([row.chance for row in rows], dtype=np.float64)
    false_share = false_discovery(chance)
    is_early = np.array([row.is_early for row in rows], dtype=np.bool_)
    return Stops(
        np.array([row.product for row in rows], dtype=np.int64),
        np.array([row.cell for row in rows], dtype=np.int64),
        table[0].astype(np.int64),
        table[1].astype(np.int64),
        table[2],
        table[3],
        table[4],
        table[5],
        table[6],
        table[7],
        table[8],
        chance,
        false_share,
        is_early & (false_share <= FALSE_SHARE),
        tuple(row.out for row in rows),
    )


class _Clock:
    """The orders of all place-days, and those of each cell in one piece."""

    def __init__(self, days: Days) -> None:
        self.cells, self.closing, self.minute, self.starts = (
            days.cells, days.closing, days.minute, days.starts,
        )  # fmt: skip
        self.day = np.repeat(np.arange(days.cell.size), np.diff(days.starts))
        self.cell = days.cell[self.day]
        self.bin = days.minute // BIN_MINUTES
        self.slot = self.cell * BINS + self.bin
        self.traffic = np.bincount(self.slot, minlength=days.cells * BINS).astype(np.float64)
        # Where in its cell's own sequence each order stands; a day's orders stay together.
        self.by_cell = np.argsort(self.cell, kind="stable")
        self.edges = np.searchsorted(self.cell[self.by_cell], np.arange(days.cells + 1))
        self.place = np.empty(self.day.size, dtype=np.int64)
        self.place[self.by_cell] = np.arange(self.day.size)
        self.cell_of_day = days.cell

    def days_between(self, cell: int, days: Ints) -> Ints:
        """The days of ``cell`` between the first and the last of ``days`` that are none of them."""
        every = np.flatnonzero(self.cell_of_day == cell)
        inside = every[(every > days[0]) & (every < days[-1])]
        return np.setdiff1d(inside, days, assume_unique=True)


class _Product:
    """One product's sales: its profile, and how each cell's days end."""

    def __init__(self, clock: _Clock, held: Ints) -> None:
        self.clock, self.held = clock, held
        shape = (clock.cells, BINS)
        sold = np.bincount(clock.slot[held], minlength=clock.traffic.size)
        self.sold = sold.reshape(shape).astype(np.float64)
        # A cell that never sells it says nothing about when it would.
        traffic = clock.traffic.reshape(shape)
        self.traffic = np.where(self.sold.sum(1, keepdims=True) > 0, traffic, 0.0)

    def rows(self, product: int, rng: np.random.Generator) -> list[_Row]:
        cells = self._cells()
        if cells.size == 0:
            return []
        doubtful = np.zeros(self.clock.cells, dtype=np.bool_)
        profile, elsewhere = self._profiles(doubtful)
        ends = {int(cell): self._ends(int(cell), profile[cell]) for cell in cells}
        # A second round, as cells that ran out have taught the others a wrong profile.
        doubtful[[cell for cell, end in ends.items() if end.chance() < _SURELY_EARLY]] = True
        if not doubtful[self.sold.sum(1) > 0].all():
            profile, elsewhere = self._profiles(doubtful)
        near = self._near(profile, doubtful)
        ends = {int(cell): self._ends(int(cell), near[cell]) for cell in cells}
        closing = self.clock.closing
        return [
            end.row(product, cell, float(closing[cell]), elsewhere[cell], rng)
            for cell, end in ends.items()
        ]

    def _cells(self) -> Ints:
        sold_on = np.unique(self.clock.day[self.held])
        first_orders = self.clock.starts[sold_on]
        days = np.bincount(self.clock.cell[first_orders], minlength=self.clock.cells)
        return np.flatnonzero((self.sold.sum(1) >= FEWEST_SALES) & (days >= FEWEST_DAYS))

    def _profiles(self, doubtful: Flags) -> tuple[Floats, Floats]:
        """(cells, BINS) chance to sell per order, up to a factor, as learned outside each cell;
        and the sales it was learned from."""
        trusted = np.where(doubtful, 0.0, 1.0)[:, None]
        sold, traffic = self.sold * trusted, self.traffic * trusted
        profile = np.ones_like(sold)
        for _ in range(_ROUNDS):
            reach = (self.traffic * profile).sum(1, keepdims=True)
            level = self.sold.sum(1, keepdims=True) / np.where(reach > 0, reach, 1.0)
            drawn = level * traffic
            there = sold.sum(0) - sold
            profile = (there + _PRIOR_SALES) / (drawn.sum(0) - drawn + _PRIOR_SALES)
        return profile, sold.sum(0) - sold

    def _near(self, profile: Floats, doubtful: Flags) -> Floats:
        """The profiles drawn towards those of the same place's other weekdays: its people at an
        hour are not those of another place."""
        trusted = np.where(doubtful, 0.0, 1.0)[:, None]
        reach = (self.traffic * profile).sum(1, keepdims=True)
        level = self.sold.sum(1, keepdims=True) / np.where(reach > 0, reach, 1.0)
        sold, drawn = self.sold * trusted, level * self.traffic * trusted
        there, due = (
            np.repeat(part.reshape(-1, WEEKDAYS, BINS).sum(1), WEEKDAYS, axis=0) - part
            for part in (sold, drawn)
        )
        near = (there + _PRIOR_SALES * profile) / (due + _PRIOR_SALES)
        return np.asarray(near, dtype=np.float64)

    def _ends(self, cell: int, weight: Floats) -> _Ends:
        clock = self.clock
        mine = self.held[clock.cell[self.held] == cell]
        day = clock.day[mine]
        is_last = np.diff(day, append=-1) != 0
        last = np.flatnonzero(is_last)
        counts = np.diff(last, prepend=-1)
        begin, end = clock.edges[cell], clock.edges[cell + 1]
        reached = np.concatenate(([0.0], np.cumsum(weight[clock.bin[clock.by_cell[begin:end]]])))
        opened = reached[clock.place[clock.starts[day]] - begin]
        at = reached[clock.place[mine] - begin + 1] - opened
        closed = reached[clock.place[clock.starts[day[last] + 1] - 1] - begin + 1]
        passed = at[last]
        quiet = clock.days_between(cell, day[last])
        shut = reached[clock.place[clock.starts[quiet + 1] - 1] - begin + 1]
        return _Ends(
            day=day[last],
            counts=counts.astype(np.float64),
            passed=passed,
            whole=closed - opened[last],
            before=(at / np.repeat(passed, counts))[~is_last],
            minute=clock.minute[mine[last]],
            sold_by_bin=self.sold[cell],
            custom_by_bin=self.traffic[cell] * weight,
            whole_without=shut - reached[clock.place[clock.starts[quiet]] - begin],
        )


@dataclass(slots=True)
class _Ends:
    """How the days of one cell end: custom passed at the last sale, and in all; sales and custom
    by time of day over all its days; custom of the days between them without a sale."""

    day: Ints
    counts: Floats
    passed: Floats
    whole: Floats
    before: Floats
    minute: Ints
    sold_by_bin: Floats
    custom_by_bin: Floats
    whole_without: Floats

    def chance(self) -> float:
        """The smaller p-value of the two tests, doubled as there are two."""
        from scipy.special import bdtr, gammaincc

        by_day = float(gammaincc(self.day.size, -(self.counts * np.log(self.share)).sum()))
        sold, there = self.sold_by_bin.sum(), self.custom_by_bin.sum()
        after = self.sold_by_bin[::-1].cumsum()[::-1][1:]
        share = np.clip(self.custom_by_bin[::-1].cumsum()[::-1][1:] / there, 0.0, 1.0)
        is_stop = (after <= _FAR_TOO_FEW * sold * share) & (share > 0) & (share < 1)
        hours = int((self.custom_by_bin > 0).sum())
        by_hour = bdtr(after[is_stop], int(sold), share[is_stop]).min() if is_stop.any() else 1.0
        return min(1.0, 2 * min(by_day, hours * float(by_hour)))

    @property
    def share(self) -> Floats:
        return self.passed / self.whole

    def fades(self) -> bool:
        """Whether sales thin out before the stop: then the profile differs, and nothing ran out."""
        if self.before.size == 0:
            return True
        score = (self.before.mean() - 0.5) * np.sqrt(12 * self.before.size)
        return bool(score < _FADES_BELOW)

    def out(self, rate: float) -> Floats:
        """Chance of each day that it ran out, by a mixture of days that did and did not."""
        whole = np.maximum(rate * self.whole, 1e-9)
        left = rate * (self.whole - self.passed)
        is_out = 1 / whole
        is_on = np.exp(-left) / -np.expm1(-whole)
        part, chances = 0.5, np.full(left.size, 0.5)
        for _ in range(100):
            chances = part * is_out / (part * is_out + (1 - part) * is_on)
            part = float(chances.mean())
        return chances

    def row(
        self, product: int, cell: int, closing: float, elsewhere: Floats, rng: np.random.Generator
    ) -> _Row:
        """The cell's answer; ``elsewhere``: (BINS,) sales that the profile was learned from."""
        chance, sales = self.chance(), float(self.counts.sum())
        rate = float((self.counts - 1).sum() / self.passed.sum())
        nothing = (self.day.size, sales, 0.0, *(np.nan,) * 3, 0.0, 0.0, 0.0)
        if rate <= 0 or chance > FALSE_SHARE:
            return _Row(product, cell, nothing, chance, False, self.day[:0])
        chances = self.out(rate)
        certain = chances >= 0.5
        if not certain.any():
            return _Row(product, cell, nothing, chance, False, self.day[:0])
        last = float(np.median(self.minute[certain]))
        left = float((1 - self.share[certain]).mean())
        after = float(elsewhere[int(last) // BIN_MINUTES + 1 :].sum())
        lost = self._lost(chances, left, after, float(elsewhere.sum()), rng)
        is_early = (
            closing - last >= SMALLEST_MINUTES_LEFT
            and left >= SMALLEST_SHARE_LEFT
            and after >= FEWEST_ELSEWHERE
            and chances.sum() >= max(_FEWEST_OUT, SMALLEST_SHARE_OF_DAYS * self.day.size)
            and not self.fades()
        )
        figures = (self.day.size, sales, float(chances.sum()), last, closing - last, left, *lost)
        return _Row(product, cell, figures, chance, bool(is_early), self.day[certain])

    def _lost(
        self, chances: Floats, share: float, after: float, known: float, rng: np.random.Generator
    ) -> tuple[float, float, float]:
        """Orders lost, with an interval from drawing days anew and from how well the profile is
        known. Days without any sale ran out as often as the others, and lost the same ``share``
        of their custom."""
        nil = np.zeros(self.whole_without.size)
        without = float(chances.mean()) * share * self.whole_without
        left = np.concatenate((chances * (self.whole - self.passed), without))
        counts, passed = np.append(self.counts - 1, nil), np.append(self.passed, nil)
        weights = np.vstack([np.ones(left.size), rng.poisson(1.0, (_DRAWS, left.size))])
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = weights @ left * (weights @ counts) / (weights @ passed)
        unsure = np.sqrt(1 / max(after, 1.0) + 1 / max(known - after, 1.0))
        spread = drawn[1:] * np.exp(rng.normal(0.0, unsure, _DRAWS))
        low, high = np.nanquantile(spread, (0.025, 0.975))
        return float(drawn[0]), float(low), float(high)
