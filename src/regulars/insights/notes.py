"""What the reader of a figure should know: money left out, prices not told, data grown old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regulars.kernel import clock
from regulars.kernel.declarations import Metric
from regulars.kernel.telling import told, told_count
from regulars.kernel.units import Unit
from regulars.kernel.windows import DayWindow
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import Condition, Scope

from . import scoping
from .registry_of_visits import VISITS
from .scoping import Request

STALE_DAYS = 7


def notes(snapshot: Snapshot, chosen: Iterable[Metric], request: Request, zone: str) -> list[str]:
    """Return the sentences that belong below figures of ``chosen`` metrics."""
    said = []
    if any("channel" in metric.dimensions and metric not in VISITS for metric in chosen):
        said += _other_money(snapshot, request)
    if any(metric.unit is Unit.MONEY for metric in chosen):
        said += _unpriced(snapshot, request)
    as_of = snapshot.manifest.as_of
    if as_of is not None:
        age = (clock.today(zone) - as_of).days
        if age > STALE_DAYS:
            said.append(told("The data ends on %(day)s, %(n)s days ago.", day=as_of, n=age))
    return said


def left_out(snapshot: Snapshot, window: DayWindow, currency: str) -> list[str]:
    """Say which orders of ``window`` no figure of money holds: those in other currencies, and
    those whose file tells no prices. Asked once per version of the mart."""
    request = Request(window, (), currency)
    return [*_other_money(snapshot, request), *_unpriced(snapshot, request)]


@dataclass(frozen=True, slots=True)
class Told:
    """How many accepted orders of a window came with prices, and how many without."""

    priced: int
    unpriced: int


def priced(snapshot: Snapshot, request: Request) -> Told:
    """Return how many accepted orders of the window came with prices and without."""

    def count() -> Told:
        within = (*scoping.days(request.window), Condition("status", "=", scoping.ACCEPTED))
        sql = "SELECT count(*) FILTER (is_priced), count(*) FILTER (NOT is_priced) FROM told"
        return Told(*snapshot.run(sql, {"told": Scope("orders", within)}).rows[0])

    return snapshot.remembered(("priced", request.window), count)


def _unpriced(snapshot: Snapshot, request: Request) -> list[str]:
    """Say how many orders of the window come without prices, as money cannot know of them."""
    count = priced(snapshot, request).unpriced
    if not count:
        return []
    return [
        told_count(
            "%(n)s order came without prices; its money is not known.",
            "%(n)s orders came without prices; their money is not known.",
            count,
        )
    ]


def _other_money(snapshot: Snapshot, request: Request) -> list[str]:
    """Say which orders of the window are in other currencies, as they are not in the figures."""
    sql = "SELECT currency, count(*) FROM others GROUP BY 1 ORDER BY 1"
    accepted = Condition("status", "=", scoping.ACCEPTED)
    other = Condition("currency", "<>", request.currency)
    key = ("other money", request.currency)
    anywhere = snapshot.remembered(
        key, lambda: snapshot.run(sql, {"others": Scope("orders", (accepted, other))}).rows
    )
    if not anywhere:
        return []
    within = (*scoping.days(request.window), accepted, other)
    found = snapshot.remembered(
        (*key, request.window), lambda: snapshot.run(sql, {"others": Scope("orders", within)}).rows
    )
    return [
        told_count(
            "%(n)s order in %(code)s is not in the figures of sales: they hold orders in %(own)s.",
            "%(n)s orders in %(code)s are not in the figures of sales: they hold orders in "
            "%(own)s.",
            count,
            own=request.currency,
            code=code or told("an unknown currency"),
        )
        for code, count in found
    ]
