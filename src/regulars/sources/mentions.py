"""What is told of others, and what they did and bought, emptied where it names one person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models.functions import Cast

from regulars.sources.models import (
    CustomerRecord,
    EmptiedEvent,
    EmptiedOrder,
    Event,
    OrderLine,
)
from regulars.sources.naming import Naming
from regulars.sources.turns import in_turns

OF_LINES = ("name", "sku", "category")


def empty_records(sought: Naming) -> int:
    """Traits of others: whom they brought, with whom they take their tea. How many records."""
    return sum(1 for _ in _emptied(CustomerRecord, "traits", sought))


def empty_events(sought: Naming) -> int:
    """What others did: a reply to them, a gift, a friend who was told. How many events; the mart is
    told of each by an `EmptiedEvent`."""
    count = 0
    for row in _emptied(Event, "properties", sought):
        EmptiedEvent.objects.get_or_create(pk=row.event_key)
        count += 1
    return count


def _emptied(model: type[models.Model], column: str, sought: Naming) -> Iterator[Any]:
    """Empty the texts of a JSON column that name the person; yield each row that had some."""
    told = model._default_manager.alias(said=Cast(column, models.TextField())).order_by()
    naming = told.filter(said__iregex=sought.inside.pattern).values_list("pk", flat=True)
    for part in in_turns(model, naming):
        for row in part:
            setattr(row, column, without(getattr(row, column), sought))
            row.save(update_fields=[column])
            yield row


def empty_lines(sought: Naming) -> int:
    """What others bought: a gift to their address. How many lines; the mart is told of each order
    by an `EmptiedOrder`."""
    count = 0
    for column in OF_LINES:
        # A shop sells few different things, however many lines tell of them.
        texts = OrderLine.objects.order_by().values_list(column, flat=True).distinct()
        naming = [text for text in texts.iterator() if text and sought.in_text(text)]
        rows = OrderLine.objects.filter(**{f"{column}__in": naming}).order_by()
        for part in in_turns(OrderLine, rows.values_list("pk", flat=True) if naming else ()):
            for key in part.values_list("order_key", flat=True).distinct():
                EmptiedOrder.objects.get_or_create(pk=key)
            count += part.update(**{column: ""})
    return count


def without(value: Any, sought: Naming) -> Any:
    """A JSON value with every text emptied that names the person."""
    if isinstance(value, str):
        return "" if sought.in_text(value) else value
    if isinstance(value, list):
        return [without(one, sought) for one in value]
    if isinstance(value, dict):
        return {name: without(one, sought) for name, one in value.items()}
    return value
