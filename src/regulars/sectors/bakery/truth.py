"""What was planted, counted from what was written: the sums an import must arrive at."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..exports.google_reviews import Listing
from .guests import Guest
from .opening import HIGH_STREET, STATION_ROAD
from .till import Ticket
from .till_files import TillFaults
from .web_shop import WebOrder


def till_totals(tickets: list[Ticket], faults: TillFaults) -> dict[str, Any]:
    """Return the till's totals: rows that one file holds twice count, what two files both hold
    counts once, and so does the sale whose day lies in the future."""
    paid = [ticket for ticket in tickets if not ticket.receipt.is_refund]
    given_back = [ticket for ticket in tickets if ticket.receipt.is_refund]
    twice, ahead = faults.repeated_lines, faults.future_date["amount_minor"]
    net = sum(ticket.net_minor for ticket in tickets) + ahead
    discount = -sum(item.discount_minor for ticket in paid for item in ticket.items)
    by_place: Counter[str] = Counter()
    for ticket in tickets:
        by_place[ticket.receipt.location] += ticket.net_minor
    by_place[STATION_ROAD] += twice["amount_minor"]
    by_place[HIGH_STREET] += ahead
    return {
        "revenue_minor": net + twice["amount_minor"],
        "revenue_without_repeats_minor": net,
        "discount_minor": discount + twice["discount_minor"],
        "refund_minor": -sum(ticket.net_minor for ticket in given_back),
        "orders": len(paid) + 1,
        "returns": len(given_back),
        "goods_lines": sum(len(ticket.items) for ticket in tickets) + twice["rows"] + 1,
        "known_orders": sum(ticket.guest is not None for ticket in paid),
        "known_people": len({ticket.guest.key for ticket in paid if ticket.guest}),
        "revenue_by_place_minor": dict(by_place),
    }


def web_totals(orders: list[WebOrder]) -> dict[str, Any]:
    """Return the web shop's totals over orders neither cancelled nor waiting for payment."""
    standing = [order for _, order in orders if order.counts]
    return {
        "revenue_minor": sum(order.total_minor - order.refunded_minor for order in standing),
        "discount_minor": sum(order.discount_minor for order in standing),
        "refund_minor": sum(order.refunded_minor for order in standing),
        "postage_minor": sum(order.shipping_minor for order in standing),
        "included_tax_minor": sum(order.included_tax_minor for order in standing),
        "orders": sum(order.total_minor > order.refunded_minor for order in standing),
        "orders_in_file": len(orders),
        "goods_lines": sum(len(order.lines) for _, order in orders),
        "known_people": len({guest.key for guest, order in orders if order.counts}),
        "cancelled": [order.name for _, order in orders if order.cancelled_at],
        "refunded": [order.name for order in standing if order.status == "refunded"],
        "partially_refunded": [
            order.name for order in standing if order.status == "partially_refunded"
        ],
        "pending": [order.name for _, order in orders if order.status == "pending"],
    }


def revenue_by_month(
    tickets: list[Ticket], orders: list[WebOrder], faults: TillFaults
) -> dict[str, int]:
    """Return revenue per local month over both channels."""
    months: Counter[str] = Counter()
    for ticket in tickets:
        at = ticket.receipt.at
        months[f"{at.year}-{at.month:02d}"] += ticket.net_minor
    for _, order in orders:
        if order.counts:
            months[f"{order.at:%Y-%m}"] += order.total_minor - order.refunded_minor
    _, month, year = str(faults.repeated_lines["on"]).split("/")
    months[f"{year}-{month}"] += faults.repeated_lines["amount_minor"]
    months[str(faults.future_date["on"])[:7]] += faults.future_date["amount_minor"]
    return dict(sorted(months.items()))


def reviews(listings: tuple[Listing, ...], troubled: list[Guest]) -> dict[str, Any]:
    """Return counts, mean stars and what still waits for an answer, per place and in all."""
    every = [review for listing in listings for review in listing.reviews]
    return {
        "count": len(every),
        "mean_stars": round(sum(review.stars for review in every) / len(every), 6),
        "unanswered": sum(review.replied_at is None for review in every),
        "by_place": {
            listing.title: {
                "count": len(listing.reviews),
                "stars_sum": sum(review.stars for review in listing.reviews),
                "unanswered": sum(review.replied_at is None for review in listing.reviews),
            }
            for listing in listings
        },
        "best_guests_with_a_problem": [guest.key for guest in troubled],
    }
