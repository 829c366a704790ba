"""Sales: rows become orders and their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.kernel import telling
from regulars.kernel.ids import key64
from regulars.sources.bulk import fetch_by_keys, insert_rows, stamp
from regulars.sources.files.records import Rejected, SaleRow
from regulars.sources.landing.batch import Outcome
from regulars.sources.landing.confirmations import Confirmations, Retold
from regulars.sources.landing.identifiers import IdentifierBook, Named, anchor_of
from regulars.sources.landing.observed import ObservedTraits
from regulars.sources.landing.versions import STEP, Told, next_version, same_telling
from regulars.sources.models import Order, OrderLine

ORDER_COLUMNS = (
    "order_key version digest of_import_id row_no identifier_id external_id happened_at place "
    "channel currency status"
).split()
LINE_COLUMNS = (
    "order_key line_key version digest of_import_id row_no product_key kind sku name category "
    "quantity unit_price amount_minor is_repeat is_summary is_removed"
).split()
REMOVED = 0
# Headers from files that name no customers stand below those from files that do: versions below 0.
_BELOW = -(1 << 40)
_ORDERS, _LINES = Order._meta.db_table, OrderLine._meta.db_table
_REMEMBERED = 8_000


@dataclass(slots=True)
class Header:
    """The order's own facts, gathered from its rows; ``None`` = not said here."""

    happened_at: datetime | None = None
    status: str | None = None
    currency: str | None = None
    place: str | None = None
    channel: str | None = None

    def take(self, row: SaleRow) -> None:
        """Fill what is still unsaid from ``row``: the first row that says it counts."""
        for name in ("happened_at", "status", "currency", "place", "channel"):
            if getattr(self, name) is None:
                setattr(self, name, getattr(row, name))


@dataclass(slots=True)
class Draft:
    """One order's rows in this batch."""

    key: int
    external_id: str
    rows: list[SaleRow] = field(default_factory=list)
    header: Header = field(default_factory=Header)
    identifiers: dict[Named, None] = field(default_factory=dict)
    charges: dict[str, int] = field(default_factory=dict)

    def add(self, row: SaleRow) -> None:
        """Take one more row of this order."""
        if self.header.happened_at is None or self.header.status is None:
            self.header.take(row)
        self.rows.append(row)
        for named in row.identifiers:
            self.identifiers[named] = None
        for kind, amount in row.charges:
            self.charges[kind] = self.charges.get(kind, 0) + amount


@dataclass(frozen=True, slots=True)
class ToldHeader(Told):
    """One stored telling of an order's own facts."""

    external_id: str
    status: str
    is_named: bool
    happened_at: datetime


