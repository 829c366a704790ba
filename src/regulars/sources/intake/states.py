"""Things that have one state at a time, told by messages: the latest by its own time stands.

Three names that the Segment Spec does not have: “Product Updated” (properties are those of the
spec's products), “Booking Updated” and “Review Updated”. Each message is kept as an event; what it
says becomes a new version of the fact where it differs from what stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from regulars.kernel.ids import key64
from regulars.kernel.money import to_minor
from regulars.sources.bulk import fetch_by_keys, insert_rows
from regulars.sources.files.records import BookingRow, FeedbackRow, Identifiers, ProductRow
from regulars.sources.intake.ecommerce import Unreadable, number_in, text_in
from regulars.sources.intake.protocol import instant
from regulars.sources.landing.identifiers import IdentifierBook, anchor_of
from regulars.sources.landing.records import PLANS, Plan
from regulars.sources.landing.versions import Told, next_version

PRODUCT, BOOKING, REVIEW = "Product Updated", "Booking Updated", "Review Updated"
BOOKING_STATES = ("booked", "kept", "cancelled", "no_show")
_MOST_STARS = 100
_LONGEST_TEXT = 8_000
_MOST_PEOPLE = 10_000
Row = ProductRow | BookingRow | FeedbackRow


@dataclass(frozen=True, slots=True)
class StateTold:
    """What one message says of the thing ``key`` as of ``told_at``; ``kind`` is one of `PLANS`.

    ``is_status_only``: the message says of a booking what became of it and nothing else; ``row``
    then has no more than the status.
    """

    kind: str
    key: int
    told_at: datetime
    row: Row
    is_status_only: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """A message's event, as it is kept: record number, name, properties, time, whom it points at,
    and whose numbers and money these are."""

    row_no: int
    name: str
    properties: Mapping[str, Any]
    at: datetime
    who: Identifiers
    namespace: str
    currency: str


def state_of(telling: Telling) -> StateTold:
    """Return what an event of one of `NAMES` tells; `Unreadable` where it tells of nothing."""
    kind, read = _READERS[telling.name]
    row, number = read(telling)
    key = key64(_FAMILY[kind], telling.namespace, number)
    is_status_only = kind == "bookings" and "starts_at" not in telling.properties
    return StateTold(kind, key, telling.at, row, is_status_only)


def _product(telling: Telling) -> tuple[Row, str]:
    said = telling.properties
    sku = text_in(said.get("sku"))[:120]
    name = text_in(said.get("name"))[:400] or sku
    if not name:
        raise Unreadable("no_product")
    money, currency = _money(telling, "price")
    category = text_in(said.get("category"))[:120]
    # The same key as a sale's line gives to its product.
    return ProductRow(telling.row_no, sku, sku, name, category, money, currency), sku or name


def _booking(telling: Telling) -> tuple[Row, str]:
    said = telling.properties
    number, starts_at = text_in(said.get("booking_id")), instant(said.get("starts_at"))
    status = text_in(said.get("status"))
    if not number or (starts_at is None and ("starts_at" in said or status not in BOOKING_STATES)):
        raise Unreadable("no_booking")
    starts_at = starts_at or telling.at
    ends_at, booked_at = instant(said.get("ends_at")), instant(said.get("booked_at"))
    money, currency = _money(telling, "amount")
    party = number_in(dict(said), "party")
    if party is not None and not 0 <= party <= _MOST_PEOPLE:
        raise Unreadable("bad_number")
    row = BookingRow(
        telling.row_no,
        number,
        starts_at,
        ends_at if ends_at and ends_at >= starts_at else None,
        booked_at,
        text_in(said.get("what"))[:200],
        status if status in BOOKING_STATES else "booked",
        None if party is None else int(party),
        money,
        currency,
        text_in(said.get("place"))[:120],
        telling.who,
        {},
        text_in(said.get("channel"))[:60],
        text_in(said.get("staff"))[:120],
    )
    return row, number[:200]


def _review(telling: Telling) -> tuple[Row, str]:
    said = telling.properties
    number = text_in(said.get("review_id"))
    rating, best = number_in(dict(said), "rating"), number_in(dict(said), "rating_max")
    words = text_in(said.get("text"))[:_LONGEST_TEXT]
    if not number or (rating is None and not words):
        raise Unreadable("no_review")
    most = 5 if best is None else int(best)
    if not 1 <= most <= _MOST_STARS or (rating is not None and not 0 <= rating <= most):
        raise Unreadable("bad_number")
    row = FeedbackRow(
        telling.row_no,
        number,
        None if rating is None else int(rating),
        most,
        words,
        text_in(said.get("author"))[:200],
        instant(said.get("given_at")) or telling.at,
        text_in(said.get("reply"))[:_LONGEST_TEXT],
        instant(said.get("replied_at")),
        text_in(said.get("place"))[:120],
        text_in(said.get("origin"))[:60] or telling.namespace[:60],
        telling.who,
    )
    return row, number[:200]


def _money(telling: Telling, name: str) -> tuple[int | None, str]:
    currency = (text_in(telling.properties.get("currency")) or telling.currency).upper()
    if len(currency) != 3 or not currency.isalpha():
        raise Unreadable("bad_currency")
    amount = number_in(dict(telling.properties), name)
    return None if amount is None else to_minor(amount, currency), currency


_READERS: dict[str, tuple[str, Callable[[Telling], tuple[Row, str]]]] = {
    PRODUCT: ("products", _product),
    BOOKING: ("bookings", _booking),
    REVIEW: ("reviews", _review),
}
_FAMILY = {"products": "product", "bookings": "bookings", "reviews": "reviews"}
"""The first part of a fact's key, as files give it."""
NAMES = frozenset(_READERS)


