"""Who has gone quiet, measured by each person's own rhythm.

A person's gaps between purchase days are Gamma(k, λ): k, the regularity, is the shop's; λ, the
pace, is their own, and paces are Gamma(r, α) over the shop. All three are fitted by maximum
likelihood. After n gaps that sum to S the pace is Gamma(r + nk, α + S), so the next gap, divided by
α + S, follows a beta-prime(k, r + nk) distribution: a person with few gaps leans on the shop, one
with many on themselves. (Condensed NBD of Chatfield and Goodhardt 1973, empirical Bayes.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kernel.telling import told, told_count
from regulars.science.arrays import Flags, Floats, Ints, TooLittleHistory, as_floats, group_starts
from regulars.science.newton import climb, in_logs

FEWEST_PURCHASES = 3
OVERDUE_CHANCE = 0.05
FEWEST_PEOPLE = 20
"""People with two gaps or more needed before the shop's own rhythm means anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """The shop's rhythm: regularity k, and the spread of paces (r, alpha).

    ``alpha`` is in the unit of the gaps (days). ``regularity`` 1 is pure chance, above is
    clockwork, below comes in bursts.
    """

    regularity: float
    r: float
    alpha: float
    log_likelihood: float
    people: int
    converged: bool

    def quiet(
        self,
        gap_counts: npt.ArrayLike,
        gap_totals: npt.ArrayLike,
        days_since: npt.ArrayLike,
        *,
        chance: float = OVERDUE_CHANCE,
    ) -> Quiet:
        """Everybody's silence in the light of their own rhythm.

        Args:
            gap_counts: gaps known per person (purchase days less one).
            gap_totals: their sum, i.e. days from first to last purchase.
            days_since: days since the last purchase.
            chance: a silence is overdue when fewer than this share of gaps would last longer.
        """
        from scipy.special import betaincc

        n = as_floats(gap_counts, "gap_counts")
        total = as_floats(gap_totals, "gap_totals")
        since = as_floats(days_since, "days_since")
        if not n.shape == total.shape == since.shape:
            raise ValueError("gap_counts, gap_totals and days_since must have the same length")
        if not 0 < chance < 1:
            raise ValueError("chance lies between 0 and 1")
        shape, reach = self.r + n * self.regularity, self.alpha + total
        longer = np.asarray(betaincc(self.regularity, shape, since / (since + reach)))
        known = n >= FEWEST_PURCHASES - 1

        usual, soonest, latest, overdue = self._gap_quantiles(
            n, total, known, (0.5, 0.1, 0.9, 1.0 - chance)
        )
        return Quiet(
            chance_of_longer=np.where(known, longer, np.nan),
            is_overdue=known & (longer < chance),
            is_known=known,
            usual_days=usual,
            expected_from_days=soonest,
            expected_to_days=latest,
            overdue_after_days=overdue,
            gap_counts=n.astype(np.int64),
            days_since=since,
        )

    def _gap_quantiles(
        self, n: Floats, total: Floats, known: Flags, levels: tuple[float, ...]
    ) -> Floats:
        """(levels, people) days within which that share of gaps ends; nan where not known."""
        from scipy.special import betaincinv

        days = np.full((len(levels), n.size), np.nan)
        people = np.flatnonzero(known)
        if people.size == 0:
            return days
        # The inverse is slow, and many people share a number of gaps and their sum.
        order, starts = group_starts(n[people], total[people])
        one = people[order[starts]]
        sizes = np.diff(np.append(starts, people.size))
        shape = self.r + n[one] * self.regularity
        for line, level in zip(days, levels, strict=True):
            part = np.asarray(betaincinv(self.regularity, shape, level), dtype=np.float64)
            ends = (self.alpha + total[one]) * part / (1.0 - part)
            line[people[order]] = np.repeat(ends, sizes)
        return days


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Per person; nan where fewer than three purchases are known.

    Attributes:
        chance_of_longer: share of this person's gaps that would last longer than the silence.
        is_overdue: that share is below the chosen chance.
        is_known: three purchases or more.
        usual_days: median of the gap to come.
        expected_from_days, expected_to_days: the middle 80 % of the gap to come, counted from
            the last purchase.
        overdue_after_days: days of silence after which this person counts as overdue.
        gap_counts, days_since: what the answer rests on.
    """

    chance_of_longer: Floats
    is_overdue: Flags
    is_known: Flags
    usual_days: Floats
    expected_from_days: Floats
    expected_to_days: Floats
    overdue_after_days: Floats
    gap_counts: Ints
    days_since: Floats

    def reason(self, person: int) -> dict[str, float | int | None]:
        """The numbers behind one person's answer, ready for a sentence."""

        def known(value: float) -> float | None:
            return value if math.isfinite(value) else None

        return {
            "purchases": int(self.gap_counts[person]) + 1,
            "usual_days": known(float(self.usual_days[person])),
            "days_since": float(self.days_since[person]),
            "overdue_after_days": known(float(self.overdue_after_days[person])),
            "chance_of_longer": known(float(self.chance_of_longer[person])),
        }


