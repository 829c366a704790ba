"""What is rising or falling beyond chance: the last four weeks against the twelve before.

Things (products, places) are told by weekly sums. A rise has to pass every one of these questions,
and its chance is the largest of their p-values (intersection-union test: Berger 1982):

- *by itself*: more than before, given how much its own weeks differ;
- *beside the rest*: more than everything else moved in the same weeks where it is sold, so that
  a good month for the whole shop is nobody's rise, and a place that falls takes nobody along. The
  rest's step is that of every place, weighted by where the thing was sold before (direct
  standardisation).

What was sold a year before as well is asked the first less what it did in the same weeks then, so
that a season is no rise; and the step now, and the step beside the rest less that of the year
before, have to go the same way by more than it usually wavers. And it has to last: without its best
week of the four it is a rise still, so that one good day is none. The size told is the smaller of
the two: by itself, or beside the rest.

Three things make sums wander when nothing is the matter. *People*: one regular who moves away takes
all their buns along, so people, not sales, are what is drawn by chance (linearised ratio of sums
over clusters: Cochran 1977, ch. 6). *Weeks*: rain and fairs move everybody at once; the spread is
found from successive weeks (von Neumann 1941) and drawn towards that of all things. *Drift*: what
neither sees is measured on the past, by asking the same at earlier weeks (`discovery.inflation`),
and, beside the rest, on the present as well: what is in fashion moves many others a little, and
each is held against those that moved less (`discovery.crowd`).

What is named would by chance be named, all questions together, in one look of twenty at most
(`discovery.family_wise`): a share of false finds would let true ones buy false ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.science.arrays import Flags, Floats
from regulars.science.discovery import crowd, false_discovery, family_wise, inflation
from regulars.science.intervals import normal_quantile

NOW_WEEKS = 4
BEFORE_WEEKS = 12
YEAR_WEEKS = 52
WEEKS_NEEDED = NOW_WEEKS + BEFORE_WEEKS
FEWEST = 20
"""Sales in both windows together below which nothing is asked."""
WEEKS_SOLD = 9
"""Of the twelve weeks before, those that must have seen a sale: else it is new, or in season."""
WEEKS_STILL_SOLD = 2
FALSE_LOOKS = 0.05
"""How often a look at nothing may name anything."""
SMALLEST_CHANGE = 0.1
ORIGINS = YEAR_WEEKS // NOW_WEEKS + 1
_SPREAD_WEEKS = 52
_LEAST_REST = 0.1
_WAVER = 1.0
_POOL_WEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class Weekly:
    """Weekly sums per thing, oldest week first, the last week complete.

    Attributes:
        sums: (things, weeks) pieces or money.
        squares: (things, weeks) Σx² of what the sums are made of: their variance by pure chance.
        counts: (things, weeks) how many sales.
        parts, part_squares: (places, things, weeks) the same sums at each place.
        whole: (places, weeks) the sum over everything there; ``whole_squares``: its Σx².
        people: (3, things, origins) Σ over people of n², nb and b², where n is what one person
            adds to four weeks and b what they add to the twelve before. Origin k lies 4k weeks
            before the end; guests are a person a sale. As many origins as there is history for,
            at most `ORIGINS`.
    """

    sums: Floats
    squares: Floats
    counts: Floats
    parts: Floats
    part_squares: Floats
    whole: Floats
    whole_squares: Floats
    people: Floats


@dataclass(frozen=True, slots=True)
class Trends:
    """Per thing; nan where nothing was asked.

    Attributes:
        now, before: sums of the last four weeks, and of an average four of the twelve before.
        expected: what the last four weeks would have been: now ÷ ratio.
        ratio, low, high: the change by itself, or beside the rest if that is smaller, with its
            95 % interval.
        chance: two-sided p-value; ``false_share``: its q-value.
        is_asked: sold steadily and often enough to ask.
        is_season_checked: it was sold a year before too, and that was compared.
        is_rising, is_falling: beyond chance, all questions together, and large enough to matter.
        drift: the inflation of the scores found on the past.
    """

    now: Floats
    before: Floats
    expected: Floats
    ratio: Floats
    low: Floats
    high: Floats
    chance: Floats
    false_share: Floats
    is_asked: Flags
    is_season_checked: Flags
    is_rising: Flags
    is_falling: Flags
    drift: float


@dataclass(frozen=True, slots=True)
class _Step:
    """A log change from one window to the next with its variance."""

    change: Floats
    variance: Floats


def trends(weekly: Weekly, *, confidence: float = 0.95) -> Trends:
    """What rises and falls in the last four of ``weekly``'s weeks; see :class:`Trends`."""
    things, weeks = weekly.sums.shape
    if weeks < WEEKS_NEEDED:
        return _nothing(things)
    spread, asked = _spreads(weekly), _is_asked(weekly, 0)
    drift = inflation(_past_scores(weekly, spread))
    steps = (_own(weekly, spread, 0), _beside(weekly, spread, 0))
    is_seasonal, seasons = _seasons(weekly, spread, steps)
    asked = asked & ~is_seasonal
    beside = np.where(asked, _score(steps[1]) / np.sqrt(drift), np.nan)
    wider = crowd(beside)
    steps, seasons = _widened(steps, wider), _widened(seasons, wider)
    surest = _surest(steps, seasons, drift)
    chance = np.where(asked, _two_sided(surest), np.nan)
    false_share = false_discovery(chance)
    change, variance = _smaller(*steps)
    half = normal_quantile(confidence) * np.sqrt(variance * drift)
    ratio = np.where(asked, np.exp(change), np.nan)
    lasting = _without_best_week(weekly, change)
    now = _now(weekly.sums, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        is_sure = family_wise(chance) <= FALSE_LOOKS
        expected = now / ratio
    return Trends(
        now=now,
        before=_before(weekly.sums, 0) * NOW_WEEKS / BEFORE_WEEKS,
        expected=expected,
        ratio=ratio,
        low=ratio * np.exp(-half),
        high=ratio * np.exp(half),
        chance=chance,
        false_share=false_share,
        is_asked=asked,
        is_season_checked=asked & np.isfinite(seasons[0].change),
        is_rising=is_sure & (np.minimum(ratio, lasting) >= 1 + SMALLEST_CHANGE),
        is_falling=is_sure & (np.maximum(ratio, lasting) <= 1 - SMALLEST_CHANGE),
        drift=drift,
    )


def _widened(steps: tuple[_Step, _Step], wider: Floats) -> tuple[_Step, _Step]:
    """The steps with the one beside the rest made less sure."""
    own, beside = steps
    return own, _Step(beside.change, beside.variance * wider)


def _surest(steps: tuple[_Step, _Step], seasons: tuple[_Step, _Step], drift: float) -> Floats:
    """(things,) the weakest of the scores that a rise (of what fell, a fall) has to pass; below 0
    where the two steps do not even agree."""
    raw = np.stack([_score(step) for step in steps]) / np.sqrt(drift)
    season = np.stack([_score(step) for step in seasons]) / np.sqrt(drift)
    turned = np.where(steps[0].change < 0, -1.0, 1.0)
    (own, beside), (own_less, beside_less) = raw * turned, season * turned
    agree = (own >= _WAVER) & (beside_less >= _WAVER)
    seasonal = np.where(agree, np.minimum(own_less, beside), -np.inf)
    return np.asarray(
        np.where(np.isnan(own_less), np.minimum(own, beside), seasonal), dtype=np.float64
    )


def _smaller(one: _Step, other: _Step) -> tuple[Floats, Floats]:
    """The change nearer to none of two, and its variance."""
    is_first = np.abs(one.change) <= np.abs(other.change)
    return (
        np.where(is_first, one.change, other.change),
        np.where(is_first, one.variance, other.variance),
    )


def _without_best_week(weekly: Weekly, change: Floats) -> Floats:
    """(things,) the ratio by itself without the week of the four that speaks most for it."""
    weeks = weekly.sums[:, -NOW_WEEKS:]
    best = np.where(change > 0, weeks.max(1), weeks.min(1))
    with np.errstate(invalid="ignore", divide="ignore"):
        others = (weeks.sum(1) - best) / (NOW_WEEKS - 1)
        return np.asarray(others / (_before(weekly.sums, 0) / BEFORE_WEEKS), dtype=np.float64)


def _nothing(things: int) -> Trends:
    unknown, no = np.full(things, np.nan), np.zeros(things, dtype=np.bool_)
    return Trends(*(unknown,) * 8, *(no,) * 4, drift=1.0)


def _now(sums: Floats, origin: int) -> Floats:
    end = sums.shape[-1] - origin * NOW_WEEKS
    return np.asarray(sums[..., end - NOW_WEEKS : end].sum(-1), dtype=np.float64)


def _before(sums: Floats, origin: int) -> Floats:
    end = sums.shape[-1] - origin * NOW_WEEKS - NOW_WEEKS
    return np.asarray(sums[..., end - BEFORE_WEEKS : end].sum(-1), dtype=np.float64)


def _is_asked(weekly: Weekly, origin: int) -> Flags:
    """Sold in most of the weeks before, still on the shelf, and often enough."""
    end = weekly.counts.shape[1] - origin * NOW_WEEKS
    counts = weekly.counts[:, end - WEEKS_NEEDED : end]
    was_sold = (counts[:, :BEFORE_WEEKS] > 0).sum(1) >= WEEKS_SOLD
    is_sold = (counts[:, BEFORE_WEEKS:] > 0).sum(1) >= WEEKS_STILL_SOLD
    return np.asarray(was_sold & is_sold & (counts.sum(1) >= FEWEST), dtype=np.bool_)


def _spreads(weekly: Weekly) -> Floats:
    """(things + 1,) how much more weeks differ than by chance; the last entry is the whole."""
    weeks = slice(-_SPREAD_WEEKS - NOW_WEEKS, -NOW_WEEKS)
    sums = np.vstack([weekly.sums, weekly.whole.sum(0)])[:, weeks]
    squares = np.vstack([weekly.squares, weekly.whole_squares.sum(0)])[:, weeks]
    steps, chance = np.diff(sums, axis=1) ** 2, squares[:, 1:] + squares[:, :-1]
    pairs = (chance > 0).sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(pairs > 0, steps.sum(1) / chance.sum(1), 1.0)
    things = own[:-1][pairs[:-1] > 0]
    pooled = float(np.median(things)) if things.size else 1.0
    drawn = (own * pairs + pooled * _POOL_WEIGHT) / (pairs + _POOL_WEIGHT)
    drawn[-1] = own[-1]
    return np.asarray(np.maximum(drawn, 1.0), dtype=np.float64)


def _own(weekly: Weekly, spread: Floats, origin: int) -> _Step:
    step, piece = _step(weekly.sums, weekly.squares, spread[:-1], origin)
    both, cross, before = weekly.people[:, :, origin]
    top = _now(weekly.sums, origin) + piece / 2
    bottom = _before(weekly.sums, origin) + piece / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        half = piece * piece / 2
        people = (both + half) / top**2 - 2 * cross / (top * bottom) + (before + half) / bottom**2
        by_sale = step.variance / spread[:-1]
    return _Step(step.change, step.variance - by_sale + np.maximum(people, by_sale))


def _step(sums: Floats, squares: Floats, spread: Floats, origin: int) -> tuple[_Step, Floats]:
    """Log of (now per week ÷ before per week), and the size of a typical piece; half of one is
    added to each side, so that nought has a logarithm."""
    now, before = _now(sums, origin), _before(sums, origin)
    with np.errstate(invalid="ignore", divide="ignore"):
        piece = (_now(squares, origin) + _before(squares, origin)) / (now + before)
        top, bottom = now + piece / 2, before + piece / 2
        change = np.log(top / NOW_WEEKS) - np.log(bottom / BEFORE_WEEKS)
        return _Step(change, spread * piece * (1 / top + 1 / bottom)), piece


def _beside(weekly: Weekly, spread: Floats, origin: int) -> _Step:
    """The thing's own step less that of everything else where it is sold; of the only thing there
    is, its own."""
    own = _own(weekly, spread, origin)
    rest = np.maximum(weekly.whole[:, None] - weekly.parts, 0.0)
    squares = np.maximum(weekly.whole_squares[:, None] - weekly.part_squares, 0.0)
    there, _ = _step(rest, squares, np.full(rest.shape[1], spread[-1]), origin)
    anywhere, _ = _step(rest.sum(0), squares.sum(0), np.full(rest.shape[1], spread[-1]), origin)
    before = _before(weekly.parts, origin)
    # Where nothing else is sold, the rest of the shop stands in.
    lone = ~(_before(rest, origin) > _LEAST_REST * before)
    change = np.where(lone, anywhere.change, there.change)
    variance = np.where(lone, anywhere.variance, there.variance)
    other = _mixed(before, change, variance)
    is_alone = ~(_before(rest.sum(0), origin) > _LEAST_REST * before.sum(0))
    return _Step(
        np.where(is_alone, own.change, own.change - other.change),
        np.where(is_alone, own.variance, own.variance + other.variance),
    )


def _mixed(weights: Floats, change: Floats, variance: Floats) -> _Step:
    """(things,) the log of the ratios' mean by ``weights``, (places, things) like the others; the
    plain mean for what weighs nothing."""
    known = weights.sum(0)
    shares = np.where(known > 0, weights / np.where(known > 0, known, 1.0), 1 / len(weights))
    part = np.where(shares > 0, shares * np.exp(change), 0.0)
    whole = part.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(part > 0, (part / whole) ** 2 * variance, 0.0).sum(0)
        return _Step(np.log(whole), spread)


def _seasons(
    weekly: Weekly, spread: Floats, now: tuple[_Step, _Step]
) -> tuple[Flags, tuple[_Step, _Step]]:
    """Which things cannot be told from their season; and the others' steps less those of the same
    weeks a year before, nan where it was not sold then."""
    things, weeks = weekly.sums.shape
    year = ORIGINS - 1
    unknown = np.full(things, np.nan)
    if weeks < YEAR_WEEKS + WEEKS_NEEDED or weekly.people.shape[2] <= year:
        return np.zeros(things, dtype=np.bool_), (_Step(unknown, unknown),) * 2
    counts = weekly.counts[:, weeks - YEAR_WEEKS - WEEKS_NEEDED : weeks - YEAR_WEEKS]
    was_sold = counts.sum(1) > 0
    steady = (counts[:, :BEFORE_WEEKS] > 0).sum(1) >= WEEKS_SOLD
    then = (_own(weekly, spread, year), _beside(weekly, spread, year))
    less = [
        _Step(np.where(steady, a.change - b.change, np.nan), a.variance + b.variance)
        for a, b in zip(now, then, strict=True)
    ]
    return was_sold & ~steady, (less[0], less[1])


def _score(step: _Step) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(step.change / np.sqrt(step.variance), dtype=np.float64)


def _past_scores(weekly: Weekly, spread: Floats) -> Floats:
    """Scores of the same question at earlier weeks, four apart."""
    weeks, found = weekly.sums.shape[1], [np.empty(0)]
    for origin in range(1, weekly.people.shape[2]):
        if weeks - origin * NOW_WEEKS < WEEKS_NEEDED:
            break
        score = _score(_beside(weekly, spread, origin))
        found.append(score[_is_asked(weekly, origin) & np.isfinite(score)])
    return np.concatenate(found)


def _two_sided(score: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(np.minimum(2 * ndtr(-np.maximum(score, 0.0)), 1.0), dtype=np.float64)
