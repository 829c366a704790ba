"""Products that are bought together more often than chance explains."""

from __future__ import annotations

import numpy as np

from regulars.insights.findings.found import Found, Search
from regulars.insights.findings.ledger import GOODS, THING, WHO, Ledger, Product, numbered
from regulars.science.arrays import Ints
from regulars.science.association import (
    BINS,
    FEWEST_TOGETHER,
    LARGEST_BASKET,
    Associations,
    Baskets,
    Pairs,
    associations,
)

WEEKS = 52
FEWEST_BASKETS = 200
_SHOPS, _QUARTERS, _PARTS = 8, 4, 3
_CONTEXTS = _SHOPS * _QUARTERS * _PARTS
_SIZES = LARGEST_BASKET + 1
_CELLS = _CONTEXTS * _SIZES * BINS
# Context: which till or channel (the busiest by themselves), season, part of the day.
_HELD = f"""
WITH {{chosen}}, lines AS (
    SELECT DISTINCT order_key, number, {WHO} AS who, local_on, local_hour,
           hash(place || '/' || channel) AS shop
    FROM (SELECT *, {THING} AS code FROM sale_lines WHERE {GOODS}) JOIN chosen USING (code)
), shops AS (
    SELECT shop, least(row_number() OVER (ORDER BY n DESC, shop), {_SHOPS}) - 1 AS shop_number
    FROM (SELECT shop, count(*) AS n FROM lines GROUP BY 1)
)
SELECT order_key, number,
    ((shop_number * {_QUARTERS} + quarter(local_on) - 1) * {_PARTS}
     + CASE WHEN local_hour < 11 THEN 0 WHEN local_hour < 15 THEN 1 ELSE 2 END) AS context,
    CAST(hash(who) % {BINS} AS BIGINT) AS bin
FROM lines JOIN shops USING (shop) ORDER BY order_key, number
"""


def find(ledger: Ledger) -> Search:
    """Look for pairs; below 200 baskets nothing can be said."""
    weeks = min(WEEKS, ledger.weeks)
    about = {"window_weeks": weeks, "baskets_needed": FEWEST_BASKETS, "baskets": 0}
    if not ledger.products:
        return Search("too_few", about)
    baskets, pairs = _counts(ledger)
    about["baskets"] = int(baskets.every.sum())
    if not weeks or about["baskets"] < FEWEST_BASKETS:
        return Search("too_few", about)
    told = associations(baskets, pairs)
    found = [
        _row(ledger.products[pairs.first[at]], ledger.products[pairs.second[at]], told, int(at))
        for at in np.flatnonzero(told.is_found)
    ]
    asked = int(np.isfinite(told.chance).sum())
    return Search("asked", about | {"asked": asked}, found)


def _counts(ledger: Ledger) -> tuple[Baskets, Pairs]:
    held = _HELD.format(chosen=numbered(ledger.products, "chosen"))
    rows = ledger.columns(held, ledger.since(WEEKS))
    order, product, context, people = (
        rows[name].astype(np.int64) for name in ("order_key", "number", "context", "bin")
    )
    is_first = np.ones(order.size, dtype=np.bool_)
    is_first[1:] = order[1:] != order[:-1]
    sizes = np.diff(np.append(np.flatnonzero(is_first), order.size))
    size = np.repeat(sizes, sizes)
    fits = size <= LARGEST_BASKET
    cell = (context * _SIZES + np.minimum(size, LARGEST_BASKET)) * BINS + people
    shape = (_CONTEXTS, _SIZES, BINS)
    every = np.bincount(cell[is_first & fits], minlength=_CELLS).astype(np.float64)
    count = len(ledger.products)
    holding = np.bincount(product[fits] * _CELLS + cell[fits], minlength=count * _CELLS)
    baskets = Baskets(every.reshape(shape), holding.astype(np.float64).reshape(-1, *shape))
    return baskets, _pairs(order[fits], product[fits], cell[fits], count)


def _pairs(order: Ints, product: Ints, cell: Ints, count: int) -> Pairs:
    """Every two products of an order (rows in order of order and product), counted by cell."""
    keys = [np.empty(0, dtype=np.int64)]
    for apart in range(1, LARGEST_BASKET):
        same = np.flatnonzero(order[apart:] == order[:-apart])
        both = product[same] * count + product[same + apart]
        keys.append(both * _CELLS + cell[same])
    key, counts = np.unique(np.concatenate(keys), return_counts=True)
    both, cells = key // _CELLS, key % _CELLS
    pair, starts, sizes = np.unique(both, return_index=True, return_counts=True)
    enough = np.add.reduceat(counts, starts) >= FEWEST_TOGETHER if pair.size else starts > 0
    kept = np.repeat(enough, sizes)
    return Pairs(
        pair[enough] // count,
        pair[enough] % count,
        np.concatenate(([0], np.cumsum(sizes[enough]))).astype(np.int64),
        cells[kept],
        counts[kept].astype(np.float64),
    )


def _row(one: Product, two: Product, told: Associations, at: int) -> Found:
    """A pair, told from the product that sells more: the one whose buyers are to be asked."""
    is_turned = bool(told.confidence[at] > told.confidence_back[at])
    first, second = (two, one) if is_turned else (one, two)
    shares = (told.confidence, told.without, told.confidence_back, told.without_back)
    with_it, without, back, without_back = (float(share[at]) for share in shares)
    if is_turned:
        with_it, without, back, without_back = back, without_back, with_it, without
    detail = {
        "first": {"name": first.name, "sku": first.sku or None},
        "second": {"name": second.name, "sku": second.sku or None},
        "together": int(told.together[at]),
        "support": round(float(told.support[at]), 6),
        "confidence": round(with_it, 4),
        "without": round(without, 4),
        "confidence_back": round(back, 4),
        "lift": round(float(told.lift[at]), 4),
        "low": round(float(told.low[at]), 4),
        "high": round(float(told.high[at]), 4),
        "odds_ratio": round(float(told.odds_ratio[at]), 4),
        "false_share": float(told.false_share[at]),
    }
    key = "+".join(sorted((one.key, two.key)))
    return Found("association", f"association:{key}", detail)
