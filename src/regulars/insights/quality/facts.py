"""What the mart says about its own facts, asked once per version of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from regulars.accounts.actors import Actor
from regulars.accounts.models import Business
from regulars.insights import figures, opening
from regulars.kernel import clock
from regulars.kernel.money import exponent
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import Condition, Scope

_ACCEPTED = (Condition("status", "=", "accepted"),)

_BY_IMPORT = """
SELECT import_id, currency, count(*) AS n, count(*) FILTER (NOT is_priced) AS unpriced,
       count(*) FILTER (local_on > DATE '{today}') AS future,
       coalesce(sum(amount_minor) FILTER (local_on > DATE '{today}'), 0) AS future_minor,
       coalesce(sum(amount_minor), 0) AS amount_minor,
       min(local_on) AS first_on,
       max(local_on) FILTER (local_on <= DATE '{today}') AS last_on
FROM accepted GROUP BY 1, 2
"""
_DAYS_OF = """
SELECT import_id, count(*) AS n, max(local_on) FILTER (local_on <= DATE '{today}') AS last_on,
       count(*) FILTER (local_on > DATE '{today}') AS future
FROM told GROUP BY 1
"""
_CATEGORIES = """
SELECT CASE WHEN category = '' THEN name ELSE '' END AS name, category = '' AS is_bare,
       count(*) AS n, coalesce(sum(amount_minor), 0) AS amount_minor
FROM goods GROUP BY 1, 2 ORDER BY 4 DESC
"""
_REPEATS = """
SELECT import_id, count(*) AS n, coalesce(sum(amount_minor), 0) AS amount_minor
FROM goods WHERE is_repeat GROUP BY 1
"""
_REACH = """
SELECT count(*) AS people, count(*) FILTER (has_email) AS by_email,
       count(*) FILTER (has_phone) AS by_phone, count(*) FILTER (has_email OR has_phone) AS any
FROM (SELECT profile_id, bool_or(kind = 'email') AS has_email, bool_or(kind = 'phone') AS has_phone
      FROM identifiers GROUP BY 1)
"""
_PLACE_DAYS = """
SELECT place, local_on, sum(amount_minor) AS amount_minor FROM accepted GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts of facts: orders by import and currency, other kinds by import, goods without a
    category, repeats, how people can be reached, and what each place took on each day."""

    today: date
    as_of: date | None
    orders: list[dict[str, Any]]
    others: dict[str, list[dict[str, Any]]]
    goods: list[dict[str, Any]]
    repeats: dict[int, dict[str, Any]]
    reach: dict[str, int]
    takings: dict[str, dict[date, int]]
    anonymous: list[dict[str, Any]] = field(default_factory=list)
    anonymous_months: list[dict[str, Any]] = field(default_factory=list)
    average_order: dict[str, Any] = field(default_factory=dict)

    @property
    def order_count(self) -> int:
        """Accepted orders and returns."""
        return sum(row["n"] for row in self.orders)

    def orders_in(self, currency: str) -> int:
        """How many of them are in ``currency``."""
        return sum(row["n"] for row in self.orders if row["currency"] == currency)


def gather(actor: Actor, business: Business) -> Facts:
    """Everything the checks need of the mart; a page asks once, a version of the mart too."""
    snapshot = figures.engine().snapshot()
    today = clock.today(business.timezone)
    key = ("quality", today, business.currency)
    return snapshot.remembered(key, lambda: _gather(actor, business, snapshot, today))


def _gather(actor: Actor, business: Business, snapshot: Snapshot, today: date) -> Facts:
    as_of = snapshot.manifest.as_of
    in_money = Condition("currency", "=", business.currency)
    accepted = Scope("orders", _ACCEPTED)
    goods = Scope("order_lines", (*_ACCEPTED, in_money, Condition("kind", "=", "goods")))
    first = (as_of or today) - timedelta(days=opening.DAYS_LOOKED_AT - 1)
    lately = Scope(
        "orders", (*_ACCEPTED, Condition("local_on", ">=", first), Condition("place", "<>", ""))
    )
    takings: dict[str, dict[date, int]] = {}
    for row in snapshot.run(_PLACE_DAYS, {"accepted": lately}).dicts():
        takings.setdefault(row["place"], {})[row["local_on"]] = row["amount_minor"]
    by_import = _BY_IMPORT.format(today=today)
    repeats = snapshot.run(_REPEATS, {"goods": goods}).dicts()
    return Facts(
        today,
        as_of,
        snapshot.run(by_import, {"accepted": accepted}).dicts(),
        {
            table: snapshot.run(_DAYS_OF.format(today=today), {"told": Scope(table)}).dicts()
            for table in ("bookings", "feedback", "events")
        },
        snapshot.run(_CATEGORIES, {"goods": goods}).dicts(),
        {row["import_id"]: row for row in repeats},
        snapshot.run(_REACH, {"identifiers": Scope("identifiers")}).dicts()[0],
        takings,
        **_asked(actor, snapshot, as_of),
    )


def _asked(actor: Actor, snapshot: Snapshot, as_of: date | None) -> dict[str, Any]:
    """Figures of the registry: the share of orders that are nobody's, and the mean order."""
    if as_of is None:
        return {}

    def ask(name: str, by: list[str], first: date | None = None) -> list[dict[str, Any]]:
        found = figures.ask(
            actor, metrics=[name], first=first, last=as_of, by=by, snapshot=snapshot
        )
        rows: list[dict[str, Any]] = found["rows"]
        return rows

    year = (as_of - timedelta(days=365)).replace(day=1)
    [mean] = ask("average_order_value", [])
    return {
        "anonymous": ask("anonymous_share", ["place"]),
        "anonymous_months": ask("anonymous_share", ["month"], year),
        "average_order": mean,
    }


def worth(facts: Facts, orders: int, currency: str) -> tuple[int | None, int | None, int | None]:
    """What so many orders would be worth in minor units, with the interval of the mean order."""
    scale = 10 ** exponent(currency)
    mean = facts.average_order

    def times(value: float | None) -> int | None:
        return None if value is None else round(value * orders * scale)

    if not mean:
        return None, None, None
    return times(mean["value"]), times(mean["low"]), times(mean["high"])
