"""Products and places rising or falling beyond chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.insights.findings.found import Found, Search, money
from regulars.insights.findings.ledger import GOODS, MOST_PLACES, THING, WHO, Ledger, numbered
from regulars.science.arrays import Floats
from regulars.science.trends import (
    BEFORE_WEEKS,
    NOW_WEEKS,
    ORIGINS,
    WEEKS_NEEDED,
    YEAR_WEEKS,
    Trends,
    Weekly,
    trends,
)

_WEEKS = YEAR_WEEKS + WEEKS_NEEDED
# Where it is sold: the web shop is a place of its own here.
_WHERE = "hash(place, channel)"
_PRODUCTS = (
    f"SELECT {THING} AS code, {_WHERE} AS spot, local_on, {WHO} AS who, quantity AS x "
    f"FROM sale_lines WHERE {GOODS}"
)
_PLACES = (
    f"SELECT hash(place) AS code, 0 AS spot, local_on, {WHO} AS who, "
    "CAST(amount_minor AS DOUBLE) AS x "
    # Beside a place stand the other places: a web shop's few large orders would drown them.
    "FROM sales WHERE amount_minor > 0 AND place <> ''"
)


@dataclass(frozen=True, slots=True)
class _Thing:
    """What is asked about: its number, names, and what one unit of its sums is worth."""

    number: int
    code: int
    kind: str
    key: str
    name: str
    sku: str | None
    unit_minor: float


def find(ledger: Ledger) -> Search:
    """Look for trends; too short a history says so."""
    about = {"weeks": ledger.weeks, "weeks_needed": WEEKS_NEEDED}
    if ledger.weeks < WEEKS_NEEDED:
        return Search("too_short", about)
    products = [
        _Thing(one.number, one.code, "product", one.key, one.name, one.sku, one.piece_minor)
        for one in ledger.products
    ]
    places = [
        _Thing(one.number, one.code, "place", one.name, one.name, None, 1.0)
        for one in ledger.places
        if one.name
    ]
    found: list[Found] = []
    asked = 0
    for things, source in ((products, _PRODUCTS), (places, _PLACES)):
        told = trends(_weekly(ledger, things, source)) if things else None
        if told is not None:
            asked += int(told.is_asked.sum())
            found += _found(things, told)
    return Search("asked", about | {"asked": asked}, found)


def _weekly(ledger: Ledger, things: list[_Thing], source: str) -> Weekly:
    weeks = min(ledger.weeks, _WEEKS)
    place_of = {one.code: one.number for one in things}
    sql = f"""
    SELECT code, spot, ({ledger.day} - (local_on - DATE '1970-01-01')) // 7 AS ago,
           sum(x) AS total, sum(x * x) AS square, CAST(count(*) AS DOUBLE) AS n
    FROM ({source}) GROUP BY ALL
    """
    rows = ledger.columns(sql, ledger.since(weeks))
    week = weeks - 1 - rows["ago"].astype(np.int64)
    known = np.array([place_of.get(int(code), -1) for code in rows["code"]], dtype=np.int64)
    spot = _spots(rows["spot"], rows["n"])
    spots, is_known = max(1, int(spot.max(initial=0)) + 1), known >= 0
    table = np.zeros((3, spots, len(things), weeks))
    whole = np.zeros((2, spots, weeks))
    for line, name in enumerate(("total", "square", "n")):
        x = rows[name].astype(np.float64)
        at = spot[is_known], known[is_known], week[is_known]
        np.add.at(table[line], at, x[is_known])
        if line < 2:
            np.add.at(whole[line], (spot, week), x)
    people = _people(ledger, things, source, weeks)
    sums, squares, counts = table.sum(1)
    return Weekly(sums, squares, counts, table[0], table[1], whole[0], whole[1], people)


def _spots(codes: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Number where things are sold by how often they are, the rarest together as one."""
    unique, each = np.unique(codes, return_inverse=True)
    often = np.bincount(each, counts.astype(np.float64), unique.size)
    rank = np.empty(unique.size, dtype=np.int64)
    rank[np.argsort(-often, kind="stable")] = np.arange(unique.size)
    return np.asarray(np.minimum(rank, MOST_PLACES)[each], dtype=np.int64)


def _people(ledger: Ledger, things: list[_Thing], source: str, weeks: int) -> Floats:
    """(3, things, origins) sums over people; see `Weekly`."""
    origins = min(ORIGINS, (weeks - WEEKS_NEEDED) // NOW_WEEKS + 1)
    blocks = origins + BEFORE_WEEKS // NOW_WEEKS
    sql = f"""
    WITH {numbered(things, "chosen")}
    SELECT number, who, ({ledger.day} - (local_on - DATE '1970-01-01')) // {7 * NOW_WEEKS} AS block,
           sum(x) AS x
    FROM ({source}) JOIN chosen USING (code) GROUP BY ALL ORDER BY number, who
    """
    rows = ledger.columns(sql, ledger.since(blocks * NOW_WEEKS))
    thing, block, x = rows["number"].astype(np.int64), rows["block"].astype(np.int64), rows["x"]
    is_new = (np.diff(thing, prepend=-1) != 0) | (np.diff(rows["who"], prepend=0) != 0)
    person = np.cumsum(is_new) - 1
    whose = thing[is_new]
    table = np.zeros((3, len(things), origins))
    for origin in range(origins):
        is_now = block == origin
        is_before = (block > origin) & (block <= origin + BEFORE_WEEKS // NOW_WEEKS)
        n = np.bincount(person[is_now], x[is_now], whose.size)
        b = np.bincount(person[is_before], x[is_before], whose.size)
        for line, product in enumerate((n * n, n * b, b * b)):
            table[line, :, origin] = np.bincount(whose, product, len(things))
    return table


def _found(things: list[_Thing], told: Trends) -> list[Found]:
    return [
        _row(one, told, one.number)
        for one in things
        if told.is_rising[one.number] or told.is_falling[one.number]
    ]


def _row(thing: _Thing, told: Trends, at: int) -> Found:
    is_rising = bool(told.is_rising[at])
    now, expected = float(told.now[at]), float(told.expected[at])
    ends = [now / float(told.low[at]), now / float(told.high[at])]
    changes = sorted(abs(now - end) * (1 if (now > end) == is_rising else -1) for end in ends)
    detail = {
        "thing": thing.kind,
        "name": thing.name,
        "sku": thing.sku,
        "direction": "rising" if is_rising else "falling",
        "now": round(now, 2),
        "expected": round(expected, 2),
        "before": round(float(told.before[at]), 2),
        "ratio": round(float(told.ratio[at]), 4),
        "low": round(float(told.low[at]), 4),
        "high": round(float(told.high[at]), 4),
        "false_share": float(told.false_share[at]),
        "is_season_checked": bool(told.is_season_checked[at]),
    }
    return Found(
        "trend",
        f"trend:{thing.kind}:{thing.key}",
        detail,
        money(abs(now - expected) * thing.unit_minor),
        money(changes[0] * thing.unit_minor),
        money(changes[1] * thing.unit_minor),
    )
