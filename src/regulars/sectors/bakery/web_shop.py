"""The web shop: cakes, hampers and bread boxes by subscription."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from ..exports.shopify import ShopCustomer, ShopLine, ShopOrder
from .catalogue import HAMPER, SUBSCRIPTION, WEB, Product
from .guests import Guest
from .opening import Period

ZONE = ZoneInfo("Europe/London")
_VENDOR = "Rye & Shine"
_POSTAGE_MINOR = 495
_POSTAGE_FREE_FROM_MINOR = 5000
_CODE = "WELCOME10"


@dataclass(slots=True)
class Basket:
    """One wish of one guest before it becomes an order."""

    at: datetime
    guest: Guest
    lines: list[ShopLine]
    is_first: bool = False
    is_subscription: bool = False


WebOrder = tuple[Guest, ShopOrder]


def take_orders(rng: Random, guests: list[Guest], period: Period) -> list[WebOrder]:
    """Return the web orders of ``period`` in order of time, with who placed them."""
    buyers = [guest for guest in guests if guest.on_web]
    baskets: list[Basket] = []
    for guest in buyers:
        baskets += _occasions(rng, guest, period)
    members = rng.sample(buyers, max(2, len(buyers) // 26))
    for guest in members:
        baskets += _subscription(rng, guest, period)
    baskets += _hampers(rng, buyers, period)
    baskets.sort(key=lambda basket: (basket.at, basket.guest.key))
    orders = [
        (basket.guest, _order(rng, 1001 + number, basket)) for number, basket in enumerate(baskets)
    ]
    _plant_outcomes(rng, [order for _, order in orders])
    return orders


def customers(orders: list[WebOrder], guests: list[Guest]) -> list[ShopCustomer]:
    """Return the shop's customers: all guests with an account, ordered or not."""
    by_key = {guest.key: _customer(guest) for guest in guests if guest.on_web}
    for guest, order in orders:
        entry = by_key[guest.key]
        if order.counts:
            entry.orders += 1
            entry.spent_minor += order.total_minor - order.refunded_minor
        if "Subscription" in order.tags and "Subscriber" not in entry.tags:
            entry.tags.append("Subscriber")
    return list(by_key.values())


def _customer(guest: Guest) -> ShopCustomer:
    who = guest.resident
    return ShopCustomer(
        customer_id=guest.shopify_id,
        first_name=who.first_name,
        last_name=who.last_name,
        email=guest.web_email,
        phone=guest.web_phone,
        address=who.address,
        city=who.city,
        zip_code=who.zip_code,
        accepts_email=guest.on_news,
    )


def _evening(rng: Random, day: date) -> datetime:
    hour = rng.choice((8, 10, 12, 13, 16, 18, 19, 20, 20, 21, 22))
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)


def _occasions(rng: Random, guest: Guest, period: Period) -> list[Basket]:
    """Cakes and gifts at the guest's own, slow rhythm."""
    baskets: list[Basket] = []
    gap = rng.uniform(120, 480)
    cursor = guest.starts_on + timedelta(days=int(rng.random() * gap))
    last = guest.leaves_on or period.last
    while cursor <= last:
        lines = _cakes(rng)
        baskets.append(Basket(_evening(rng, cursor), guest, lines, is_first=not baskets))
        cursor += timedelta(days=max(1, int(rng.gammavariate(1.6, gap / 1.6))))
    if not baskets:
        about = guest.starts_on + timedelta(days=rng.randint(0, (last - guest.starts_on).days))
        baskets.append(Basket(_evening(rng, about), guest, _cakes(rng), is_first=True))
    return baskets


def _cakes(rng: Random) -> list[ShopLine]:
    offered = [product for product in WEB.values() if product.weight]
    weights = [product.weight for product in offered]
    picks = rng.choices(offered, weights, k=rng.choice((1, 1, 2, 2, 3)))
    chosen = {product.sku: product for product in picks}
    return [_line(product, 2 if rng.random() < 0.12 else 1) for product in chosen.values()]


