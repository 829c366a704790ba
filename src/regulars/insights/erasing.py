"""The part of figures in an erasure. Loaded at start-up, so that no process erases without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from regulars.accounts import business as businesses
from regulars.profiles import erasure
from regulars.sources import feed
from regulars.sources.models import EmptiedEvent, EmptiedOrder


@erasure.on_erased
def forget(identifiers: frozenset[int], profiles: frozenset[int]) -> None:
    """Take an erased person out of every file of the mart, old versions included, at once. Their
    sales stay as nobody's, so that no figure changes; what others did stays without their name."""
    from regulars.insights.refresh import batches
    from regulars.mart.tables import TABLES
    from regulars.mart.writer import MartWriter

    with MartWriter(_mart(), wait_seconds=60) as writer:
        emptied = list(EmptiedEvent.objects.values_list("pk", flat=True))
        named = list(EmptiedOrder.objects.values_list("pk", flat=True))
        if not writer.manifest.version:
            _taken(emptied, named)
            return
        seen = feed.view(businesses.get().timezone)
        keys = sorted({*_order_keys_of(identifiers), *named})
        orders: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        for order, own in feed.orders_with_lines(seen, keys):
            orders.append(order)
            lines += own
        writer.erase(
            identifiers,
            profiles,
            naming={
                ("events", "event_key"): emptied,
                ("orders", "order_key"): named,
                ("order_lines", "order_key"): named,
            },
            put_back={
                "orders": batches(TABLES["orders"], orders),
                "order_lines": batches(TABLES["order_lines"], lines),
                "events": batches(TABLES["events"], feed.events(seen, emptied)),
            },
        )
        _taken(emptied, named)


def _taken(events: list[int], orders: list[int]) -> None:
    """The mart has these anew."""
    EmptiedEvent.objects.filter(pk__in=events).delete()
    EmptiedOrder.objects.filter(pk__in=orders).delete()


@erasure.on_erased
def forget_charts(identifiers: frozenset[int], profiles: frozenset[int]) -> None:
    """Let go of every kept chart. They hold aggregates, but one of few people may tell of one."""
    from regulars.insights import charts

    charts.forget()


def _order_keys_of(identifiers: frozenset[int]) -> list[int]:
    from regulars.mart.engine import Engine

    engine = Engine(_mart())
    ids = ", ".join(map(str, sorted(identifiers))) or "NULL"
    try:
        found = engine.run(f"SELECT order_key FROM orders WHERE identifier_id IN ({ids})")
    finally:
        engine.close()
    return [row[0] for row in found.rows]


def _mart() -> Path:
    return Path(settings.DATA_FOLDER) / "mart"
