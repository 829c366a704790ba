"""Values that were asked for and that no fact ever named: a nought would sound like an answer."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from regulars.kernel.telling import told
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import Condition, Scope

from .dimensions import Where

# Dimension → what people call it, and where facts name it.
_NAMED = {
    "place": (told("Place"), ("orders.place", "feedback.place", "bookings.place")),
    "channel": (told("Way to buy"), ("orders.channel", "bookings.channel")),
    "product": (
        told("Product"),
        ("order_lines.name", "order_lines.sku", "products.name", "products.sku"),
    ),
    "category": (told("Kind of goods"), ("order_lines.category", "products.category")),
    "staff": (told("Served by"), ("bookings.staff",)),
    "what": (told("What is booked"), ("bookings.what",)),
    "origin": (told("Where it was written"), ("feedback.origin",)),
}
_MOST = 5_000
_NEAR = 3


def unnamed(snapshot: Snapshot, where: Where) -> list[str]:
    """Return a sentence for each value in ``where`` that no fact of this version of the mart
    names, with those that are spelt nearly so."""
    said = []
    for name, wanted in where.items():
        if name not in _NAMED:
            continue
        values = {str(v) for v in ([wanted] if isinstance(wanted, str | int) else wanted)} - {""}
        title, columns = _NAMED[name]
        for value in sorted(values - _known(snapshot, columns, values)):
            said.append(_sentence(title, value, _near(value, _every(snapshot, columns))))
    return said


def _sentence(title: str, value: str, near: list[str]) -> str:
    if not near:
        return told("%(name)s: nothing imported names “%(value)s”.", name=title, value=value[:80])
    return told(
        "%(name)s: nothing imported names “%(value)s”. Spelt nearly so: %(known)s.",
        name=title, value=value[:80], known=", ".join(near),
    )  # fmt: skip


def _known(snapshot: Snapshot, columns: Iterable[str], values: set[str]) -> set[str]:
    if not values:
        return set()
    wanted = tuple(sorted(values))

    def find() -> set[str]:
        found: set[str] = set()
        for table, _, column in (one.partition(".") for one in columns):
            scope = Scope(table, (Condition(column, "in", wanted),))
            sql = f'SELECT DISTINCT "{column}" FROM named'
            found |= {row[0] for row in snapshot.run(sql, {"named": scope}).rows}
        return found

    return snapshot.remembered(("named", tuple(columns), wanted), find)


def _every(snapshot: Snapshot, columns: Iterable[str]) -> list[str]:
    def find() -> list[str]:
        found: dict[str, None] = {}
        for table, _, column in (one.partition(".") for one in columns):
            sql = (
                f'SELECT "{column}" FROM named WHERE "{column}" <> \'\' GROUP BY 1'
                f" ORDER BY count(*) DESC, 1 LIMIT {_MOST}"
            )
            rows = snapshot.run(sql, {"named": Scope(table)}).rows
            found.update(dict.fromkeys(row[0] for row in rows))
        return list(found)

    return snapshot.remembered(("names", tuple(columns)), find)


def _near(value: str, known: list[str]) -> list[str]:
    """The names nearest to ``value``, whatever their capitals."""
    by_folded: dict[str, str] = {}
    for name in known:
        by_folded.setdefault(name.casefold(), name)
    found = get_close_matches(value.casefold(), by_folded, n=_NEAR, cutoff=0.7)
    return [by_folded[name] for name in found]