def _line(product: Product, pieces: int) -> ShopLine:
    return ShopLine(product.sku, product.name, pieces, product.price_minor)


def _subscription(rng: Random, guest: Guest, period: Period) -> list[Basket]:
    """One bread box every four weeks, until the guest stops it."""
    start = guest.starts_on + timedelta(days=rng.randrange(60))
    last = min(guest.leaves_on or period.last, period.last)
    if rng.random() < 0.4:
        last = min(last, start + timedelta(days=rng.randrange(60, 400)))
    baskets, day = [], start
    while day <= last:
        at = datetime.combine(day, time(9, rng.randrange(20), 0), ZONE)
        lines = [_line(WEB[SUBSCRIPTION], 1)]
        baskets.append(Basket(at, guest, lines, is_subscription=True))
        day += timedelta(days=28)
    return baskets


def _hampers(rng: Random, buyers: list[Guest], period: Period) -> list[Basket]:
    baskets = []
    for year in range(period.first.year, period.last.year + 1):
        days = [date(year, 12, 1) + timedelta(days=shift) for shift in range(18)]
        days = [day for day in days if period.first <= day <= period.last]
        for guest in buyers:
            if days and rng.random() < 0.17 and _is_about(guest, days[-1]):
                lines = [_line(WEB[HAMPER], rng.choice((1, 1, 1, 2))), *_cakes(rng)[:1]]
                baskets.append(Basket(_evening(rng, rng.choice(days)), guest, lines))
    return baskets


def _is_about(guest: Guest, day: date) -> bool:
    return guest.starts_on <= day and (guest.leaves_on is None or guest.leaves_on >= day)


def _order(rng: Random, number: int, basket: Basket) -> ShopOrder:
    guest, who = basket.guest, basket.guest.resident
    goods = sum(line.amount_minor for line in basket.lines)
    has_code = basket.is_first and guest.on_news and rng.random() < 0.5
    discount = round(goods / 10) if has_code else 0
    is_delivered = basket.is_subscription or rng.random() < 0.45
    postage = _POSTAGE_MINOR if is_delivered and goods < _POSTAGE_FREE_FROM_MINOR else 0
    hampers = sum(line.amount_minor for line in basket.lines if line.sku == HAMPER)
    return ShopOrder(
        name=f"#{number}",
        order_id=str(rng.randint(5_000_000_000_000, 5_999_999_999_999)),
        at=basket.at,
        email=guest.web_email,
        full_name=who.full_name,
        phone=guest.web_phone,
        address=who.address,
        city=who.city,
        zip_code=who.zip_code,
        lines=basket.lines,
        shipping_minor=postage,
        included_tax_minor=round(hampers * (0.9 if has_code else 1) / 6),
        discount_code=_CODE if has_code else "",
        discount_minor=discount,
        accepts_marketing=guest.on_news,
        tags="Subscription" if basket.is_subscription else "",
        source="subscription_contract" if basket.is_subscription else "web",
        vendor=_VENDOR,
        notes="Ring the bell,\nplease" if rng.random() < 0.02 else "",
    )


def _plant_outcomes(rng: Random, orders: list[ShopOrder]) -> None:
    """Cancel, refund and leave unpaid a few, at fixed places of the list so that each occurs."""
    for place, order in enumerate(orders):
        later = order.at + timedelta(hours=rng.randint(1, 30))
        match place % 83:
            case 11:
                order.status, order.cancelled_at = "voided", later
            case 37:
                order.status, order.refunded_minor = "refunded", order.total_minor
            case 53:
                order.status = "partially_refunded"
                order.refunded_minor = min(order.lines[0].price_minor, order.subtotal_minor)
            case 71:
                order.status, order.cancelled_at = "refunded", later
                order.refunded_minor = order.total_minor
            case _:
                pass
    for order in orders[-3:-1]:
        order.status, order.cancelled_at, order.refunded_minor = "pending", None, 0
