"""An order as all messages about it tell it, whatever the order in which they came.

Each message is kept as an event; here the events of one order are put in the order of their own
time and folded, and the result is written as a new version where it differs from what stands. See
docs/algorithms/orders-from-messages.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from regulars.kernel.ids import key64
from regulars.sources.bulk import fetch_by_keys, insert_rows, stamp
from regulars.sources.intake.ecommerce import LineTold, OrderTold
from regulars.sources.landing.identifiers import IdentifierBook, Named, anchor_of
from regulars.sources.landing.orders import LINE_COLUMNS, ORDER_COLUMNS
from regulars.sources.landing.versions import Told, next_version
from regulars.sources.models import Order, OrderLine

_RANK = {None: 0, "pending": 1, "accepted": 2, "cancelled": 3}


@dataclass(frozen=True, slots=True)
class Folded:
    """One order as its messages tell it; ``lines`` None where no message listed them."""

    order_id: str
    happened_at: datetime
    status: str
    currency: str
    place: str
    channel: str
    anchor: Named | None
    row_no: int
    lines: tuple[LineTold, ...] | None
    refunds: tuple[LineTold, ...]


def fold(tellings: Iterable[OrderTold]) -> Folded:
    """Fold what messages say of one order; any order of ``tellings`` gives the same."""
    ordered = sorted(tellings, key=_place)
    bought = [one for one in ordered if one.is_sale] or ordered
    status, lines = "accepted", None
    refunds: dict[str, LineTold] = {}
    for one in ordered:
        status = one.status or status
        if one.is_whole:
            lines = one.lines
        elif one.status is None:
            refunds |= {line.line_id: line for line in one.lines}
    newest = ordered[::-1]
    named = {named: None for one in ordered for named in one.identifiers}
    return Folded(
        order_id=ordered[0].order_id,
        happened_at=bought[0].told_at,
        status=status,
        currency=next(one.currency for one in newest),
        place=next((one.place for one in newest if one.place), ""),
        channel=next((one.channel for one in newest if one.channel), ""),
        anchor=anchor_of(named),
        row_no=newest[0].row_no,
        lines=lines,
        refunds=tuple(refunds[name] for name in sorted(refunds)),
    )


def _place(one: OrderTold) -> tuple[Any, ...]:
    """Where it stands among all tellings; of one instant, what goes further comes last. The number
    of its record does not count: it says in which order they came."""
    said = repr(replace(one, row_no=0))
    return one.told_at, not one.is_sale, one.is_whole, _RANK[one.status], said


@dataclass(slots=True)
class Changes:
    """Rows to write so that orders stand as they were folded, anchors still by name."""

    orders: list[tuple[Named | None, tuple[Any, ...]]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)

    def write(self, book: IdentifierBook) -> None:
        """Inside the batch's transaction; the anchors must stand in ``book``."""
        insert_rows(
            Order,
            ORDER_COLUMNS,
            [(*row[:5], book.number(anchor), *row[5:]) for anchor, row in self.orders],
        )
        insert_rows(OrderLine, LINE_COLUMNS, self.lines)


class OrderWriter:
    """Compares folded orders with what stands and says what to write, for one import."""

    def __init__(self, *, import_id: int, namespace: str, standing: frozenset[int]) -> None:
        self.import_id = import_id
        self.namespace = namespace
        self.standing = standing | {import_id}

    def changes(self, orders: dict[int, Folded]) -> Changes:
        """What to write for ``orders`` (by order key)."""
        changes = Changes()
        headers: dict[int, list[Told]] = defaultdict(list)
        columns = ("order_key", "version", "digest", "of_import_id", "id")
        for key, *told in fetch_by_keys(Order, columns, "order_key", orders):
            headers[key].append(Told(*told))
        lines: dict[int, dict[int, list[Told]]] = defaultdict(lambda: defaultdict(list))
        line_columns = ("order_key", "line_key", "version", "digest", "of_import_id", "id")
        for key, line_key, *told in fetch_by_keys(OrderLine, line_columns, "order_key", orders):
            lines[key][line_key].append(Told(*told))
        for key, order in orders.items():
            self._header(key, order, headers[key], changes)
            self._lines(key, order, lines[key], changes)
        return changes

    def _live(self, told: list[Told]) -> Told | None:
        live = [one for one in told if one.of_import in self.standing]
        return max(live, key=lambda one: one.version, default=None)

    def _header(self, key: int, order: Folded, told: list[Told], changes: Changes) -> None:
        digest = key64(
            str(order.happened_at), order.status, order.currency, order.place, order.channel,
            ":".join(order.anchor or ()),
        )  # fmt: skip
        live = self._live(told)
        if live is not None and live.digest == digest:
            return
        row = (
            key, next_version(told), digest, self.import_id, order.row_no, order.order_id,
            stamp(order.happened_at), order.place, order.channel, order.currency, order.status,
        )  # fmt: skip
        changes.orders.append((order.anchor, row))

    def _lines(
        self, key: int, order: Folded, told: dict[int, list[Told]], changes: Changes
    ) -> None:
        wanted: dict[int, tuple[int, LineTold]] = {}
        for line in (*(order.lines or ()), *order.refunds):
            line_key, digest = self._key(key, line, wanted)
            wanted[line_key] = (digest, line)
        for line_key, (digest, line) in wanted.items():
            live = self._live(told.get(line_key, []))
            if live is None or live.digest != digest:
                version = next_version(told.get(line_key, []))
                changes.lines.append(self._row(key, line_key, version, digest, order.row_no, line))
        if order.lines is None:
            return
        for line_key, rows in told.items():
            live = self._live(rows)
            if line_key in wanted or live is None or live.digest == 0:
                continue
            gone = LineTold("", "goods", 0)
            row = self._row(key, line_key, next_version(rows), 0, order.row_no, gone, removed=True)
            changes.lines.append(row)

    @staticmethod
    def _key(
        order_key: int, line: LineTold, wanted: dict[int, tuple[int, LineTold]]
    ) -> tuple[int, int]:
        """The line's key and the digest of its content, as files give them to the same line."""
        if line.kind == "total":
            return key64("total", str(order_key)), key64(line.name, str(line.amount_minor))
        if line.kind == "refund" or line.line_id.startswith("refund:"):
            return key64("line id", str(order_key), line.line_id), line.amount_minor
        if line.kind != "goods":
            return key64("charge", str(order_key), line.kind), line.amount_minor
        article = ("line", str(order_key), line.kind, line.sku, line.name)
        amounts = (str(line.quantity), str(line.unit_price), str(line.amount_minor))
        content = key64(*article, *amounts)
        digest = key64(str(content), *amounts, "", line.category)
        key, occurrence = content, 0
        while key in wanted:
            occurrence += 1
            key = key64("again", str(content), str(occurrence))
        return key, digest

    def _row(
        self,
        order_key: int,
        line_key: int,
        version: int,
        digest: int,
        row_no: int,
        line: LineTold,
        *,
        removed: bool = False,
    ) -> tuple[Any, ...]:
        named = line.sku or line.name
        is_total = line.kind == "total"
        product = key64("product", self.namespace, named) if named else None
        quantity = None if line.quantity is None else str(line.quantity)
        unit_price = None if line.unit_price is None else str(line.unit_price)
        return (
            order_key, line_key, version, digest, self.import_id, row_no, product,
            "goods" if is_total else line.kind, line.sku, line.name, line.category, quantity,
            unit_price, line.amount_minor, False, is_total, removed,
        )  # fmt: skip
