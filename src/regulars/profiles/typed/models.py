"""What members typed about people, and the fields a business made for it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models import Identifier


class CustomField(models.Model):
    """A field of a business's own. ``kind``: text, number, date, choice or yes; ``choices`` are
    those of a choice. One that is not wanted any more keeps what was typed, out of sight."""

    key = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)
    choices = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_away_at = models.DateTimeField(null=True)


class TypedTrait(models.Model):
    """A member typed this of a person. Rows are only added: the latest counts, and an empty value
    lets the files speak again."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    value = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["identifier", "name"], name="typed_of_person"),
            # Birthdays and anniversaries of a day.
            models.Index(fields=["name", "value"], name="typed_by_value"),
        ]


class TypedConsent(models.Model):
    """A person told a member what they allow on one channel for one purpose, and in what words."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20)
    state = models.CharField(max_length=10)
    said = models.CharField(max_length=400)
    at = models.DateTimeField()
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["identifier"], name="typed_consent_of")]
