"""Brings people, mart and scores in line with the facts: what is new is appended, what changed is
replaced, and everything is switched at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Business
from regulars.identity import decisions, resolving, ruling
from regulars.insights import outlook
from regulars.insights.figures import mart_folder
from regulars.insights.models import FindingRun, Refresh, ScoreRun
from regulars.jobs import leases
from regulars.kernel import clock
from regulars.kernel.declarations import MartTable
from regulars.mart import manifest as manifests
from regulars.mart.contracts import fingerprint
from regulars.mart.tables import TABLES
from regulars.profiles import cards
from regulars.profiles import feed as people_feed
from regulars.sources import feed

if TYPE_CHECKING:
    import pyarrow as pa

    from regulars.mart.writer import MartWriter

_LINES_A_BATCH = 65_536
_ORDERS_A_FILE = 262_144
# Beyond this share of all orders it is quicker to write the tables anew than to replace rows.
_MANY_KEYS = 200_000


def refresh(actor: Actor, *, rebuild: bool = False) -> dict[str, Any]:
    """Bring everything up to date; ``rebuild`` makes the mart anew from the database.

    Raises `Busy` when another refresh runs for longer than ten minutes.
    """
    actor.require("refresh.run")
    with leases.hold(leases.MART, wait_seconds=600):
        run = Refresh.objects.create(is_rebuild=rebuild)
        began = time.monotonic()
        try:
            as_of = _refresh(run, rebuild)
        except Exception as error:
            run.failure = f"{type(error).__name__}: {error}"
            run.save()
            raise
        run.seconds = round(time.monotonic() - began, 2)
        run.finished_at = clock.now()
        with transaction.atomic():
            run.save()
            audit(actor, "refresh.run", str(run.pk), rows=run.rows, seconds=run.seconds)
    return {"as_of": as_of, "rows": run.rows, "seconds": run.seconds, "rebuilt": rebuild}


def _refresh(run: Refresh, rebuild: bool) -> date | None:
    business = businesses.get()
    seen = feed.view(business.timezone)
    current = manifests.read(mart_folder())
    cursor = _cursor(business, seen)
    today = clock.today(business.timezone)
    if not rebuild and _is_up_to_date(current, cursor, today):
        return current.as_of
    with leases.hold(leases.IDENTITY, wait_seconds=60):
        resolution = resolving.resolve()
    touched = _touched(current.cursor, cursor)
    card_changes = resolution.changed | cards.touched_by(touched | _news(current.cursor, cursor))
    cards.rebuild(None if rebuild else card_changes, resolution.gone)
    from regulars.mart.writer import MartWriter

    with MartWriter(mart_folder(), wait_seconds=60) as writer:
        is_whole = rebuild or writer.is_outdated or _is_other_clock(current.cursor, cursor)
        if is_whole:
            writer.rebuild()
        run.rows = _write(writer, seen, {} if is_whole else dict(current.cursor), cursor, touched)
        writer.compact()
        as_of = writer.publish(today=today, cursor=cursor).as_of
        writer.vacuum()
    from regulars.insights.findings.keeping import find_everything
    from regulars.insights.scoring import score_everybody

    scored = score_everybody(mart_folder(), as_of=as_of, currency=business.currency)
    _look(scored, business, today)
    find_everything(mart_folder(), as_of=as_of, currency=business.currency, zone=business.timezone)
    return as_of


def _look(scored: ScoreRun, business: Business, today: date) -> None:
    """Work out what Today says, so that no page has to."""
    from regulars.insights import looking
    from regulars.mart.engine import Engine

    engine = Engine(mart_folder())
    try:
        looking.look(
            outlook.Looking(
                engine.snapshot(), scored.as_of, today, business.currency, business.timezone, scored
            )
        )
    finally:
        engine.close()


def _cursor(business: Business, seen: feed.View) -> dict[str, Any]:
    return {
        "standing": sorted(seen.standing),
        "excluded": sorted(seen.excluded),
        "last_ids": feed.last_ids(),
        "decisions": decisions.last_ids(),
        "rules": ruling.mark(),
        "zone": business.timezone,
        "currency": business.currency,
    }


def _is_up_to_date(current: manifests.Manifest, cursor: dict[str, Any], today: date) -> bool:
    scored = ScoreRun.objects.filter(finished_at__isnull=False).order_by("pk").last()
    newest = Refresh.objects.filter(finished_at__isnull=False).order_by("pk").last()
    found = FindingRun.objects.filter(finished_at__isnull=False).order_by("pk").last()
    same_day = newest is not None and clock.today_of(newest.started_at, cursor["zone"]) == today
    return (
        dict(current.cursor) == cursor
        and current.contract == fingerprint(TABLES.values())
        and same_day
        and scored is not None
        and scored.as_of == current.as_of
        and outlook.is_of(current.as_of)
        and found is not None
        and found.as_of == current.as_of
    )


def _touched(before: Any, now: dict[str, Any]) -> set[int]:
    return (set(before.get("standing", ())) ^ set(now["standing"])) | (
        set(before.get("excluded", ())) ^ set(now["excluded"])
    )


def _news(before: Any, now: dict[str, Any]) -> set[int]:
    # A mended row lands in an import that stood before: its people are looked at again.
    return feed.imports_since(before.get("last_ids", {})) & set(now["standing"])


def _is_other_clock(before: Any, now: dict[str, Any]) -> bool:
    return bool(before) and before.get("zone") != now["zone"]


def _write(
    writer: MartWriter,
    seen: feed.View,
    before: dict[str, Any],
    now: dict[str, Any],
    touched: set[int],
) -> dict[str, int]:
    changed = _changed(seen, before, now, touched)
    rows: dict[str, int] = {}
    _write_orders(writer, seen, changed, rows)
    streams: dict[str, Callable[[feed.View, list[int] | None], Iterator[tuple[Any, ...]]]] = {
        "products": feed.products,
        "feedback": feed.feedback,
        "bookings": feed.bookings,
        "events": feed.events,
    }
    for name, stream in streams.items():
        keys = changed[name]
        told = batches(TABLES[name], stream(seen, keys))
        rows[name] = writer.append(name, told) if keys is None else writer.replace(name, keys, told)
    for name, people in (
        ("identifiers", people_feed.identifiers()),
        ("profiles", people_feed.profiles(seen.standing)),
    ):
        writer.clear(name)
        rows[name] = writer.append(name, batches(TABLES[name], people))
    return rows


def _changed(
    seen: feed.View, before: dict[str, Any], now: dict[str, Any], touched: set[int]
) -> dict[str, list[int] | None]:
    """Keys to replace per table; ``None`` = the whole table."""
    if not before:
        return dict.fromkeys(("orders", "products", "feedback", "bookings", "events"), None)
    keys: dict[str, list[int] | None] = {}
    for name in ("products", "feedback", "bookings", "events"):
        keys[name] = sorted(_keys(name, seen, before, touched))
    orders = _keys("orders", seen, before, touched) | _keys("order_lines", seen, before, touched)
    # A product's category stands on every line of it.
    is_whole = bool(keys["products"]) or len(orders) > _MANY_KEYS
    keys["orders"] = None if is_whole else sorted(orders)
    return keys


def _keys(name: str, seen: feed.View, before: dict[str, Any], touched: set[int]) -> set[int]:
    after = before["last_ids"].get(name, 0)
    return feed.changed_keys(name, after=after, touched_imports=touched, standing=seen.standing)


def _write_orders(
    writer: MartWriter, seen: feed.View, changed: dict[str, list[int] | None], rows: dict[str, int]
) -> None:
    keys = changed["orders"]
    if keys is None:
        writer.clear("orders")
        writer.clear("order_lines")
    else:
        writer.replace("orders", keys, ())
        writer.replace("order_lines", keys, (), column="order_key")
        if not keys:
            rows.update(orders=0, order_lines=0)
            return
    rows["orders"] = 0

    def line_batches() -> Iterator[pa.RecordBatch]:
        orders: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        for order, own in feed.orders_with_lines(seen, keys):
            orders.append(order)
            lines += own
            if len(lines) >= _LINES_A_BATCH:
                yield _batch(TABLES["order_lines"], lines)
                lines = []
            if len(orders) >= _ORDERS_A_FILE:
                rows["orders"] += writer.append("orders", [_batch(TABLES["orders"], orders)])
                orders = []
        if orders:
            rows["orders"] += writer.append("orders", [_batch(TABLES["orders"], orders)])
        if lines:
            yield _batch(TABLES["order_lines"], lines)

    rows["order_lines"] = writer.append("order_lines", line_batches())


def batches(table: MartTable, rows: Iterable[tuple[Any, ...]]) -> Iterator[pa.RecordBatch]:
    """Return ``rows`` (in the order of the table's columns) as Arrow batches."""
    stream = iter(rows)
    while part := list(islice(stream, _LINES_A_BATCH)):
        yield _batch(table, part)


def _batch(table: MartTable, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    import pyarrow as pa

    from regulars.mart.contracts import arrow_schema

    schema = arrow_schema(table)
    columns = zip(*rows, strict=True)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
