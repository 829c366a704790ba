"""What is rung up at the two tills."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from ..exports.square import Receipt, SoldItem
from ..residents import token
from . import catalogue as shelf
from .baskets import Baskets, Missed
from .footfall import is_untold, passers_by, visits_of
from .guests import Guest
from .opening import Period
from .planted import Changes, SellOut, Stock

_TEAM = ("Priya S", "Tom B", "Ewa K", "Marcus L")
_CARDS = ("Visa", "Visa", "MasterCard", "Amex", "")


@dataclass(frozen=True, slots=True)
class Ticket:
    """One payment or refund with its rows."""

    receipt: Receipt
    items: tuple[SoldItem, ...]
    guest: Guest | None
    net_minor: int
    """What was paid, below zero for a refund."""


@dataclass(slots=True)
class Sales:
    """All tickets, and what the customers wanted but did not get."""

    stock: Stock
    missed: dict[SellOut, Missed]
    tickets: list[Ticket] = field(default_factory=list)
    turned_away: int = 0


def sell(rng: Random, guests: list[Guest], period: Period) -> Sales:
    """Return everything sold over the counter in ``period``, in order of time."""
    changes, stock = Changes.over(period), Stock(rng, period)
    baskets = Baskets(rng, changes, stock)
    sales = Sales(stock, baskets.missed)
    known = 0
    for guest in guests:
        if guest.on_till:
            for visit in visits_of(rng, guest, changes, period):
                known += 1
                if not is_untold(visit, period):
                    _ring_up(rng, sales, baskets, *visit, guest)
    strangers, sales.turned_away = passers_by(rng, known, changes, period)
    for visit in strangers:
        if not is_untold(visit, period):
            _ring_up(rng, sales, baskets, *visit, None)
    sales.tickets.sort(key=lambda ticket: (ticket.receipt.at, ticket.receipt.transaction_id))
    return sales


def _ring_up(
    rng: Random, sales: Sales, baskets: Baskets, at: datetime, place: str, guest: Guest | None
) -> None:
    is_loyal = guest is not None and rng.random() < 0.05
    day = at.date()
    items = tuple(
        _sold(baskets.prices, shelf.TILL[sku], pieces, day, is_loyal)
        for sku, pieces in baskets.fill(at, place, guest).items()
    )
    brand = rng.choice(_CARDS)
    receipt = Receipt(
        transaction_id=token(rng, 22),
        payment_id=token(rng, 22),
        at=at,
        location=place,
        customer_id=guest.square_id if guest else "",
        customer_name=guest.resident.full_name if guest else "",
        employee=rng.choice(_TEAM),
        card_brand=brand,
        pan_suffix=f"{int(rng.random() * 10_000):04d}" if brand else "",
    )
    sales.tickets.append(Ticket(receipt, items, guest, sum(item.net_minor for item in items)))
    if rng.random() < 0.006 and not is_loyal:
        sales.tickets.append(_refund(rng, receipt, items, guest))


def _sold(
    prices: shelf.Prices, product: shelf.Product, pieces: int, day: date, is_loyal: bool
) -> SoldItem:
    gross = pieces * prices.at(product, day)
    discount = -round(gross / 10) if is_loyal else 0
    return SoldItem(product.sku, product.name, product.category, pieces, gross, discount)


def _refund(rng: Random, paid: Receipt, items: tuple[SoldItem, ...], guest: Guest | None) -> Ticket:
    """Give the money for one piece of the first row back within the hour."""
    receipt = replace(
        paid,
        transaction_id=token(rng, 22),
        payment_id=token(rng, 22),
        at=paid.at + timedelta(minutes=rng.randint(4, 45)),
        is_refund=True,
    )
    first = items[0]
    piece = replace(first, quantity=-1, gross_minor=-(first.gross_minor // first.quantity))
    return Ticket(receipt, (piece,), guest, piece.net_minor)
