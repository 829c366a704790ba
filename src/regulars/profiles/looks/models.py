"""Who looked at whom."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models import Identifier


class Look(models.Model):
    """A member opened a person's page, or took their data away; once an hour is enough to know."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    face = models.CharField(max_length=10)
    what = models.CharField(max_length=10)
    hour = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["identifier", "member", "face", "what", "hour"], name="look_once_an_hour"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["hour"], name="look_by_hour")]
