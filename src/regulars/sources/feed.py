"""Live facts as the mart wants them: a stream of rows per table, whole or for some keys.

Two streams sorted by order (headers and lines) are merged, so that memory does not grow with the
database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models

from regulars.kernel.windows import is_day_alone
from regulars.sources.live import excluded_repeat_ids, standing_ids, unpriced_ids
from regulars.sources.models import (
    Booking,
    CustomerRecord,
    Event,
    Feedback,
    IdentifierPair,
    Order,
    OrderLine,
    Product,
)

_FETCH = 5000
_KEYS_AT_ONCE = 2000
REVENUE_KINDS = frozenset({"goods", "postage", "fee", "discount", "refund"})
GOODS_KINDS = frozenset({"goods", "discount", "refund"})

When = tuple[datetime, date, int | None, int]
LocalTime = Callable[[datetime], When]


@dataclass(frozen=True, slots=True)
class View:
    """Which facts are live, and the business's time zone. ``unpriced``: imports of files that tell
    what was sold but not for how much."""

    standing: frozenset[int]
    excluded: frozenset[int]
    unpriced: frozenset[int]
    local: LocalTime
    categories: dict[int, str]


def view(zone: str) -> View:
    """Return the view of the facts as they stand now."""
    standing = standing_ids()
    categories = {
        row[0]: row[5]
        for row in _live_rows(Product, "product_key", _PRODUCT_COLUMNS, None, standing)
        if row[5]
    }
    return View(standing, excluded_repeat_ids(), unpriced_ids(), local_time(zone), categories)


def local_time(zone: str) -> LocalTime:
    """Return a function from instant to (instant, local day, hour, weekday with Monday 0); the hour
    is ``None`` where the file told the day alone."""
    tz = ZoneInfo(zone)
    known: dict[datetime, When] = {}

    def convert(at: datetime) -> When:
        found = known.get(at)
        if found is None:
            aware = at if at.tzinfo else at.replace(tzinfo=UTC)
            local = aware.astimezone(tz)
            if len(known) > 20_000:
                known.clear()
            hour = None if is_day_alone(local) else local.hour
            found = known[at] = (aware, local.date(), hour, local.weekday())
        return found

    return convert


# ---- orders and their lines -------------------------------------------------------------------

_HEADER_COLUMNS = (
    "order_key version of_import_id identifier_id external_id happened_at place channel currency "
    "status"
).split()
_LINE_COLUMNS = (
    "order_key line_key version of_import_id product_key kind sku name category quantity "
    "unit_price amount_minor is_repeat is_summary is_removed"
).split()


def orders_with_lines(
    seen: View, keys: list[int] | None = None
) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    """Yield (order row, its line rows) as the mart's tables `orders` and `order_lines` have them.

    ``keys`` limits it to some order keys; ``None`` gives every live order, by key.
    """
    for part in _parts(keys):
        headers = _by_key(_scan(Order, _HEADER_COLUMNS, "order_key", part))
        lines = _by_key(_scan(OrderLine, _LINE_COLUMNS, "order_key", part))
        line_key, line_rows = next(lines, (None, []))
        for key, versions in headers:
            while line_key is not None and line_key < key:
                line_key, line_rows = next(lines, (None, []))
            header = _latest(versions, seen.standing)
            if header is not None:
                own = line_rows if line_key == key else []
                yield _order(header, _live_lines(own, seen), seen)


def _live_lines(rows: list[tuple[Any, ...]], seen: View) -> list[tuple[Any, ...]]:
    live = []
    for _, versions in groupby(sorted(rows, key=itemgetter(1, 2)), key=itemgetter(1)):
        row = _latest(list(versions), seen.standing, at=3)
        if row is None or row[14] or (row[12] and row[3] in seen.excluded):
            continue
        live.append(row)
    if any(row[5] == "goods" and not row[13] for row in live):
        live = [row for row in live if not row[13]]
    return live


def _order(
    header: tuple[Any, ...], lines: list[tuple[Any, ...]], seen: View
) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    key, _, run, identifier, external_id, at, place, channel, currency, status = header
    when = seen.local(at)
    sums = dict.fromkeys(
        ("goods", "postage", "fee", "discount", "refund", "tax", "tip", "payment"), 0
    )
    back = 0
    for row in lines:
        sums[row[5]] += row[11]
        if row[5] == "goods" and row[11] < 0:
            back -= row[11]
    amount = sum(sums[kind] for kind in REVENUE_KINDS)
    goods = sum(sums[kind] for kind in GOODS_KINDS)
    is_return, is_priced = amount < 0, amount != 0 or run not in seen.unpriced
    refund = -amount if is_return else back - sums["refund"]
    order = (
        key, external_id, identifier, *when, place, channel, currency, status, is_return,
        is_priced, amount, goods, refund, -sums["discount"], sums["tax"], sums["tip"], len(lines),
        run,
    )  # fmt: skip
    rows = [
        (
            row[1], key, row[4], row[6], row[7], row[8] or seen.categories.get(row[4], ""), row[5],
            float(row[9] or 0), float(row[10] or 0), row[11], identifier, *when, place, channel,
            currency, status, is_return, is_priced, row[12], row[3],
        )
        for row in lines
    ]  # fmt: skip
    return order, rows


# ---- everything else --------------------------------------------------------------------------

_PRODUCT_COLUMNS = "product_key version of_import_id sku name category price_minor currency".split()
_FEEDBACK_COLUMNS = (
    "feedback_key version of_import_id identifier_id happened_at origin rating rating_max text "
    "author replied_at place"
).split()
_BOOKING_COLUMNS = (
    "booking_key version of_import_id identifier_id booked_at starts_at ends_at what status party "
    "amount_minor currency place channel staff"
).split()
_EVENT_COLUMNS = (
    "event_key version of_import_id identifier_id name happened_at properties"
).split()


def products(seen: View, keys: list[int] | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the mart's `products`."""
    for row in _live_rows(Product, "product_key", _PRODUCT_COLUMNS, keys, seen.standing):
        yield (row[0], *row[3:8], row[2])


