"""Who must not come back with the next file."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class EmptiedEvent(models.Model):
    """An event of somebody else that was emptied of a person who was erased, until the mart has
    taken it anew."""

    event_key = models.BigIntegerField(primary_key=True)


class Forgotten(models.Model):
    """A keyed hash of an address or a number of somebody who was erased. What names it is left out
    until the person is welcomed back. Without the installation's secret it says nothing."""

    hash = models.CharField(max_length=32, unique=True)
    erasure_number = models.BigIntegerField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class EmptiedOrder(models.Model):
    """An order of somebody else of which a line named a person who was erased: the mart takes it
    anew, and then this row goes."""

    order_key = models.BigIntegerField(primary_key=True)
