"""Writing many rows in parts, so that others get their turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models, transaction

# Rows changed in one turn at the write lock.
_TURN = 200


def in_turns(model: type[models.Model], numbers: Iterable[int]) -> Iterator[models.QuerySet[Any]]:
    """Yield the rows ``numbers`` of ``model`` in parts, each inside a short transaction."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _TURN):
        with transaction.atomic():
            yield model._default_manager.filter(pk__in=ordered[start : start + _TURN])