def newest(tellings: Iterable[StateTold]) -> dict[int, StateTold]:
    """Return of each thing what was told of it last, by its own time; the order of ``tellings``
    does not count. A booking of which only statuses are known is none yet."""
    found: dict[int, StateTold] = {}
    for told in sorted(tellings, key=_place):
        known = found.get(told.key)
        if not told.is_status_only:
            found[told.key] = told
        elif known is not None and isinstance(known.row, BookingRow):
            assert isinstance(told.row, BookingRow)
            row = replace(known.row, status=told.row.status, row_no=told.row.row_no)
            found[told.key] = replace(known, row=row)
    return found


def _place(told: StateTold) -> tuple[datetime, str]:
    return told.told_at, repr(replace(told.row, row_no=0))


def anchors(states: Iterable[StateTold]) -> list[Identifiers]:
    """The identifiers that facts will hang on, to be written before them."""
    found = (anchor_of(getattr(one.row, "identifiers", ())) for one in states)
    return [(anchor,) for anchor in found if anchor]


def write(
    states: Mapping[int, StateTold],
    *,
    import_id: int,
    standing: frozenset[int],
    currency: str,
    book: IdentifierBook,
) -> None:
    """Inside the batch's transaction: a new version of each that differs from what stands."""
    by_kind: dict[str, list[StateTold]] = defaultdict(list)
    for told in states.values():
        by_kind[told.kind].append(told)
    for kind, tellings in by_kind.items():
        _write_kind(PLANS[kind], tellings, import_id, standing | {import_id}, currency, book)


def _write_kind(
    plan: Plan,
    tellings: list[StateTold],
    import_id: int,
    standing: frozenset[int],
    currency: str,
    book: IdentifierBook,
) -> None:
    known: dict[int, list[Told]] = defaultdict(list)
    columns = (plan.key, "version", "digest", "of_import_id", "id")
    for key, *one in fetch_by_keys(plan.model, columns, plan.key, {one.key for one in tellings}):
        known[key].append(Told(*one))
    rows: list[tuple[Any, ...]] = []
    for told in tellings:
        values = plan.values(told.row, currency)
        anchor = anchor_of(getattr(told.row, "identifiers", ())) if plan.has_anchor else None
        digest = key64("|".join(map(str, values)), ":".join(anchor or ()))
        live = [one for one in known[told.key] if one.of_import in standing]
        latest = max(live, key=lambda one: one.version, default=None)
        if latest is None or latest.digest != digest:
            head = (told.key, next_version(known[told.key]), digest, import_id, told.row.row_no)
            own = (book.number(anchor),) if plan.has_anchor else ()
            rows.append((*head, *own, *values))
    named = ("identifier_id",) if plan.has_anchor else ()
    insert_rows(
        plan.model,
        (plan.key, "version", "digest", "of_import_id", "row_no", *named, *plan.columns),
        rows,
    )
