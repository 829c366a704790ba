"""Writes a boutique's exports: Shopify orders and customers, and the shop's Square till."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from ..exports import shopify
from ..exports.square import ITEMS_HEADER, Receipt, SoldItem, item_row
from ..exports.tables import write_csv
from ..residents import Resident, make_residents, token
from ..small_world import at, begin, rhythm, write_truth

_ZONE = ZoneInfo("Europe/London")
# The size that runs small comes back.
RETURNED = ("DR-LIN-10", "Linen dress, size 10")
RETURNED_SHARE, USUAL_SHARE = 0.35, 0.04
_GOODS = (
    (*RETURNED, 8900), ("DR-LIN-14", "Linen dress, size 14", 8900),
    ("SH-COT", "Cotton shirt", 5400), ("JU-MER", "Merino jumper", 9800),
    ("SC-SLK", "Silk scarf", 3900),
    ("TR-WID", "Wide trousers", 7600), ("BA-CAN", "Canvas bag", 2800),
    ("SO-WOL", "Wool socks", 1400), ("CA-SOY", "Soy candle", 2200),
    ("EA-HOO", "Hoop earrings", 3200),
)  # fmt: skip
_CATEGORY = {"DR": "Dresses", "SH": "Tops", "JU": "Knitwear", "TR": "Trousers"}
PLACE = "Market Square"
# Of the people who came first in a sale, few come back: the code draws bargain hunters.
SALE_CODE, SALE_DAYS, SALE_COMES_BACK = "CLEAROUT40", 21, 0.15


def simulate(
    folder: Path, *, seed: int = 7, people: int = 400, first_day: date, last_day: date
) -> list[Path]:
    """Write web orders, their customers and the till's items; equal arguments, equal bytes."""
    rng = begin(folder, seed, people, first_day, last_day)
    residents = make_residents(rng, people)
    shoppers = [_shopper(rng, who) for who in residents]
    sale_from = first_day + timedelta(days=(last_day - first_day).days // 2)
    wishes: list[tuple[datetime, Resident, shopify.ShopCustomer]] = []
    hunters: list[str] = []
    for number, (who, shopper) in enumerate(zip(residents, shoppers, strict=True)):
        days = rhythm(rng, first_day, last_day, 75, 420)
        if number % 8 == 7:
            # One in eight found the shop by the clear-out.
            first = sale_from + timedelta(days=rng.randrange(SALE_DAYS))
            later = [day for day in days if day > first]
            days = [first, *(later if rng.random() < SALE_COMES_BACK else [])]
            hunters.append(who.email)
        wishes += [(at(rng, day, range(8, 23)).replace(tzinfo=_ZONE), who, shopper) for day in days]
    wishes.sort(key=lambda wish: (wish[0], wish[2].email))
    orders = []
    for number, (moment, who, shopper) in enumerate(wishes):
        in_sale = who.email in hunters and moment.date() < sale_from + timedelta(days=SALE_DAYS)
        order = _order(rng, f"#{2001 + number}", moment, who, shopper, in_sale)
        _settle(rng, order, number)
        if order.counts:
            shopper.orders += 1
            shopper.spent_minor += order.total_minor - order.refunded_minor
        orders.append(order)
    counter = _counter(rng, people, first_day, last_day)
    truths = {
        "returned": {"sku": RETURNED[0], "share": RETURNED_SHARE, "elsewhere": USUAL_SHARE},
        "sale": {
            "from": sale_from.isoformat(),
            "to": (sale_from + timedelta(days=SALE_DAYS - 1)).isoformat(),
            "new_people": len(hunters),
            "comes_back": SALE_COMES_BACK,
        },
    }
    return _write(folder, seed, orders, shoppers, counter, truths)


def _shopper(rng: Random, who: Resident) -> shopify.ShopCustomer:
    return shopify.ShopCustomer(
        customer_id=str(rng.randint(6_000_000_000_000, 9_999_999_999_999)),
        first_name=who.first_name,
        last_name=who.last_name,
        email=who.email,
        phone=who.phone if rng.random() < 0.6 else "",
        address=who.address,
        city=who.city,
        zip_code=who.zip_code,
        accepts_email=rng.random() < 0.55,
    )


def _order(
    rng: Random,
    name: str,
    moment: datetime,
    who: Resident,
    shopper: shopify.ShopCustomer,
    in_sale: bool,
) -> shopify.ShopOrder:
    picks = {pick[0]: pick for pick in rng.choices(_GOODS, k=rng.choice((1, 1, 1, 2, 2, 3)))}
    lines = [
        shopify.ShopLine(sku, title, 1 + (price < 3000 and rng.random() < 0.2), price)
        for sku, title, price in picks.values()
    ]
    goods = sum(line.amount_minor for line in lines)
    code = SALE_CODE if in_sale else "SUMMER15" if rng.random() < 0.08 else ""
    discount = round(goods * (0.4 if in_sale else 0.15)) if code else 0
    return shopify.ShopOrder(
        name=name,
        order_id=str(rng.randint(5_000_000_000_000, 5_999_999_999_999)),
        at=moment,
        email=who.email,
        full_name=who.full_name,
        phone=shopper.phone,
        address=who.address,
        city=who.city,
        zip_code=who.zip_code,
        lines=lines,
        shipping_minor=0 if goods >= 7500 else 395,
        included_tax_minor=round((goods - discount) / 6),
        discount_code=code,
        discount_minor=discount,
        accepts_marketing=shopper.accepts_email,
        vendor="Thread & Thistle",
    )


def _settle(rng: Random, order: shopify.ShopOrder, number: int) -> None:
    """Send one web order in forty back in full, one in twelve in part; cancel one in sixty."""
    if number % 60 == 17:
        order.status = "voided"
        order.cancelled_at = order.at + timedelta(hours=rng.randint(1, 20))
    elif number % 40 == 9:
        order.status, order.refunded_minor = "refunded", order.total_minor
    elif number % 12 == 4:
        order.status = "partially_refunded"
        order.refunded_minor = min(order.lines[0].price_minor, order.subtotal_minor)


Sale = tuple[Receipt, list[SoldItem]]


def _counter(rng: Random, people: int, first_day: date, last_day: date) -> list[Sale]:
    """What the shop itself sells to people nobody knows, and what they bring back."""
    sold: list[Sale] = []
    for _ in range(people * 6):
        day = first_day + timedelta(days=rng.randrange((last_day - first_day).days + 1))
        if day.weekday() == 6:
            continue
        picks = {pick[0]: pick for pick in rng.choices(_GOODS, k=rng.choice((1, 1, 2)))}
        items = [
            SoldItem(sku, title, _CATEGORY.get(sku[:2], "Accessories"), 1, price)
            for sku, title, price in picks.values()
        ]
        moment = at(rng, day, range(10, 18))
        sold.append((Receipt(token(rng, 22), token(rng, 22), moment, PLACE), items))
        backs = (_brought_back(rng, moment, item, last_day) for item in items)
        sold += [back for back in backs if back is not None]
    return sold


def _brought_back(rng: Random, bought: datetime, item: SoldItem, last_day: date) -> Sale | None:
    is_small = item.sku == RETURNED[0]
    if rng.random() >= (RETURNED_SHARE if is_small else USUAL_SHARE):
        return None
    moment = at(rng, bought.date() + timedelta(days=rng.randint(1, 12)), range(10, 18))
    if moment.date() > last_day or moment.weekday() == 6:
        return None
    receipt = Receipt(token(rng, 22), token(rng, 22), moment, PLACE, is_refund=True)
    return receipt, [replace(item, quantity=-1, gross_minor=-item.gross_minor)]


def _write(
    folder: Path,
    seed: int,
    orders: list[shopify.ShopOrder],
    shoppers: list[shopify.ShopCustomer],
    counter: list[Sale],
    truths: Mapping[str, object],
) -> list[Path]:
    sold, known = folder / "orders_export.csv", folder / "customers_export.csv"
    till = folder / "items-market-square.csv"
    counter.sort(key=lambda sale: (sale[0].at, sale[0].transaction_id))
    written = (row for order in reversed(orders) for row in shopify.order_rows(order))
    rung = (item_row(receipt, item) for receipt, items in reversed(counter) for item in items)
    rows = {
        sold: write_csv(sold, shopify.ORDERS_HEADER, written),
        known: write_csv(known, shopify.CUSTOMERS_HEADER, map(shopify.customer_row, shoppers)),
        till: write_csv(till, ITEMS_HEADER, rung),
    }
    standing = [order for order in orders if order.counts]
    web = sum(order.total_minor - order.refunded_minor for order in standing)
    shop = sum(item.net_minor for _, items in counter for item in items)
    totals = {
        "revenue_minor": web + shop,
        "counter_minor": shop,
        "refund_minor": sum(order.refunded_minor for order in standing),
        "postage_minor": sum(order.shipping_minor for order in standing),
        "orders": sum(order.total_minor > order.refunded_minor for order in standing)
        + sum(not receipt.is_refund for receipt, _ in counter),
        "orders_in_file": len(orders),
        "people": len(shoppers),
    }
    return write_truth(folder, pack="retail", seed=seed, rows=rows, totals=totals, truths=truths)
