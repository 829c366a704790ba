"""What the facts add up to, written so that two databases can be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction

from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.profiles import cards
from regulars.profiles.models import Card
from regulars.sources import feed
from regulars.sources.models import (
    Booking,
    CustomerRecord,
    Event,
    Feedback,
    Identifier,
    IdentifierPair,
    IdentifierUse,
    Order,
    OrderLine,
    Product,
    QuarantinedRow,
)

FACTS: tuple[type[models.Model], ...] = (
    Order, OrderLine, Product, CustomerRecord, Feedback, Booking, Event, Identifier, IdentifierUse,
    IdentifierPair, QuarantinedRow,
)  # fmt: skip


def live() -> dict[str, Any]:
    """The live facts, people and cards; which import told a fact is left out."""
    seen = feed.view("Europe/London")
    values = {one.pk: str(one) for one in Identifier.objects.all()}

    def named(row: tuple[Any, ...], place: int) -> tuple[Any, ...]:
        who = row[place]
        return (*row[:place], values[who] if who else None, *row[place + 1 : -1])

    orders = [
        (named(order, 2), sorted((named(line, 10) for line in lines), key=str))
        for order, lines in feed.orders_with_lines(seen)
    ]
    return {
        "orders": orders,
        "products": [row[:-1] for row in feed.products(seen)],
        "feedback": [named(row, 1) for row in feed.feedback(seen)],
        "bookings": [named(row, 1) for row in feed.bookings(seen)],
        "events": [named(row, 1) for row in feed.events(seen)],
        "people": _people(values),
    }


def _people(values: dict[int, str]) -> list[tuple[Any, ...]]:
    resolution = resolve()
    cards.rebuild(None, resolution.gone)
    sets: dict[int, list[str]] = defaultdict(list)
    for identifier, profile in Link.objects.values_list("identifier_id", "profile_id"):
        sets[profile].append(values[identifier])
    shown = {
        card.pk: (card.name, card.email, card.phone, card.country) for card in Card.objects.all()
    }
    return sorted((sorted(found), shown.get(profile)) for profile, found in sets.items())


def dump(*, without: frozenset[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of facts, byte for byte but for ``without`` and times of writing."""
    found = {}
    for model in FACTS:
        columns = [
            field.column
            for field in model._meta.concrete_fields
            if field.column not in {"recorded_at", "resolved_at", *without}
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)} FROM {model._meta.db_table}")
            found[model._meta.db_table] = sorted(map(repr, cursor.fetchall()))
    return found


class _Undone(Exception):
    pass


@contextmanager
def scratch() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    try:
        with transaction.atomic():
            yield
            raise _Undone
    except _Undone:
        pass