class RhythmLikelihood:
    """Callable (k, r, alpha) -> log-likelihood of everybody's gaps, gradient, Hessian."""

    def __init__(self, counts: Floats, totals: Floats, log_sum: float) -> None:
        self._totals = totals
        self._counts = counts
        self._distinct, place = np.unique(counts, return_inverse=True)
        self._people_at = np.bincount(place).astype(np.float64)
        self._log_sum = log_sum
        self._gaps = float(counts.sum())

    def __call__(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        from scipy.special import digamma, gammaln, zeta

        k, r, alpha = parameters.tolist()
        people, gaps = float(self._totals.size), self._gaps
        n, w = self._distinct, self._people_at
        shape = r + k * n
        slope, curve = digamma(shape), zeta(2.0, shape)
        inverse = 1.0 / (alpha + self._totals)
        logs = -np.log(inverse)
        power = r + k * self._counts
        log_alpha = math.log(alpha)
        value = (
            (k - 1.0) * self._log_sum
            - gaps * float(gammaln(k))
            + float(w @ gammaln(shape))
            - people * float(gammaln(r))
            + people * r * log_alpha
            - float(power @ logs)
        )
        gradient = np.array(
            [
                self._log_sum
                - gaps * float(digamma(k))
                + float((w * n) @ slope)
                - float(self._counts @ logs),
                float(w @ slope)
                - people * float(digamma(r))
                + people * log_alpha
                - float(logs.sum()),
                people * r / alpha - float(power @ inverse),
            ]
        )
        kk = float((w * n * n) @ curve) - gaps * float(zeta(2.0, k))
        kr = float((w * n) @ curve)
        rr = float(w @ curve) - people * float(zeta(2.0, r))
        ka = -float(self._counts @ inverse)
        ra = people / alpha - float(inverse.sum())
        aa = float(power @ (inverse * inverse)) - people * r / alpha**2
        return value, gradient, np.array([[kk, kr, ka], [kr, rr, ra], [ka, ra, aa]])


def gap_sums(gaps: npt.ArrayLike, offsets: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Number, sum and sum of logarithms of everybody's gaps.

    Args:
        gaps: days between neighbouring purchase days, person after person, above 0.
        offsets: (people + 1,) where each person's gaps begin in ``gaps``.
    """
    days = as_floats(gaps, "gaps")
    at = np.asarray(offsets, dtype=np.int64)
    if (
        at.ndim != 1
        or at.size == 0
        or at[0] != 0
        or at[-1] != days.size
        or bool((np.diff(at) < 0).any())
    ):
        raise ValueError("offsets must rise from 0 to the number of gaps")
    if days.size and days.min() <= 0:
        raise ValueError("gaps lie between different days, so they are above 0")
    running = np.concatenate(([0.0], np.cumsum(days)))
    logs = np.concatenate(([0.0], np.cumsum(np.log(days))))
    return (
        np.diff(at).astype(np.float64),
        running[at[1:]] - running[at[:-1]],
        logs[at[1:]] - logs[at[:-1]],
    )


def fit_rhythm(gaps: npt.ArrayLike, offsets: npt.ArrayLike) -> Rhythm:
    """Fit the shop's rhythm to the gaps of everybody with three purchases or more.

    Arguments as in :func:`gap_sums`. The gap that is still open is left out: for those who have
    left it never ends, and taking it in would teach the model that silence is normal.

    Raises:
        ValueError: malformed gaps.
        TooLittleHistory: (a ValueError) fewer than 20 people with two gaps.
    """
    counts, totals, log_sums = gap_sums(gaps, offsets)
    keep = counts >= FEWEST_PURCHASES - 1
    people = int(keep.sum())
    if people < FEWEST_PEOPLE:
        raise TooLittleHistory(
            told_count(
                "only %(n)s person has bought three times; %(fewest)s are needed to know the "
                "shop's rhythm",
                "only %(n)s people have bought three times; %(fewest)s are needed to know the "
                "shop's rhythm",
                people,
                fewest=FEWEST_PEOPLE,
            )
            if people
            else told(
                "nobody has bought three times yet; %(fewest)s people are needed to know the "
                "shop's rhythm",
                fewest=FEWEST_PEOPLE,
            )
        )
    counts, totals = counts[keep], totals[keep]
    unit = float(totals.sum() / counts.sum())
    log_sum = float(log_sums[keep].sum()) - float(counts.sum()) * math.log(unit)
    objective = in_logs(RhythmLikelihood(counts, totals / unit, log_sum))
    box = np.log(np.full(3, 1e-3)), np.log(np.full(3, 1e5))
    starts = np.log([[1.0, 2.0, 2.0], [3.0, 5.0, 1.0], [0.5, 1.0, 2.0]])
    best = max(starts, key=lambda start: objective(start)[0])
    summit = climb(objective, best, *box)
    k, r, alpha = np.exp(summit.theta).tolist()
    return Rhythm(
        regularity=k,
        r=r,
        alpha=alpha * unit,
        log_likelihood=summit.value - float(counts.sum()) * math.log(unit),
        people=people,
        converged=summit.converged,
    )