def feedback(seen: View, keys: list[int] | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the mart's `feedback`."""
    for row in _live_rows(Feedback, "feedback_key", _FEEDBACK_COLUMNS, keys, seen.standing):
        key, _, run, identifier, at, origin, rating, best, text, author, replied, place = row
        instant, day, _, _ = seen.local(at)
        yield (
            key, identifier, instant, day, origin, rating, best, _stars(rating, best), text, author,
            _aware(replied), place, run,
        )  # fmt: skip


def _stars(rating: int | None, best: int) -> int | None:
    """The nearest of one to five stars, half a star upwards; as `insights.voices` counts them."""
    if rating is None or best <= 0:
        return None
    return min(5, max(1, (2 * 5 * rating + best) // (2 * best)))


def bookings(seen: View, keys: list[int] | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the mart's `bookings`."""
    for row in _live_rows(Booking, "booking_key", _BOOKING_COLUMNS, keys, seen.standing):
        key, _, run, identifier, booked, starts, ends, what, status, party, amount = row[:11]
        instant, day, hour, weekday = seen.local(starts)
        yield (
            key, identifier, _aware(booked), instant, day, hour, weekday, _aware(ends), what,
            status, party, amount, *row[11:], run,
        )  # fmt: skip


def events(seen: View, keys: list[int] | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the mart's `events`."""
    for row in _live_rows(Event, "event_key", _EVENT_COLUMNS, keys, seen.standing):
        key, _, run, identifier, name, at, properties = row
        instant, day, _, _ = seen.local(at)
        text = properties if isinstance(properties, str) else "{}"
        yield (key, identifier, name, instant, day, text, run)


def told_events(seen: View, keys: list[int] | None = None) -> Iterator[tuple[Any, ...]]:
    """The same without the day of the business, which takes as long as all the rest: for a page
    that shows fifty of thousands. The day's place is ``None``."""
    for row in _live_rows(Event, "event_key", _EVENT_COLUMNS, keys, seen.standing):
        key, _, run, identifier, name, at, properties = row
        instant = at if at.tzinfo else at.replace(tzinfo=UTC)
        yield (key, identifier, name, instant, None, properties or "{}", run)


# ---- what changed ------------------------------------------------------------------------------

FACTS: dict[str, tuple[type[models.Model], str]] = {
    "orders": (Order, "order_key"),
    "order_lines": (OrderLine, "order_key"),
    "products": (Product, "product_key"),
    "feedback": (Feedback, "feedback_key"),
    "bookings": (Booking, "booking_key"),
    "events": (Event, "event_key"),
}


def last_ids() -> dict[str, int]:
    """The highest row number of each table of facts, of customer records and of what stood side by
    side: the cursor from which news is read."""
    return {
        name: model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
        for name, model in _tables().items()
    }


def imports_since(last: Mapping[str, int]) -> set[int]:
    """The imports that told something beyond the rows of ``last``, as `last_ids` gave them: a file
    that landed, a row that was mended, a message."""
    found: set[int] = set()
    for name, model in _tables().items():
        rows = model._default_manager.filter(pk__gt=last.get(name, 0)).order_by()
        found |= set(rows.values_list("of_import_id", flat=True).distinct())
    return found


def _tables() -> dict[str, type[models.Model]]:
    facts = {name: model for name, (model, _) in FACTS.items()}
    return facts | {"customers": CustomerRecord, "pairs": IdentifierPair}


def changed_keys(
    name: str, *, after: int, touched_imports: Iterable[int], standing: frozenset[int]
) -> set[int]:
    """Keys of ``name`` told since row ``after`` by standing imports, or told by an import of
    ``touched_imports`` (finished, undone or decided on since)."""
    model, key = FACTS[name]
    rows = model._default_manager.order_by()
    found = set(
        rows.filter(pk__gt=after, of_import_id__in=standing).values_list(key, flat=True).distinct()
    )
    touched = list(touched_imports)
    if touched:
        found |= set(rows.filter(of_import_id__in=touched).values_list(key, flat=True).distinct())
    return found


# ---- reading -----------------------------------------------------------------------------------


def _live_rows(
    model: type[models.Model],
    key: str,
    columns: list[str],
    keys: list[int] | None,
    standing: frozenset[int],
) -> Iterator[tuple[Any, ...]]:
    for part in _parts(keys):
        for _, versions in _by_key(_scan(model, columns, key, part)):
            row = _latest(versions, standing)
            if row is not None:
                yield row


def _parts(keys: list[int] | None) -> Iterator[list[int] | None]:
    if keys is None:
        yield None
        return
    ordered = sorted(keys)
    for start in range(0, len(ordered), _KEYS_AT_ONCE):
        yield ordered[start : start + _KEYS_AT_ONCE]


def _scan(
    model: type[models.Model], columns: list[str], key: str, keys: list[int] | None
) -> Iterator[tuple[Any, ...]]:
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"SELECT {', '.join(columns)} FROM {table}"
    if keys is not None:
        sql += f" WHERE {key} IN ({', '.join(['%s'] * len(keys))})"
    sql += f" ORDER BY {key}"
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, keys or [])
        while rows := cursor.fetchmany(_FETCH):
            yield from rows


def _by_key(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    for key, group in groupby(rows, key=itemgetter(0)):
        yield key, list(group)


def _latest(
    versions: list[tuple[Any, ...]], standing: frozenset[int], *, at: int = 2
) -> tuple[Any, ...] | None:
    # ``at`` is the place of the import's number; the version stands just before it.
    live = [row for row in versions if row[at] in standing]
    return max(live, key=itemgetter(at - 1)) if live else None


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