@dataclass(slots=True)
class Stored:
    """What the database holds of the batch's orders."""

    headers: dict[int, list[ToldHeader]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[int, dict[int, list[Told]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )


@dataclass(slots=True)
class Prepared:
    """Rows ready to write, with anchors still by name."""

    orders: list[tuple[Named | None, tuple[Any, ...]]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    groups: list[tuple[Named, ...]] = field(default_factory=list)
    retold_groups: list[tuple[Named, ...]] = field(default_factory=list)
    retold: Retold = field(default_factory=lambda: defaultdict(list))
    traits: list[tuple[Named, dict[str, str], datetime]] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)


class OrderLander:
    """Lands batches of `SaleRow` for one import.

    ``is_complete``: the file always tells an order whole, so a later telling replaces the lines of
    the former ones by ``peers``, the imports of the same shape that are not undone.
    ``is_anonymous``: the file has no column that names a customer. ``is_summary``: the file tells
    totals, not lines; of its charges only the kinds in ``adds_to_lines`` count beside lines told
    elsewhere. ``zone``: the order's number counts within its local day, as tills begin anew every
    morning, and a line is known by its article, so that a corrected amount takes the former's
    place; given for files without a shape of their own.
    """

    def __init__(
        self,
        *,
        import_id: int,
        namespace: str,
        currency: str,
        standing: frozenset[int],
        is_complete: bool = False,
        is_anonymous: bool = False,
        peers: frozenset[int] = frozenset(),
        is_summary: bool = False,
        adds_to_lines: frozenset[str] = frozenset(),
        zone: ZoneInfo | None = None,
    ) -> None:
        self.import_id = import_id
        self.namespace = namespace
        self.currency = currency
        self.standing = standing | {import_id}
        self.is_complete = is_complete
        self.is_anonymous = is_anonymous
        self.peers = peers
        self.is_summary = is_summary
        self.adds_to_lines = adds_to_lines
        self.zone = zone
        self._days: dict[datetime, str] = {}
        self._open = ("", "")
        self.confirmations = Confirmations(import_id)
        self.traits = ObservedTraits(import_id, namespace, self.standing, self.confirmations)
        self._products: dict[str, int] = {}
        self.is_rehearsal = False
        self._rehearsed = Stored()

    def prepare(self, rows: Iterable[SaleRow]) -> Prepared:
        """Read what stands and decide what each row adds; nothing is written.

        In a rehearsal the lander remembers what it would have written, as if it stood.
        """
        drafts: dict[tuple[str, str], Draft] = {}
        for row in rows:
            named = (row.order_id, self._day(row) if self.zone else "")
            draft = drafts.get(named)
            if draft is None:
                key = key64("order", self.namespace, *filter(None, named))
                draft = drafts[named] = Draft(key, row.order_id)
            draft.add(row)
        stored = self._stored(drafts)
        prepared = Prepared()
        for draft in drafts.values():
            self._prepare_order(draft, stored, prepared)
        if self.is_rehearsal:
            self._remember(prepared)
        return prepared

    def write(self, prepared: Prepared, book: IdentifierBook) -> None:
        """Inside the batch's transaction: write what `prepare` decided."""
        book.write(prepared.groups)
        insert_rows(
            Order,
            ORDER_COLUMNS,
            [(*row[:5], book.number(anchor), *row[5:]) for anchor, row in prepared.orders],
        )
        insert_rows(OrderLine, LINE_COLUMNS, prepared.lines)
        seen = self.traits.write(prepared.traits, book)
        named = book.retell(prepared.retold_groups, self.standing)
        self.confirmations.write(prepared.retold, seen, named)

    def _day(self, row: SaleRow) -> str:
        """The order's local day; of a row without a date, that of the order's row above it."""
        if row.happened_at is None:
            return self._open[1] if self._open[0] == row.order_id else ""
        day = self._days.get(row.happened_at)
        if day is None:
            if len(self._days) > _REMEMBERED:
                self._days.clear()
            day = row.happened_at.astimezone(self.zone).date().isoformat()
            self._days[row.happened_at] = day
        self._open = (row.order_id, day)
        return day

    def _stored(self, drafts: dict[tuple[str, str], Draft]) -> Stored:
        stored = Stored()
        keys = [draft.key for draft in drafts.values()]
        header_columns = (
            "order_key version digest of_import_id id external_id status identifier_id happened_at"
        ).split()
        for row in fetch_by_keys(Order, header_columns, "order_key", keys):
            is_named, at = row[7] is not None, row[8]
            aware = at if at.tzinfo else at.replace(tzinfo=UTC)
            header = (*row[1:7], is_named, aware)
            stored.headers[row[0]].append(ToldHeader(*header))
        line_columns = "order_key line_key version digest of_import_id id".split()
        for row in fetch_by_keys(OrderLine, line_columns, "order_key", keys):
            stored.lines[row[0]][row[1]].append(Told(*row[2:]))
        if self.is_rehearsal:
            self._recall(stored, keys)
        return stored

    def _remember(self, prepared: Prepared) -> None:
        for anchor, row in prepared.orders:
            key, version, digest, run, _, external_id, at, _, _, _, status = row
            is_named = anchor is not None
            told = ToldHeader(version, digest, run, 0, external_id, status, is_named, at)
            self._rehearsed.headers[key].append(told)
        for line in prepared.lines:
            version, digest, run = line[2:5]
            self._rehearsed.lines[line[0]][line[1]].append(Told(version, digest, run, 0))
        self.confirmations.note(prepared.retold)

    def _recall(self, stored: Stored, keys: list[int]) -> None:
        for key in keys:
            stored.headers[key] += self._rehearsed.headers.get(key, [])
            for line_key, told in self._rehearsed.lines.get(key, {}).items():
                stored.lines[key][line_key] += told

    def _prepare_order(self, draft: Draft, stored: Stored, prepared: Prepared) -> None:
        known = [one for one in stored.headers[draft.key] if one.of_import in self.standing]
        problem = self._problem(draft, known)
        if problem:
            prepared.outcome.rejected += [
                Rejected(row.row_no, [], problem[0], problem[1]) for row in draft.rows
            ]
            return
        group = tuple(draft.identifiers)
        anchor = anchor_of(group)
        is_news = self._prepare_header(draft, anchor, stored, prepared)
        is_news |= self._prepare_charges(draft, stored, prepared)
        is_news |= self._prepare_lines(draft, stored, prepared, is_news)
        (prepared.groups if is_news else prepared.retold_groups).append(group)
        self._prepare_traits(draft, known, anchor, prepared)

    def _problem(self, draft: Draft, known: list[ToldHeader]) -> tuple[str, str] | None:
        # An erasure may have emptied the number.
        if any(one.external_id not in ("", draft.external_id[:120]) for one in known):
            return "key_clash", telling.told("Two different orders share a key; rename the source.")
        if draft.header.happened_at is None and not known:
            return "no_date", telling.told("The order has no date on any of its rows.")
        return None

    def _prepare_header(
        self, draft: Draft, anchor: Named | None, stored: Stored, prepared: Prepared
    ) -> bool:
        header = draft.header
        if header.happened_at is None:
            return False
        status = header.status or "accepted"
        place, channel = (header.place or "")[:120], (header.channel or "")[:60]
        currency = header.currency or self.currency
        told = stored.headers[draft.key]
        if self._told_enough(told, status, anchor):
            return False
        is_below = self.is_anonymous and status != "cancelled"
        beside = [one for one in told if (one.version < 0) == is_below]
        digest = key64(
            str(header.happened_at), status, currency, place, channel, ":".join(anchor or ())
        )
        if self._is_retold(_ORDERS, beside, digest, prepared):
            return False
        row = (
            draft.key,
            next_version(beside, _BELOW if is_below else STEP),
            digest,
            self.import_id,
            draft.rows[0].row_no,
            draft.external_id[:120],
            stamp(header.happened_at),
            place,
            channel,
            currency,
            status,
        )
        prepared.orders.append((anchor, row))
        return True

    def _told_enough(self, told: list[ToldHeader], status: str, anchor: Named | None) -> bool:
        # A file of lines may scatter an order's rows and date each of them; its first telling of
        # when and where stays. That somebody is named, or the status moved, is news.
        own = [one for one in told if self._is_own(_ORDERS, one)]
        if not own:
            return False
        last = max(own, key=lambda one: one.version)
        return status == last.status and (last.is_named or anchor is None)

    def _is_own(self, table: str, one: Told) -> bool:
        return one.of_import == self.import_id or self.confirmations.has(
            self.import_id, table, one.number
        )

    def _is_retold(self, table: str, told: list[Any], digest: int, prepared: Prepared) -> bool:
        """Whether the same stands already, told before; then it is confirmed."""
        if not told:
            return False

        def was_retold(import_id: int, number: int) -> bool:
            return self.confirmations.has(import_id, table, number)

        same = same_telling(told, digest, self.standing, was_retold)
        if same is not None and same.of_import != self.import_id:
            prepared.retold[table].append(same.number)
        return same is not None

    def _prepare_charges(self, draft: Draft, stored: Stored, prepared: Prepared) -> bool:
        is_news = False
        row_no = draft.rows[0].row_no
        for kind, amount in draft.charges.items():
            line_key = self._charge_key(draft, kind)
            told = stored.lines[draft.key][line_key]
            if (amount == 0 and not told) or self._is_retold(_LINES, told, amount, prepared):
                continue
            is_news = True
            is_summary = self._is_summary_charge(kind)
            head = (draft.key, line_key, next_version(told), amount, self.import_id, row_no)
            what = (None, kind, "", "", "", None, None, amount)
            prepared.lines.append((*head, *what, False, is_summary, amount == 0))
        return is_news

    def _is_summary_charge(self, kind: str) -> bool:
        return self.is_summary and kind not in self.adds_to_lines

    def _charge_key(self, draft: Draft, kind: str) -> int:
        family = "total's charge" if self._is_summary_charge(kind) else "charge"
        return key64(family, str(draft.key), kind)

    def _prepare_lines(
        self, draft: Draft, stored: Stored, prepared: Prepared, is_news: bool
    ) -> bool:
        told_lines = stored.lines[draft.key]
        seen: dict[int, int] = {}
        present: set[int] = set()
        outcome, is_any_news = prepared.outcome, False
        for row in draft.rows:
            landed = is_news
            for line in (row, *row.more) if row.has_line else ():
                line_key, digest, is_repeat = self._line_key(draft, line, seen, told_lines)
                present.add(line_key)
                told = told_lines[line_key]
                if not self._is_retold(_LINES, told, digest, prepared):
                    version = next_version(told)
                    prepared.lines.append(
                        self._line(draft, line, line_key, version, digest, is_repeat)
                    )
                    # The same id twice in one batch must see the first.
                    told.append(Told(version, digest, self.import_id, 0))
                    outcome.repeated += is_repeat
                    landed = is_any_news = True
            is_news = False
            outcome.landed += landed
            outcome.unchanged += not landed
        if self.is_complete and present:
            is_any_news |= self._remove_missing(draft, told_lines, present, prepared)
        return is_any_news

    def _line_key(
        self,
        draft: Draft,
        row: SaleRow,
        seen: dict[int, int],
        told_lines: dict[int, list[Told]],
    ) -> tuple[int, int, bool]:
        """Return the line's key, its digest, and whether the same line stood in this file before.

        When a line was rung up is not part of its key: another export of the same sales may round
        the time, and its lines are the same lines.
        """
        if self.is_summary:
            return key64("total", str(draft.key)), key64(row.name, str(row.amount_minor)), False
        article = ("line", str(draft.key), row.kind, row.sku, row.name)
        amounts = (str(row.quantity), str(row.unit_price), str(row.amount_minor))
        content = key64(*article) if self.zone else key64(*article, *amounts)
        digest = key64(str(content), *amounts, stamp(row.happened_at) or "", row.category)
        if row.line_id is not None:
            return key64("line id", str(draft.key), row.line_id), digest, False
        occurrence = seen.get(content, 0)
        is_repeat = digest in seen
        while True:
            key = key64("again", str(content), str(occurrence)) if occurrence else content
            # Rows of one order may be scattered: an equal line of an earlier batch came before.
            own = [one for one in told_lines.get(key, ()) if self._is_own(_LINES, one)]
            if not own:
                break
            is_repeat |= any(one.digest == digest for one in own)
            occurrence += 1
        seen[content], seen[digest] = occurrence + 1, 1
        return key, digest, is_repeat

    def _line(
        self, draft: Draft, row: SaleRow, key: int, version: int, digest: int, is_repeat: bool
    ) -> tuple[Any, ...]:
        product_key = None
        if row.kind == "goods" and (named := row.sku or row.name):
            product_key = self._product_key(named)
        quantity = None if row.quantity is None else str(row.quantity)
        unit_price = None if row.unit_price is None else str(row.unit_price)
        return (
            draft.key, key, version, digest, self.import_id, row.row_no, product_key, row.kind,
            row.sku[:120], row.name[:400], row.category[:120], quantity, unit_price,
            row.amount_minor, is_repeat, self.is_summary, False,
        )  # fmt: skip

    def _product_key(self, named: str) -> int:
        key = self._products.get(named)
        if key is None:
            if len(self._products) > _REMEMBERED:
                self._products.clear()
            key = self._products[named] = key64("product", self.namespace, named)
        return key

    def _remove_missing(
        self,
        draft: Draft,
        told_lines: dict[int, list[Told]],
        present: set[int],
        prepared: Prepared,
    ) -> bool:
        charges = {self._charge_key(draft, kind) for kind in draft.charges}
        is_news = False
        for line_key, told in told_lines.items():
            if line_key in present or line_key in charges:
                continue
            # An import that was cut off may go on: its lines give way as well.
            live = [one for one in told if one.of_import in self.standing | self.peers]
            if not any(one.of_import in self.peers for one in live):
                continue
            latest = max(live, key=lambda one: one.version)
            if self._is_own(_LINES, latest) or self._is_retold(_LINES, live, REMOVED, prepared):
                continue
            is_news = True
            head = (draft.key, line_key, next_version(told), REMOVED, self.import_id)
            what = (draft.rows[0].row_no, None, "goods", "", "", "", None, None, 0)
            prepared.lines.append((*head, *what, False, False, True))
        return is_news

    def _prepare_traits(
        self, draft: Draft, known: list[ToldHeader], anchor: Named | None, prepared: Prepared
    ) -> None:
        if anchor is None:
            return
        latest = max(known, key=lambda one: one.version, default=None)
        happened_at = draft.header.happened_at or (latest.happened_at if latest else None)
        for row in draft.rows:
            if row.traits and happened_at is not None:
                prepared.traits.append((anchor, row.traits, happened_at))
                return
