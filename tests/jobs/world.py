"""A row in every table that a backup holds, whatever tables there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from regulars.jobs.tables import kept_models

_TEXT = "Zoë \u2028 'quoted', \"twice\"\n\\N\t{}"
_JSON = {"z": [1, 2.5, None, True], "a": {"é": "x"}}
_INSTANT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)


def value_of(field: Any, number: int) -> Any:
    """Some value that the field can hold, different for each ``number`` where it is unique."""
    if field.choices:
        return field.choices[0][0]
    kinds: list[tuple[type[Any], Any]] = [
        (models.BooleanField, number % 2 == 0),
        (models.DateTimeField, _INSTANT + timedelta(days=number)),
        (models.DateField, date(2024, 2, 29) + timedelta(days=number)),
        (models.TimeField, time(7, 30 + number)),
        (models.DecimalField, Decimal("-1234.5678") + number),
        (models.FloatField, 0.1 + number),
        (models.JSONField, _JSON),
        (models.BinaryField, bytes(range(256))),
        (models.GenericIPAddressField, f"10.0.0.{number}"),
        (models.EmailField, f"zoe{number}@example.org"),
        (models.IntegerField, number),
        (models.CharField, f"{number} {_TEXT}"),
        (models.TextField, f"{number} {_TEXT}"),
    ]
    value = next(value for kind, value in kinds if isinstance(field, kind))
    return value[: field.max_length] if isinstance(value, str) and field.max_length else value


def fill(rows: int = 2) -> None:
    """Put ``rows`` rows into every table; those it may not accept twice get one."""
    with transaction.atomic():
        for model in kept_models():
            for number in range(1, rows + 1):
                try:
                    with transaction.atomic():
                        _add(model, number)
                        connection.check_constraints()
                except IntegrityError:
                    # One business, one undo of an import: what may be there once is there once.
                    assert number > 1, model


def _add(model: type[models.Model], number: int) -> None:
    values: dict[str, Any] = {}
    for field in model._meta.local_concrete_fields:
        if field.is_relation:
            pks = list(
                field.related_model._base_manager.order_by("pk").values_list("pk", flat=True)
            )
            # The last one with an even place, so that pairs (low, high) come in order.
            place = -1 if field.name == "high" else min(number, len(pks)) - 1
            values[field.attname] = pks[place] if pks else None
        elif not field.primary_key or not isinstance(field, models.AutoField):
            values[field.attname] = value_of(field, number)
    if model._meta.label == "accounts.Business":
        values["id"] = number
    model._base_manager.bulk_create([model(**values)])
