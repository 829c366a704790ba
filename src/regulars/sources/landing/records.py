"""Customers, products, reviews, bookings and events: one row, one versioned fact."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from regulars.kernel import clock
from regulars.kernel.ids import key64
from regulars.sources.bulk import fetch_by_keys, insert_rows, stamp
from regulars.sources.files.records import (
    BookingRow,
    CustomerRow,
    EventRow,
    FeedbackRow,
    ProductRow,
)
from regulars.sources.landing.batch import Outcome
from regulars.sources.landing.confirmations import Confirmations, Retold
from regulars.sources.landing.identifiers import (
    IdentifierBook,
    Named,
    anchor_of,
    pairs_of,
    unsaid_pairs,
)
from regulars.sources.landing.observed import ObservedTraits
from regulars.sources.landing.versions import Told, next_version, same_telling
from regulars.sources.models import Booking, CustomerRecord, Event, Feedback, Product

Row = CustomerRow | ProductRow | FeedbackRow | BookingRow | EventRow


@dataclass(frozen=True, slots=True)
class Plan:
    """How one kind of row becomes a fact: table, key column, own columns and their values.

    ``says_when_recorded``: a column more holds when it was landed, which is no part of the fact.
    """

    model: type[models.Model]
    key: str
    columns: tuple[str, ...]
    values: Callable[[Any, str], tuple[Any, ...]]
    has_anchor: bool = True
    says_when_recorded: bool = False


def _customer(row: CustomerRow, origin: str) -> tuple[Any, ...]:
    consents = [
        {"channel": channel, "state": state, "at": at.isoformat() if at else None, "origin": said}
        for channel, state, at, said in row.consents
    ]
    return (
        stamp(row.happened_at),
        origin,
        json.dumps(row.traits, ensure_ascii=False, sort_keys=True),
        json.dumps(consents, ensure_ascii=False),
    )


def _product(row: ProductRow, currency: str) -> tuple[Any, ...]:
    return (
        row.sku[:120], row.name[:400], row.category[:120], row.price_minor,
        row.currency or currency,
    )  # fmt: skip


def _feedback(row: FeedbackRow, _: str) -> tuple[Any, ...]:
    return (
        stamp(row.happened_at), row.origin[:60], row.rating, row.rating_max, row.text,
        row.author[:200], row.reply_text, stamp(row.replied_at), row.place[:120],
    )  # fmt: skip


def _booking(row: BookingRow, currency: str) -> tuple[Any, ...]:
    return (
        stamp(row.booked_at), stamp(row.starts_at), stamp(row.ends_at), row.what[:200], row.status,
        row.party, row.amount_minor, row.currency or currency, row.place[:120], row.channel[:60],
        row.staff[:120],
    )  # fmt: skip


def _event(row: EventRow, _: str) -> tuple[Any, ...]:
    properties = json.dumps(row.properties, ensure_ascii=False, sort_keys=True)
    return row.name[:120], stamp(row.happened_at), properties, row.subject_key


_CUSTOMER = Plan(
    CustomerRecord, "record_key", ("happened_at", "origin", "traits", "consents"), _customer
)
PLANS: dict[str, Plan] = {
    "customers": _CUSTOMER,
    "audience": _CUSTOMER,
    "products": Plan(
        Product,
        "product_key",
        ("sku", "name", "category", "price_minor", "currency"),
        _product,
        has_anchor=False,
    ),
    "reviews": Plan(
        Feedback,
        "feedback_key",
        tuple(
            "happened_at origin rating rating_max text author reply_text replied_at place".split()
        ),
        _feedback,
    ),
    "bookings": Plan(
        Booking,
        "booking_key",
        tuple(
            "booked_at starts_at ends_at what status party amount_minor currency place channel"
            " staff".split()
        ),
        _booking,
    ),
    "events": Plan(
        Event,
        "event_key",
        ("name", "happened_at", "properties", "subject_key"),
        _event,
        says_when_recorded=True,
    ),
}
EVENT_COLUMNS = (
    "event_key version digest of_import_id row_no identifier_id name happened_at recorded_at "
    "properties"
).split()


def _is_content(row: Row) -> bool:
    return row.record_id.startswith("row:")


def _again(key: int, occurrence: int) -> int:
    return key64("again", str(key), str(occurrence)) if occurrence else key


@dataclass(slots=True)
class Prepared:
    """Rows ready to write, with anchors still by name."""

    facts: list[tuple[Named | None, tuple[Any, ...]]] = field(default_factory=list)
    events: list[tuple[Named | None, tuple[Any, ...]]] = field(default_factory=list)
    groups: list[tuple[Named, ...]] = field(default_factory=list)
    retold_groups: list[tuple[Named, ...]] = field(default_factory=list)
    retold: Retold = field(default_factory=lambda: defaultdict(list))
    traits: list[tuple[Named, dict[str, str], datetime]] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)


class RecordLander:
    """Lands batches of one kind of record for one import."""

    def __init__(
        self,
        *,
        import_id: int,
        namespace: str,
        currency: str,
        standing: frozenset[int],
        kind: str,
    ) -> None:
        self.import_id = import_id
        self.namespace = namespace
        self.kind = kind
        self.plan = PLANS[kind]
        self.currency = currency
        self.said = kind if self.plan is _CUSTOMER else currency
        self.standing = standing | {import_id}
        self.confirmations = Confirmations(import_id)
        self.traits = ObservedTraits(import_id, namespace, self.standing, self.confirmations)
        self.is_rehearsal = False
        self._rehearsed: dict[int, list[Told]] = defaultdict(list)
        self._rehearsed_pairs: set[tuple[Named, Named]] = set()

    def prepare(self, rows: Iterable[Row]) -> Prepared:
        """Read what stands and decide what each row adds; nothing is written.

        In a rehearsal the lander remembers what it would have written, as if it stood.
        """
        keyed = self._keyed(list(rows))
        told = self._told(self.plan.model, self.plan.key, (key for key, _ in keyed))
        if self.is_rehearsal:
            for key in {key for key, _ in keyed}:
                told[key] = [*told[key], *self._rehearsed[key]]
        prepared = Prepared()
        events: list[tuple[int, Named | None, str, datetime, int]] = []
        for key, row in keyed:
            group = getattr(row, "identifiers", ())
            anchor = anchor_of(group)
            is_news = self._prepare_fact(key, row, anchor, told[key], prepared)
            (prepared.groups if is_news else prepared.retold_groups).append(group)
            for name, at in getattr(row, "events", ()):
                event_key = key64("event", self.namespace, str(key), name, str(at))
                events.append((event_key, anchor, name, at, row.row_no))
            if isinstance(row, BookingRow) and row.traits and anchor is not None:
                prepared.traits.append((anchor, row.traits, row.starts_at))
        self._prepare_events(events, prepared)
        self._count_named_anew(prepared)
        if self.is_rehearsal:
            self.confirmations.note(prepared.retold)
        return prepared

    def _prepare_fact(
        self, key: int, row: Row, anchor: Named | None, told: list[Told], prepared: Prepared
    ) -> bool:
        values = self.plan.values(row, self.said)
        digest = key64("|".join(map(str, values)), ":".join(anchor or ()))
        if self._is_retold(self.plan.model, told, digest, prepared):
            prepared.outcome.unchanged += 1
            return False
        version = next_version(told)
        prepared.outcome.landed += 1
        told.append(Told(version, digest, self.import_id, 0))
        if self.is_rehearsal:
            self._rehearsed[key].append(told[-1])
        head = (key, version, digest, self.import_id, row.row_no)
        prepared.facts.append((anchor, (*head, *values)))
        return True

    def _is_retold(
        self, model: type[models.Model], told: list[Told], digest: int, prepared: Prepared
    ) -> bool:
        """Whether the same stands already, told before; then it is confirmed."""
        table = model._meta.db_table

        def was_retold(import_id: int, number: int) -> bool:
            return self.confirmations.has(import_id, table, number)

        same = same_telling(told, digest, self.standing, was_retold)
        if same is not None and same.of_import != self.import_id:
            prepared.retold[table].append(same.number)
        return same is not None

    def _count_named_anew(self, prepared: Prepared) -> None:
        """A row that stands as it was and names one more address or number has landed, too."""
        said = pairs_of(prepared.groups) | self._rehearsed_pairs
        unsaid = unsaid_pairs(pairs_of(prepared.retold_groups) - said, self.standing)
        for group in prepared.retold_groups:
            fresh = pairs_of([group]) & unsaid
            unsaid -= fresh
            prepared.outcome.landed += bool(fresh)
            prepared.outcome.unchanged -= bool(fresh)
        if self.is_rehearsal:
            self._rehearsed_pairs |= pairs_of([*prepared.groups, *prepared.retold_groups])

    def write(self, prepared: Prepared, book: IdentifierBook) -> None:
        """Inside the batch's transaction: write what `prepare` decided."""
        book.write(prepared.groups)
        self._write_facts(prepared, book)
        insert_rows(
            Event,
            EVENT_COLUMNS,
            [(*row[:5], book.number(anchor), *row[5:]) for anchor, row in prepared.events],
        )
        seen = self.traits.write(prepared.traits, book)
        named = book.retell(prepared.retold_groups, self.standing)
        self.confirmations.write(prepared.retold, seen, named)

    def _write_facts(self, prepared: Prepared, book: IdentifierBook) -> None:
        head = (self.plan.key, "version", "digest", "of_import_id", "row_no")
        if self.plan.has_anchor:
            columns = (*head, "identifier_id", *self.plan.columns)
            rows = [(*row[:5], book.number(anchor), *row[5:]) for anchor, row in prepared.facts]
        else:
            columns = (*head, *self.plan.columns)
            rows = [row for _, row in prepared.facts]
        if self.plan.says_when_recorded:
            columns, now = (*columns, "recorded_at"), stamp(clock.now())
            rows = [(*row, now) for row in rows]
        insert_rows(self.plan.model, columns, rows)

    def _keyed(self, rows: list[Row]) -> list[tuple[int, Row]]:
        """Give each row its key. Rows known by their content alone are numbered: an identical one
        further down is a second booking, not the first one told again."""
        first = {row.record_id: self._key(row) for row in rows if _is_content(row)}
        offset = self._offsets(first)
        keyed: list[tuple[int, Row]] = []
        for row in rows:
            if not _is_content(row):
                keyed.append((self._key(row), row))
                continue
            keyed.append((_again(first[row.record_id], offset[row.record_id]), row))
            offset[row.record_id] += 1
        return keyed

    def _offsets(self, first: dict[str, int]) -> dict[str, int]:
        """How many identical rows of this same file stood in earlier batches."""
        offset = dict.fromkeys(first, 0)
        open_ids = list(first)
        while open_ids:
            keys = {one: _again(first[one], offset[one]) for one in open_ids}
            told = self._told(self.plan.model, self.plan.key, keys.values())
            open_ids = [one for one in open_ids if self._told_here(told[keys[one]], keys[one])]
            for one in open_ids:
                offset[one] += 1
        return offset

    def _told_here(self, told: list[Told], key: int) -> bool:
        rehearsed = self._rehearsed[key] if self.is_rehearsal else []
        table = self.plan.model._meta.db_table
        return any(
            one.of_import == self.import_id
            or self.confirmations.has(self.import_id, table, one.number)
            for one in (*told, *rehearsed)
        )

    def _key(self, row: Row) -> int:
        family = "customers" if self.plan is _CUSTOMER else self.kind
        if isinstance(row, ProductRow):
            # The same key as a sale's line gives to its product.
            return key64("product", self.namespace, row.sku or row.name)
        return key64(family, self.namespace, row.record_id)

    def _told(
        self, model: type[models.Model], key: str, keys: Iterable[int]
    ) -> dict[int, list[Told]]:
        told: dict[int, list[Told]] = defaultdict(list)
        for found, *version in fetch_by_keys(
            model, (key, "version", "digest", "of_import_id", "id"), key, set(keys)
        ):
            told[found].append(Told(*version))
        return told

    def _prepare_events(
        self, events: list[tuple[int, Named | None, str, datetime, int]], prepared: Prepared
    ) -> None:
        told = self._told(Event, "event_key", (event[0] for event in events))
        recorded_at = stamp(clock.now())
        for key, anchor, name, at, row_no in events:
            digest = key64(str(key), ":".join(anchor or ()))
            if self._is_retold(Event, told[key], digest, prepared):
                continue
            version = next_version(told[key])
            told[key].append(Told(version, digest, self.import_id, 0))
            row = (key, version, digest, self.import_id, row_no, name, stamp(at), recorded_at, "{}")
            prepared.events.append((anchor, row))
            prepared.groups.append((anchor,) if anchor else ())
