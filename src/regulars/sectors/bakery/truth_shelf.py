"""What was planted on the shelf: sell-outs, products that pull others, rises and falls."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from . import catalogue as shelf
from .baskets import Missed
from .opening import PLACES, STATION_ROAD, Period
from .planted import NO_PULLS, PULLS, Changes, SellOut
from .till import Sales, Ticket

_LATELY = 28
_YEAR = 364


def sell_outs(sales: Sales, period: Period) -> list[dict[str, Any]]:
    """Return the planted sell-outs: what was sold on those days and asked for in vain after."""
    return [_sell_out(sales, one, period) for one in sales.missed]


def _sell_out(sales: Sales, planted: SellOut, period: Period) -> dict[str, Any]:
    gone_at, missed = sales.stock.gone_at[planted], sales.missed[planted]
    since = sales.stock.since[planted]
    sold: Counter[date] = Counter()
    after = 0
    for ticket in sales.tickets:
        at = ticket.receipt.at
        if (
            ticket.receipt.location != planted.place
            or ticket.receipt.is_refund
            or at.weekday() != planted.weekday
            or at.date() < since
        ):
            continue
        day = at.date()
        sold[day] += sum(item.quantity for item in ticket.items if item.sku == planted.sku)
        after += day in gone_at and at >= gone_at[day]
    return {
        "sku": planted.sku,
        "name": shelf.TILL[planted.sku].name,
        "place": planted.place,
        "weekday": planted.weekday,
        "sold_out_from": planted.gone_about.strftime("%H:%M"),
        "since": since.isoformat(),
        "gone_at": {day.isoformat(): at.strftime("%H:%M") for day, at in gone_at.items()},
        "sold_on_days": {day.isoformat(): sold[day] for day in sorted(sold)},
        "asked_for_in_vain": missed.wanted.total(),
        "lost_minor": missed.lost_minor.total(),
        "last_364_days": _lately(missed, gone_at, period, _YEAR),
        "last_28_days": _lately(missed, gone_at, period, _LATELY),
        "tickets_after": after,
    }


def _lately(
    missed: Missed, gone_at: dict[date, Any], period: Period, length_days: int
) -> dict[str, int]:
    first = period.last - timedelta(days=length_days - 1)
    return {
        "days": sum(day >= first for day in gone_at),
        "asked_for_in_vain": sum(n for day, n in missed.wanted.items() if day >= first),
        "lost_minor": sum(n for day, n in missed.lost_minor.items() if day >= first),
    }


def sells_on() -> list[dict[str, Any]]:
    """Return days on which the same products never ran out: no sell-out must be told of them."""
    return [
        {"sku": shelf.SOURDOUGH, "place": place, "weekday": weekday}
        for place in PLACES
        for weekday in range(6)
        if (place, weekday) != (STATION_ROAD, 5)
    ]


def pulls(tickets: list[Ticket]) -> list[dict[str, Any]]:
    """Return the planted product pulls with what the tickets show."""
    baskets = [
        {item.sku for item in ticket.items} for ticket in tickets if not ticket.receipt.is_refund
    ]
    found = []
    for (first, second), (with_it, without) in PULLS.items():
        has_first = sum(first in basket for basket in baskets)
        has_second = sum(second in basket for basket in baskets)
        both = sum(first in basket and second in basket for basket in baskets)
        found.append(
            {
                "from": first,
                "from_name": shelf.TILL[first].name,
                "to": second,
                "to_name": shelf.TILL[second].name,
                "planted_with": with_it,
                "planted_without": without,
                "tickets": len(baskets),
                "tickets_from": has_first,
                "tickets_to": has_second,
                "tickets_both": both,
                "confidence": round(both / has_first, 4),
                "lift": round(both * len(baskets) / (has_first * has_second), 4),
            }
        )
    return found


def no_pulls() -> list[list[str]]:
    """Return pairs of products of which neither pulls the other."""
    return [list(pair) for pair in NO_PULLS]


def trends(tickets: list[Ticket], period: Period) -> list[dict[str, Any]]:
    """Return the planted rise and fall with pieces sold in the last four weeks and before."""
    changes = Changes.over(period)
    planted = (
        (shelf.CINNAMON_BUN, "rising", changes.bun_rises_from),
        (shelf.RYE, "falling", changes.rye_falls_from),
    )
    return [
        {
            "sku": sku,
            "name": shelf.TILL[sku].name,
            "direction": direction,
            "from": since.isoformat(),
            "pieces_last_28_days": _pieces(tickets, sku, _lately_from(period)),
            "pieces_28_days_before_change": _pieces(tickets, sku, since - timedelta(_LATELY)),
            "pieces_28_days_a_year_before": _pieces(
                tickets, sku, _lately_from(period) - timedelta(_YEAR)
            ),
        }
        for sku, direction, since in planted
    ]


def place_trends(tickets: list[Ticket], period: Period) -> list[dict[str, Any]]:
    """Return the planted fall of a place with its takings in the last four weeks and before."""
    since, last = Changes.over(period).station_falls_from, _lately_from(period)
    return [
        {
            "place": STATION_ROAD,
            "direction": "falling",
            "from": since.isoformat(),
            "revenue_last_28_days_minor": _takings(tickets, STATION_ROAD, last),
            "revenue_28_days_before_change_minor": _takings(
                tickets, STATION_ROAD, since - timedelta(_LATELY)
            ),
            "revenue_28_days_a_year_before_minor": _takings(
                tickets, STATION_ROAD, last - timedelta(_YEAR)
            ),
        }
    ]


def not_trends() -> list[dict[str, str]]:
    """Return what comes and goes with the season: neither a rise nor a fall."""
    seasonal = (shelf.TILL[shelf.MINCE_PIE], shelf.TILL[shelf.HOT_CROSS_BUN])
    hamper = shelf.WEB[shelf.HAMPER]
    return [
        {"sku": product.sku, "name": product.name, "why": "season"}
        for product in (*seasonal, hamper)
    ]


def _lately_from(period: Period) -> date:
    return period.last - timedelta(days=_LATELY - 1)


def _pieces(tickets: list[Ticket], sku: str, first: date) -> int:
    return sum(
        item.quantity
        for ticket in _within(tickets, first)
        if not ticket.receipt.is_refund
        for item in ticket.items
        if item.sku == sku
    )


def _takings(tickets: list[Ticket], place: str, first: date) -> int:
    return sum(one.net_minor for one in _within(tickets, first) if one.receipt.location == place)


def _within(tickets: list[Ticket], first: date) -> list[Ticket]:
    start = datetime.combine(first, time.min)
    moments = (start, start + timedelta(days=_LATELY))
    return tickets[slice(*(bisect_left(tickets, at, key=_moment) for at in moments))]


def _moment(ticket: Ticket) -> datetime:
    return ticket.receipt.at
