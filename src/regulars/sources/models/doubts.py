"""What looks wrong in the data, and what was decided about it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models.identifiers import Identifier
from regulars.sources.models.imports import Import


class Doubt(models.Model):
    """One value that looks wrong, and what it should be.

    ``subject`` is the key of the record or order, or the number of the identifier. It is open while
    nobody left it as it is and no standing import put it right.
    """

    kind = models.CharField(max_length=20)
    key = models.BigIntegerField(unique=True)
    subject = models.BigIntegerField()
    identifier = models.ForeignKey(
        Identifier, null=True, on_delete=models.CASCADE, related_name="+"
    )
    before = models.CharField(max_length=320)
    after = models.CharField(max_length=320, blank=True)
    reason = models.CharField(max_length=40)
    worth_minor = models.BigIntegerField(null=True)
    found_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    put_right_by = models.ForeignKey(Import, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind"], name="doubt_kind")]
