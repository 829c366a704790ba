"""A small named world, random worlds, and plain-Python answers to every metric on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

import pyarrow as pa

from regulars.mart.contracts import arrow_schema
from regulars.mart.tables import TABLES
from regulars.mart.writer import MartWriter

REVENUE = {"goods", "postage", "fee", "discount", "refund"}
GOODS = {"goods", "discount", "refund"}
START = date(2024, 1, 1)  # a Monday


@dataclass
class Order:
    day: int
    person: int | None
    lines: list[tuple[str, int, int]]  # kind, amount, product
    hour: int = 12
    place: str = "High Street"
    channel: str = "till"
    currency: str = "GBP"
    status: str = "accepted"

    @property
    def on(self) -> date:
        return START + timedelta(days=self.day)

    @property
    def at(self) -> datetime:
        return datetime(self.on.year, self.on.month, self.on.day, self.hour, tzinfo=UTC)

    def sum(self, kinds: set[str]) -> int:
        return sum(amount for kind, amount, _ in self.lines if kind in kinds)

    @property
    def amount(self) -> int:
        return self.sum(REVENUE)

    @property
    def pieces(self) -> int:
        return sum(-1 if amount < 0 else 1 for kind, amount, _ in self.lines if kind == "goods")

    @property
    def refund(self) -> int:
        return -self.amount if self.amount < 0 else -self.sum({"refund"})


@dataclass
class World:
    orders: list[Order]
    owners: dict[int, int]  # identifier → profile
    reviews: list[tuple[int, int | None, int, str]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)  # rows of the mart's bookings


def visit(
    key: int, day: int, hour: int, status: str, person: int | None, ahead: int | None, nights: int,
    party: int | None, price: int | None, channel: str, staff: str, currency: str,
) -> dict[str, Any]:  # fmt: skip
    on = START + timedelta(days=day)
    starts = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    return {
        "booking_key": key * 7919 - 31_000,
        "identifier_id": person,
        "booked_at": None if ahead is None else starts - timedelta(hours=ahead),
        "starts_at": starts,
        "local_on": on,
        "local_hour": hour,
        "local_weekday": on.weekday(),
        "ends_at": starts + timedelta(days=nights) if nights else None,
        "what": "Cut" if key % 2 else "Colour",
        "status": status,
        "party": party,
        "amount_minor": price,
        "currency": currency,
        "place": "Market" if key % 3 else "High Street",
        "channel": channel,
        "staff": staff,
    }


def batch(table: str, rows: list[dict[str, Any]]) -> pa.RecordBatch:
    schema = arrow_schema(TABLES[table])
    blank = {"string": "", "bool": False, "double": 0.0}
    full = []
    for row in rows:
        full.append(
            {
                c.name: row.get(c.name, None if c.nullable else blank.get(c.type, 0))
                for c in TABLES[table].columns
            }
        )
    return pa.RecordBatch.from_pylist(full, schema=schema)


def order_rows(world: World) -> list[dict[str, Any]]:
    return [
        _when(order)
        | {
            "order_key": key * 1_000_003 - 5_000_000,
            "amount_minor": order.amount,
            "goods_minor": order.sum(GOODS),
            "refund_minor": order.refund,
            "discount_minor": -order.sum({"discount"}),
        }
        for key, order in enumerate(world.orders)
    ]


def line_rows(world: World) -> list[dict[str, Any]]:
    rows = []
    for key, order in enumerate(world.orders):
        for number, (kind, amount, product) in enumerate(order.lines):
            named = {
                "product_key": product,
                "sku": f"S{product}",
                "name": f"Product {product}",
                "category": "bread" if product % 2 else "cake",
            }
            rows.append(
                _when(order)
                | (named if kind == "goods" else {})
                | {
                    "line_key": key * 100 + number,
                    "order_key": key * 1_000_003 - 5_000_000,
                    "kind": kind,
                    "amount_minor": amount,
                    "quantity": -1.0 if amount < 0 else 1.0,
                }
            )
    return rows


def _when(order: Order) -> dict[str, Any]:
    return {
        "identifier_id": order.person,
        "happened_at": order.at,
        "local_on": order.on,
        "local_hour": order.hour,
        "local_weekday": order.on.weekday(),
        "place": order.place,
        "channel": order.channel,
        "currency": order.currency,
        "status": order.status,
        "is_return": order.amount < 0,
        "is_priced": True,
    }


def tables_of(world: World) -> dict[str, list[dict[str, Any]]]:
    reviews = [
        {
            "feedback_key": key,
            "happened_at": datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=day),
            "local_on": START + timedelta(days=day),
            "rating": rating,
            "rating_max": top,
            "stars": None if rating is None else min(5, max(1, int(rating * 5 / top + 0.5))),
            "origin": origin,
            "place": "High Street",
        }
        for key, (day, rating, top, origin) in enumerate(world.reviews)
    ]
    owners = [{"identifier_id": i, "profile_id": p} for i, p in world.owners.items()]
    return {
        "orders": order_rows(world),
        "order_lines": line_rows(world),
        "identifiers": owners,
        "feedback": reviews,
        "bookings": world.visits,
    }


def lay(folder: Path, world: World, today: date = date(2025, 1, 1)) -> Path:
    with MartWriter(folder) as writer:
        writer.rebuild()
        for name, rows in tables_of(world).items():
            writer.append(name, [batch(name, rows)])
        writer.publish(today=today)
    return folder


# ---- plain answers -------------------------------------------------------------------------

Key = tuple[Any, ...]


def dimension(name: str, order: Order) -> Any:
    return {
        "day": order.on.isoformat(),
        "week": (order.on - timedelta(days=order.on.weekday())).isoformat(),
        "month": order.on.isoformat()[:7],
        "hour": order.hour,
        "weekday": order.on.weekday(),
        "place": order.place,
        "channel": order.channel,
    }[name]


@dataclass
class Plain:
    world: World
    first: date
    last: date

    def live(self) -> list[Order]:
        return [o for o in self.world.orders if o.status == "accepted" and o.currency == "GBP"]

    def within(self) -> list[Order]:
        return [o for o in self.live() if self.first <= o.on <= self.last]

    def owner(self, order: Order) -> int | None:
        return None if order.person is None else self.world.owners[order.person]

    def bought(self, orders: list[Order]) -> list[Order]:
        return [o for o in orders if o.amount > 0 and o.person is not None]

    def firsts(self) -> dict[int, Order]:
        found: dict[int, Order] = {}
        for order in sorted(self.bought(self.live()), key=lambda o: o.at):
            found.setdefault(self.owner(order) or 0, order)
        return found

    def groups(self, by: Key, orders: list[Order]) -> dict[Key, list[Order]]:
        found: dict[Key, list[Order]] = defaultdict(list)
        for order in orders:
            found[tuple(dimension(name, order) for name in by)].append(order)
        return found or ({} if by else {(): []})

    def answer(self, metric: str, by: Key) -> dict[Key, float | None]:
        within = self.within()
        people = self.bought(within)
        sums: dict[str, Callable[[list[Order]], float | None]] = {
            "revenue": lambda g: sum(o.amount for o in g),
            "goods_revenue": lambda g: sum(o.sum(GOODS) for o in g),
            "refunds": lambda g: sum(o.refund for o in g),
            "discounts": lambda g: -sum(o.sum({"discount"}) for o in g),
            "orders": lambda g: sum(o.amount > 0 for o in g),
            "pieces": lambda g: sum(o.pieces for o in g),
            "average_order_value": lambda g: _ratio(
                sum(o.amount for o in g), sum(o.amount > 0 for o in g)
            ),
            "refund_rate": lambda g: _ratio(
                sum(o.refund for o in g), sum(o.refund + o.amount for o in g)
            ),
            "anonymous_share": lambda g: _ratio(
                sum(o.amount > 0 and o.person is None for o in g), sum(o.amount > 0 for o in g)
            ),
        }
        if metric in sums:
            return {k: sums[metric](g) for k, g in self.groups(by, within).items()}
        if metric == "customers":
            return {k: len({self.owner(o) for o in g}) for k, g in self.groups(by, people).items()}
        if metric == "repeat_purchase_rate":
            return {k: self.repeaters(g) for k, g in self.groups(by, people).items()}
        if metric == "purchase_interval":
            return {k: self.interval(g) for k, g in self.groups(by, people).items()}
        if metric == "new_customers":
            new = [o for o in self.firsts().values() if self.first <= o.on <= self.last]
            return {k: len(g) for k, g in self.groups(by, new).items()}
        assert metric == "returning_customers"
        assert not by
        return {(): self.returning(people)}

    def returning(self, people: list[Order]) -> int:
        first_on = {person: order.on for person, order in self.firsts().items()}
        return len({p for p in map(self.owner, people) if p and first_on[p] < self.first})

    def repeaters(self, group: list[Order]) -> float | None:
        count: dict[int | None, int] = defaultdict(int)
        for order in group:
            count[self.owner(order)] += 1
        return _ratio(sum(n > 1 for n in count.values()), len(count))

    def interval(self, group: list[Order]) -> float | None:
        days: dict[int | None, set[date]] = defaultdict(set)
        for order in group:
            days[self.owner(order)].add(order.on)
        gaps = [(max(d) - min(d)).days / (len(d) - 1) for d in days.values() if len(d) > 1]
        return median(gaps) if gaps else None

    def retention(self, shift: int) -> float | None:
        move = timedelta(days=shift)
        earlier = Plain(self.world, self.first - move, self.last - move)
        then = {self.owner(o) for o in self.bought(earlier.within())}
        now = {self.owner(o) for o in self.bought(self.within())}
        return _ratio(len(then & now), len(then))

    def stars(self) -> float | None:
        rated = [5 * r / top for _, r, top, _ in self.world.reviews if r is not None]
        return mean(rated) if rated else None


def _ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom > 0 else None


def named_world() -> World:
    """Ada and Bea are regulars, Cy has two identifiers, a guest, a return, a euro order."""
    bread, cake = 1, 2
    orders = [
        Order(0, 1, [("goods", 500, bread), ("postage", 250, 0)], hour=9),
        Order(1, 3, [("goods", 300, bread)], place="Market"),
        Order(7, 1, [("goods", 700, cake), ("discount", -100, 0), ("tax", 120, 0)]),
        Order(8, 2, [("goods", 400, bread)], channel="web"),
        Order(9, None, [("goods", 150, bread), ("tip", 50, 0)]),
        Order(9, 1, [("goods", -500, bread)]),
        Order(10, 4, [("goods", 900, cake)], place="Market", channel="web"),
        Order(10, 3, [("goods", 600, cake), ("refund", -200, 0)], hour=17),
        Order(11, 5, [("goods", 999, cake)], currency="EUR"),
        Order(12, 5, [("goods", 999, cake)], status="cancelled"),
        Order(14, 4, [("goods", 200, bread)]),
        Order(35, 2, [("goods", 350, bread)], hour=8),
    ]
    owners = {1: 1, 2: 2, 3: 3, 4: 3, 5: 4}
    reviews = [
        (0, 5, 5, "google"),
        (3, 8, 10, "booking"),
        (4, None, 5, "google"),
        (9, 2, 5, "google"),
    ]
    return World(orders, owners, reviews)
