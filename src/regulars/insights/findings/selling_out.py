"""Products that are gone before closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from regulars.insights.findings.closing import closing
from regulars.insights.findings.found import Found, Search, money
from regulars.insights.findings.ledger import EPOCH, GOODS, THING, Ledger, numbered
from regulars.science.arrays import Flags, Ints
from regulars.science.sold_out import Days, Stops, closing_minutes, stops

WEEKS = 26
_WEEKS_NEEDED = 8
_WEEKDAYS = 7
_DAYS_LISTED = 8


@dataclass(frozen=True, slots=True)
class _Diary:
    """All orders by place-day: keys of the orders, the clock, dates, and whose closing is set."""

    order_keys: Ints
    days: Days
    on: Ints
    is_set: Flags


def find(ledger: Ledger) -> Search:
    """Look for what sells out; without times of day, or within two months, nothing can be said."""
    weeks = min(WEEKS, ledger.weeks)
    about = {"weeks": ledger.weeks, "weeks_needed": _WEEKS_NEEDED, "window_weeks": weeks}
    if ledger.weeks < _WEEKS_NEEDED or not ledger.places or not ledger.products:
        return Search("too_short", about)
    if not ledger.tells_times:
        return Search("no_times", about)
    diary = _diary(ledger)
    told = stops(diary.days, *_sales(ledger, diary.order_keys))
    found = [_row(ledger, diary, told, int(at), weeks) for at in np.flatnonzero(told.is_found)]
    return Search("asked", about | {"asked": int(told.product.size)}, found)


def _diary(ledger: Ledger) -> _Diary:
    sql = f"""
    WITH {numbered(ledger.places, "places")}
    SELECT order_key, number AS place, local_on - DATE '1970-01-01' AS day,
           local_weekday AS weekday, {ledger.minute} AS minute
    FROM sales JOIN places ON places.code = hash(place)
    WHERE (amount_minor > 0 OR NOT is_priced) AND local_hour IS NOT NULL
    ORDER BY place, day, minute, order_key
    """
    rows = ledger.columns(sql, ledger.since(WEEKS))
    key, place, day, weekday, minute = (rows[name].astype(np.int64) for name in _ORDER)
    starts = np.flatnonzero((np.diff(day, prepend=-1) != 0) | (np.diff(place, prepend=-1) != 0))
    cell = place[starts] * _WEEKDAYS + weekday[starts]
    on, starts = day[starts], np.append(starts, day.size)
    cells = len(ledger.places) * _WEEKDAYS
    closes = closing_minutes(cell, starts, minute, cells)
    is_set = np.zeros(cells, dtype=np.bool_)
    for one in ledger.places:
        for day_number in range(_WEEKDAYS):
            known = closing(one.name, day_number)
            if known is not None:
                at = one.number * _WEEKDAYS + day_number
                closes[at], is_set[at] = known.minute, known.is_set
    return _Diary(key, Days(starts, cell, cells, minute, closes), on, is_set)


_ORDER = ("order_key", "place", "day", "weekday", "minute")


def _sales(ledger: Ledger, order_keys: Ints) -> tuple[Ints, Ints]:
    """Products sold, each with the number of its order in the diary."""
    sql = f"""
    WITH {numbered(ledger.products, "chosen")}
    SELECT DISTINCT number AS product, order_key
    FROM (SELECT *, {THING} AS code FROM sale_lines WHERE {GOODS}) JOIN chosen USING (code)
    """
    rows = ledger.columns(sql, ledger.since(WEEKS))
    product, key = rows["product"].astype(np.int64), rows["order_key"].astype(np.int64)
    ranked = np.argsort(order_keys, kind="stable")
    at = np.minimum(np.searchsorted(order_keys[ranked], key), max(ranked.size - 1, 0))
    order = ranked[at]
    is_known = order_keys[order] == key
    return product[is_known], order[is_known]


def _row(ledger: Ledger, diary: _Diary, told: Stops, at: int, weeks: int) -> Found:
    product = ledger.products[int(told.product[at])]
    place, weekday = divmod(int(told.cell[at]), _WEEKDAYS)
    name = ledger.places[place].name
    a_month = 4 / weeks * product.order_minor
    pieces = 4 / weeks * product.order_minor / product.piece_minor if product.piece_minor else 0.0
    lately = sorted(diary.on[told.is_out[at]].tolist())[-_DAYS_LISTED:]
    detail = {
        "product": product.name,
        "sku": product.sku or None,
        "place": name,
        "weekday": weekday,
        "days": int(told.days[at]),
        "days_out": round(float(told.days_out[at]), 1),
        "days_listed": [(EPOCH + timedelta(days=day)).isoformat() for day in lately],
        "last_sale": clock(float(told.last_minute[at])),
        "closes": clock(float(diary.days.closing[told.cell[at]])),
        "closing_is_set": bool(diary.is_set[told.cell[at]]),
        "share_left": round(float(told.share_left[at]), 4),
        "pieces": round(float(told.lost[at]) * pieces, 1),
        "pieces_low": round(float(told.lost_low[at]) * pieces, 1),
        "pieces_high": round(float(told.lost_high[at]) * pieces, 1),
        "window_weeks": weeks,
        "false_share": float(told.false_share[at]),
    }
    return Found(
        "sold_out",
        f"sold_out:{product.key}:{name}:{weekday}",
        detail,
        money(float(told.lost[at]) * a_month),
        money(float(told.lost_low[at]) * a_month),
        money(float(told.lost_high[at]) * a_month),
    )


def clock(minute: float) -> str:
    """Return a minute of the day as ``HH:MM``."""
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"
