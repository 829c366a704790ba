"""Orders as a list: the mart's rows, newest first, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from regulars.accounts.actors import Actor
from regulars.insights import figures
from regulars.kernel.errors import WrongUse
from regulars.kernel.money import to_major
from regulars.kernel.telling import told
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import Condition, OneRow, Scope

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_KEY = 2**63

# One column says from which instant on the page's rows lie, so that the others are read there only.
_PAGE = """
WITH cut AS (
    SELECT happened_at FROM matching WHERE {after} ORDER BY happened_at DESC LIMIT {limit}
), page AS (
    SELECT * FROM matching
    WHERE {after} AND happened_at >= (SELECT min(happened_at) FROM cut)
    ORDER BY happened_at DESC, order_key DESC LIMIT {limit}
)
SELECT o.order_key, epoch_us(o.happened_at) AS happened_us, o.external_id, i.profile_id,
       o.local_on, o.place, o.channel, o.currency, o.status, o.is_return, o.is_priced,
       o.amount_minor, o.goods_minor, o.refund_minor, o.discount_minor, o.tax_minor,
       o.tip_minor, o.line_count, o.import_id
FROM page o LEFT JOIN identifiers i USING (identifier_id)
ORDER BY o.happened_at DESC, o.order_key DESC
"""
_TABLE = """
SELECT o.*, i.profile_id FROM matching o LEFT JOIN identifiers i USING (identifier_id)
ORDER BY o.happened_at DESC, o.order_key DESC
"""
_OF_PERSON = "SELECT identifier_id FROM identifiers"
_AMOUNTS = ("amount", "goods", "refund", "discount", "tax", "tip")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders: local days ``first`` to ``last`` (both included), place, channel, person."""

    first: date | None = None
    last: date | None = None
    place: str | None = None
    channel: str | None = None
    person: int | None = None


def listing(
    actor: Actor, wanted: Wanted | None = None, *, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Return ``{"orders": […], "next_cursor", "as_of"}``, newest first. Needs ``metrics.see``.

    Amounts are major units, ``None`` where the file told no prices. ``id`` is the order's key as
    text, which every JSON reader keeps exactly; ``person`` is ``None`` for a guest. `WrongUse` for
    a cursor this list did not give.
    """
    actor.require("metrics.see")
    snapshot = figures.engine().snapshot()
    limit = max(1, min(limit, MOST))
    after, at_most = _after(cursor)
    scopes = _scopes(snapshot, wanted or Wanted(), at_most)
    if scopes is None:
        rows = []
    else:
        rows = snapshot.run(_PAGE.format(after=after, limit=limit + 1), scopes).dicts()
    page = rows[:limit]
    return {
        "orders": [_row(one) for one in page],
        "next_cursor": _cursor(page[-1]) if len(rows) > limit else None,
        "as_of": snapshot.manifest.as_of,
    }


def arrow(actor: Actor, wanted: Wanted | None = None) -> pa.Table:
    """Return the mart's order rows beside ``profile_id``, newest first, as an Arrow table (loads
    pyarrow). Amounts are minor units. Needs ``metrics.see``."""
    actor.require("metrics.see")
    snapshot = figures.engine().snapshot()
    scopes = _scopes(snapshot, wanted or Wanted(), None)
    if scopes is None:
        nobody = {"matching": Scope("orders"), "identifiers": Scope("identifiers")}
        return snapshot.arrow(f"SELECT * FROM ({_TABLE}) LIMIT 0", nobody)
    return snapshot.arrow(_TABLE, scopes)


def _scopes(
    snapshot: Snapshot, wanted: Wanted, at_most: datetime | None
) -> dict[str, Scope | OneRow] | None:
    """What the question reads; ``None`` when the person has no identifier in the mart."""
    days = (("local_on", ">=", wanted.first), ("local_on", "<=", wanted.last))
    names = (("place", "=", wanted.place), ("channel", "=", wanted.channel))
    found = [
        Condition(*one)
        for one in (*days, *names, ("happened_at", "<=", at_most))
        if one[2] is not None
    ]
    if wanted.person is not None:
        of_person = Scope("identifiers", (Condition("profile_id", "=", wanted.person),))
        known = tuple(row[0] for row in snapshot.run(_OF_PERSON, {"identifiers": of_person}).rows)
        if not known:
            return None
        found.append(Condition("identifier_id", "in", known))
    return {"matching": Scope("orders", tuple(found)), "identifiers": Scope("identifiers")}


def _after(cursor: str | None) -> tuple[str, datetime | None]:
    """What begins behind ``cursor``: SQL for orders of the same instant, and the instant."""
    if cursor is None:
        return "true", None
    try:
        micros, key = map(int, cursor.split("."))
        instant = _EPOCH + timedelta(microseconds=micros)
        if not -_LARGEST_KEY <= key < _LARGEST_KEY:
            raise ValueError(cursor)
    except (ValueError, OverflowError) as error:
        raise WrongUse(told("That cursor is not one this list gave.")) from error
    return f"(epoch_us(happened_at) < {micros} OR order_key < {key})", instant


def _cursor(row: dict[str, Any]) -> str:
    return f"{row['happened_us']}.{row['order_key']}"


def _row(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(found["order_key"]),
        "external_id": found["external_id"],
        "person": found["profile_id"],
        "happened_at": _EPOCH + timedelta(microseconds=found["happened_us"]),
        "local_on": found["local_on"],
        "place": found["place"] or None,
        "channel": found["channel"] or None,
        "status": found["status"],
        "is_return": found["is_return"],
        "currency": found["currency"],
        **{name: _amount(found, name) for name in _AMOUNTS},
        "lines": found["line_count"],
        "import": found["import_id"],
    }


def _amount(found: dict[str, Any], name: str) -> float | None:
    if not found["is_priced"]:
        return None
    return float(to_major(found[f"{name}_minor"], found["currency"]))
