"""What a person did, from live facts only: orders with their lines, bookings, feedback, events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from regulars.accounts import business
from regulars.mart.tables import ORDERS
from regulars.sources import feed
from regulars.sources.live import excluded_repeat_ids, standing_ids, unpriced_ids
from regulars.sources.models import Booking, Feedback, Order

_ORDER_COLUMNS = tuple(column.name for column in ORDERS.columns)


@dataclass(slots=True)
class Line:
    """One line of an order."""

    kind: str
    sku: str
    name: str
    quantity: float
    amount_minor: int | None


@dataclass(slots=True)
class Purchase:
    """One order or return. Money is ``None`` where the reader may not see it."""

    order_key: int
    external_id: str
    happened_at: datetime
    place: str
    channel: str
    currency: str
    status: str
    is_return: bool
    amount_minor: int | None
    import_id: int
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Visit:
    """One booking."""

    booking_key: int
    starts_at: datetime
    ends_at: datetime | None
    what: str
    status: str
    party: int | None
    amount_minor: int | None
    currency: str
    place: str
    import_id: int


@dataclass(slots=True)
class Opinion:
    """One piece of feedback."""

    feedback_key: int
    happened_at: datetime
    origin: str
    rating: int | None
    rating_max: int
    text: str
    author: str
    replied_at: datetime | None
    import_id: int


@dataclass(slots=True)
class Occurrence:
    """One event."""

    event_key: int
    name: str
    happened_at: datetime
    properties: dict[str, Any]
    import_id: int


@dataclass(slots=True)
class Doings:
    """Everything one person did, each list newest first."""

    orders: list[Purchase]
    bookings: list[Visit]
    feedback: list[Opinion]
    events: list[Occurrence]
    event_count: int


def of(identifier_ids: frozenset[int], *, most_events: int | None = None) -> Doings:
    """Return what hangs on ``identifier_ids`` and is live, with the figures that the mart has; of
    thousands of events the newest ``most_events``, and how many there are."""
    here = business.find()
    seen = feed.View(
        standing_ids(),
        excluded_repeat_ids(),
        unpriced_ids(),
        feed.local_time(here.timezone if here else "UTC"),
        {},
    )
    keys = _order_keys(identifier_ids)
    orders = [
        _purchase(order, lines)
        for order, lines in feed.orders_with_lines(seen, keys)
        if order[2] in identifier_ids
    ]
    bookings = _live(feed.bookings, Booking, "booking_key", seen, identifier_ids)
    feedback = _live(feed.feedback, Feedback, "feedback_key", seen, identifier_ids)
    event_keys = _event_keys(identifier_ids, seen.standing)
    newest = event_keys[:most_events]
    events = list(feed.told_events(seen, newest)) if newest else []
    return Doings(
        sorted(orders, key=lambda one: (one.happened_at, one.order_key), reverse=True),
        sorted(map(_visit, bookings), key=lambda one: one.starts_at, reverse=True),
        sorted(map(_opinion, feedback), key=lambda one: one.happened_at, reverse=True),
        sorted(
            map(_occurrence, events), key=lambda one: (one.happened_at, one.event_key), reverse=True
        ),
        len(event_keys),
    )


def _order_keys(identifier_ids: frozenset[int]) -> list[int]:
    rows = Order.objects.filter(identifier_id__in=identifier_ids).order_by()
    return list(rows.values_list("order_key", flat=True).distinct())


def _event_keys(identifier_ids: frozenset[int], standing: frozenset[int]) -> list[int]:
    """The live events of these identifiers, the newest first."""
    if not standing or not identifier_ids:
        return []
    own = ", ".join(map(str, sorted(identifier_ids)))
    # The plus keeps SQLite from reading whole imports; a later telling may hang on somebody else.
    sql = f"""
        SELECT told.event_key FROM (
            SELECT event_key, max(version) AS version FROM sources_event
            WHERE event_key IN (SELECT event_key FROM sources_event WHERE identifier_id IN ({own}))
              AND +of_import_id IN ({", ".join(map(str, sorted(standing)))})
            GROUP BY event_key
        ) live JOIN sources_event told
          ON told.event_key = live.event_key AND told.version = live.version
        WHERE told.identifier_id IN ({own})
        ORDER BY told.happened_at DESC, told.event_key DESC"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def _live(
    read: Callable[..., Iterator[tuple[Any, ...]]],
    model: Any,
    key: str,
    seen: feed.View,
    identifier_ids: frozenset[int],
) -> list[tuple[Any, ...]]:
    rows = model.objects.filter(identifier_id__in=identifier_ids).order_by()
    keys = list(rows.values_list(key, flat=True).distinct())
    # A later version may hang on somebody else, or on nobody: only the live one tells.
    return [row for row in read(seen, keys) if row[1] in identifier_ids] if keys else []


def _purchase(order: tuple[Any, ...], lines: list[tuple[Any, ...]]) -> Purchase:
    told = dict(zip(_ORDER_COLUMNS, order, strict=True))
    own = (
        "order_key external_id happened_at place channel currency status is_return amount_minor "
        "import_id"
    ).split()
    return Purchase(
        **{name: told[name] for name in own},
        lines=[Line(row[6], row[3], row[4], row[7], row[9]) for row in lines],
    )


def _visit(row: tuple[Any, ...]) -> Visit:
    ends, what, status, party, amount, currency, place = row[7:14]
    return Visit(row[0], row[3], ends, what, status, party, amount, currency, place, row[-1])


def _opinion(row: tuple[Any, ...]) -> Opinion:
    key, _, at, _, origin, rating, best, _stars, text, author, replied, _place, run = row
    return Opinion(key, at, origin, rating, best, text, author, replied, run)


def _occurrence(row: tuple[Any, ...]) -> Occurrence:
    return Occurrence(row[0], row[2], row[3], orjson.loads(row[5]), row[-1])
