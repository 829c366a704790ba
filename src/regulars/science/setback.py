"""Do people come back less often after something went wrong? Measured on the shop's own past."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.science.intervals import wilson

FEWEST = 10
# People with as many purchase days before are compared with each other: 1, 2–4, 5–9, 10 and more.
_CLASSES = np.array([2, 5, 10])
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """Of ``people`` with a problem, ``came_back`` bought within the horizon after; of ``peers``
    people without one, the share ``peers_back`` did after a purchase, weighted to as many
    purchases before.

    ``lost`` is the difference, with its 95 % interval ``low``..``high``: nan unless ``enough``.
    """

    enough: bool
    people: int
    came_back: int
    peers: int
    peers_back: float
    lost: float
    low: float
    high: float


def setback(
    person: npt.ArrayLike,
    day: npt.ArrayLike,
    troubled: npt.ArrayLike,
    trouble_day: npt.ArrayLike,
    *,
    as_of: int,
    horizon_days: int,
) -> Setback:
    """Compare who came back after a problem with who came back without one.

    ``person`` and ``day`` are purchase days (any order, repeats allowed), ``troubled`` and
    ``trouble_day`` the problems; days are whole numbers. Only what happened a horizon or more
    before ``as_of`` is asked, each troubled person once, by their first problem after a purchase.
    Peers' purchases are standardised to the troubled people's numbers of purchases before; the
    interval is put together from two of Wilson's (MOVER), counting people and not purchases.
    """
    bought, bad_when = np.asarray(day, np.int64), np.asarray(trouble_day, np.int64)
    # Days count from the earliest, as those before the epoch are below nought.
    earliest = int(min(bought.min(initial=0), bad_when.min(initial=0)))
    who, when = _purchases(person, bought - earliest)
    bad_who, bad_when = np.asarray(troubled, np.int64), bad_when - earliest
    cutoff = as_of - earliest - horizon_days
    # The clock of a person's purchases as one rising number, so that one search finds a place.
    span = int(max(when.max(initial=0), bad_when.max(initial=0))) + horizon_days + 2
    line = who * span + when
    bad_who, bad_when, before = _first_troubles(line, span, bad_who, bad_when, who, cutoff)
    after = bad_who * span + bad_when
    came_back = np.searchsorted(line, after + horizon_days, "right") > np.searchsorted(
        line, after, "right"
    )
    peers, back, shares = _peers(who, when, bad_who, cutoff, horizon_days)
    counts = np.bincount(np.searchsorted(_CLASSES, before, "right"), minlength=4)
    return _compared(came_back, counts, peers, back, shares)


def _purchases(person: npt.ArrayLike, day: npt.ArrayLike) -> tuple[_Ints, _Ints]:
    who, when = np.asarray(person, np.int64), np.asarray(day, np.int64)
    # One number for both sorts a hundred times faster than pairs; NumPy's own way to unique numbers
    # goes by hashes, which takes ten times as long as sorting here.
    span = int(when.max(initial=0)) + 1
    line = np.sort(who * span + when)
    line = line[np.diff(line, prepend=-1) > 0]
    return line // span, line % span


def _first_troubles(
    line: _Ints, span: int, bad_who: _Ints, bad_when: _Ints, who: _Ints, cutoff: int
) -> tuple[_Ints, _Ints, _Ints]:
    """Each person's first problem that a purchase went before, with how many purchases did."""
    order = np.lexsort((bad_when, bad_who))
    bad_who, bad_when = bad_who[order], bad_when[order]
    starts = np.searchsorted(who, bad_who, "left")
    before = np.searchsorted(line, bad_who * span + bad_when, "right") - starts
    asked = (before > 0) & (bad_when <= cutoff)
    bad_who, bad_when, before = bad_who[asked], bad_when[asked], before[asked]
    _, first = np.unique(bad_who, return_index=True)
    return bad_who[first], bad_when[first], before[first]


def _peers(
    who: _Ints, when: _Ints, troubled: _Ints, cutoff: int, horizon: int
) -> tuple[int, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """People without a problem, and per class their purchases and the share followed by another."""
    is_peer = ~np.isin(who, troubled) & (when <= cutoff)
    starts = np.searchsorted(who, who, "left")
    nth = np.arange(who.size) - starts + 1
    gap = np.full(who.size, np.iinfo(np.int64).max)
    if who.size > 1:
        same = who[1:] == who[:-1]
        gap[:-1][same] = (when[1:] - when[:-1])[same]
    place = np.searchsorted(_CLASSES, nth, "right")[is_peer]
    asked = np.bincount(place, minlength=4).astype(np.float64)
    back = np.bincount(place, weights=(gap <= horizon)[is_peer].astype(np.float64), minlength=4)
    with np.errstate(divide="ignore", invalid="ignore"):
        return int(np.count_nonzero(np.diff(who[is_peer], prepend=-1))), asked, back / asked


def _compared(
    came_back: npt.NDArray[np.bool_],
    counts: npt.NDArray[np.intp],
    peers: int,
    asked: npt.NDArray[np.float64],
    shares: npt.NDArray[np.float64],
) -> Setback:
    people, back = int(came_back.size), int(came_back.sum())
    used = counts > 0
    is_met = people > 0 and bool(np.all(asked[used] > 0))
    peers_back = float((counts[used] * shares[used]).sum() / people) if is_met else math.nan
    enough = people >= FEWEST and peers >= FEWEST and is_met
    if not enough:
        return Setback(
            enough=False, people=people, came_back=back, peers=peers, peers_back=peers_back,
            lost=math.nan, low=math.nan, high=math.nan,
        )  # fmt: skip
    share = back / people
    low, high = (float(one) for one in wilson(back, people))
    peers_low, peers_high = (float(one) for one in wilson(peers_back * peers, peers))
    lost = peers_back - share
    return Setback(
        enough=True,
        people=people,
        came_back=back,
        peers=peers,
        peers_back=peers_back,
        lost=lost,
        low=lost - math.hypot(peers_back - peers_low, high - share),
        high=lost + math.hypot(peers_high - peers_back, share - low),
    )
