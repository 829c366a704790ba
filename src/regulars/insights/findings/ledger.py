"""The sales that searches look through: one version of the mart, one currency, real places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from regulars.insights import scoping
from regulars.insights.metrics.shapes import RELATIONS
from regulars.kernel.windows import DayWindow
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import Condition, Scope

MOST_PRODUCTS = 300
MOST_PLACES = 20
EPOCH = date(1970, 1, 1)
# What makes a line's product one thing: its stock code, else its name (as the metrics have it).
THING = "hash(CASE WHEN sku <> '' THEN sku ELSE name END)"
GOODS = "kind = 'goods' AND NOT is_return AND product_key IS NOT NULL AND quantity > 0"
# Known people by their identifier; a guest is somebody new each time.
WHO = "coalesce(identifier_id, -order_key)"
_YEAR = 364


@dataclass(frozen=True, slots=True)
class Product:
    """A product: its number in searches, what the shop calls it, and what an order of it brings."""

    number: int
    code: int
    key: str
    name: str
    sku: str
    category: str
    order_minor: float
    piece_minor: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its number in searches and its name."""

    number: int
    code: int
    name: str


class Ledger:
    """Questions on the accepted sales of one currency up to ``as_of``, the last complete day."""

    def __init__(self, snapshot: Snapshot, *, as_of: date, currency: str, zone: str) -> None:
        self.snapshot, self.as_of, self.currency, self.zone = snapshot, as_of, currency, zone

    def columns(self, sql: str, first: date, **also: str) -> dict[str, npt.NDArray[Any]]:
        """Answer ``sql`` on `sales` and `sale_lines` from ``first`` on, a NumPy array a column.
        ``also`` names further relations by the mart's table."""
        within = (
            *scoping.days(DayWindow(first, self.as_of)),
            Condition("status", "=", scoping.ACCEPTED),
            Condition("currency", "=", self.currency),
        )
        scopes = {
            name: Scope(RELATIONS[name], within) for name in ("sales", "sale_lines") if name in sql
        } | {name: Scope(table) for name, table in also.items()}
        table = self.snapshot.arrow(sql, scopes)
        return {
            name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names
        }

    def since(self, weeks: int) -> date:
        """The first day of the last ``weeks`` whole weeks, or of all there are if fewer; less than
        a week counts as one."""
        return self.as_of - timedelta(days=7 * max(1, min(weeks, self.weeks)) - 1)

    @cached_property
    def weeks(self) -> int:
        """Whole weeks of sales up to ``as_of``."""
        sql = "SELECT min(local_on) - DATE '1970-01-01' AS first FROM sales"
        first = self.columns(sql, date(1, 1, 1))["first"]
        if first.size == 0 or np.isnan(float(first[0] or np.nan)):
            return 0
        return max(0, (self.day - int(first[0]) + 1) // 7)

    @property
    def day(self) -> int:
        """``as_of`` as a number of days."""
        return (self.as_of - EPOCH).days

    @property
    def minute(self) -> str:
        """SQL for the minute of the local day (0..1439) of a row that tells its hour."""
        noon = datetime.combine(self.as_of, time(12), ZoneInfo(self.zone))
        offset = int((noon.utcoffset() or timedelta()).total_seconds() // 60) % 60
        return (
            "CAST(local_hour AS INTEGER) * 60 + "
            f"CAST((epoch_us(happened_at) // 60000000 + {offset}) % 60 AS INTEGER)"
        )

    @cached_property
    def products(self) -> list[Product]:
        """The products sold most often in the last year, at most 300."""
        sql = f"""
        WITH sold AS (
            SELECT {THING} AS code, order_key, name, sku, category, quantity, amount_minor
            FROM sale_lines WHERE {GOODS}
        ), often AS (
            SELECT code FROM sold GROUP BY code ORDER BY count(*) DESC, code LIMIT {MOST_PRODUCTS}
        ), top AS (
            SELECT code, count(DISTINCT order_key) AS orders, mode(name) AS called,
                   max(sku) AS sku, mode(category) AS category,
                   CAST(sum(amount_minor) AS DOUBLE) AS paid, sum(quantity) AS pieces
            FROM sold SEMI JOIN often USING (code) GROUP BY code
        ), listed AS (
            SELECT {THING} AS code, max(name) AS name FROM products GROUP BY 1
        )
        SELECT top.*, coalesce(listed.name, called) AS name
        FROM top LEFT JOIN listed USING (code) ORDER BY orders DESC, code
        """
        rows = self.columns(sql, self.since(_YEAR // 7), products="products")
        return [
            Product(
                number, int(code), sku or name, name, sku, category, paid / orders, paid / pieces
            )
            for number, (code, orders, sku, category, paid, pieces, name) in enumerate(
                zip(
                    *(rows[one].tolist() for one in _PRODUCT_COLUMNS),
                    strict=True,
                )
            )
        ]

    @cached_property
    def places(self) -> list[Place]:
        """The places with most orders of the last year; sales without a place (a web shop's) are
        one only where no sale has any."""
        sql = f"""
        SELECT hash(place) AS code, place, count(*) AS orders FROM sales WHERE amount_minor > 0
        GROUP BY ALL ORDER BY orders DESC, place LIMIT {MOST_PLACES + 1}
        """
        rows = self.columns(sql, self.since(_YEAR // 7))
        both = list(zip(rows["code"].tolist(), rows["place"].tolist(), strict=True))
        named = [one for one in both if one[1]] or both
        return [Place(n, int(code), name) for n, (code, name) in enumerate(named[:MOST_PLACES])]

    @cached_property
    def tells_times(self) -> bool:
        """Whether most sales carry a time of day."""
        sql = "SELECT count(*) AS n, count(*) FILTER (local_hour IS NULL) AS nil FROM sales"
        rows = self.columns(sql, self.since(_YEAR // 7))
        return bool(rows["nil"][0] * 2 < rows["n"][0])


_PRODUCT_COLUMNS = ("code", "orders", "sku", "category", "paid", "pieces", "name")


class Numbered(Protocol):
    """What has a number in searches, and the hash by which questions know it."""

    @property
    def number(self) -> int: ...

    @property
    def code(self) -> int: ...


def numbered(things: Iterable[Numbered], name: str) -> str:
    """A relation ``name(code, number)`` of these things, as SQL to stand in a WITH clause."""
    rows = ", ".join(f"({one.code}::UBIGINT, {one.number})" for one in things)
    return f"{name}(code, number) AS (SELECT * FROM (VALUES {rows}) AS listed(code, number))"
