"""Points, and that an entry made at the counter has landed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models import Identifier


def _member() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class PointsEntry(models.Model):
    """Points given or taken. The ledger is the balance: rows are only added."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    points = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    member = _member()


class CounterEntry(models.Model):
    """What a tablet sent under ``key``, which it made itself: sent again, it lands no second time.

    ``happened_at`` is by the tablet's clock, where it was offline.
    """

    key = models.CharField(max_length=64)
    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    happened_at = models.DateTimeField()
    at = models.DateTimeField()
    member = _member()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key"], name="counter_entry_once")]
