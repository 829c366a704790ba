"""Values that point at a person, which imports used them, and which were seen together."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from regulars.sources.models.imports import Import


class Identifier(models.Model):
    """One normalised value of one kind, for ever the same row."""

    kind = models.CharField(max_length=100)
    value = models.CharField(max_length=320)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["value", "kind"], name="identifier_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class IdentifierUse(models.Model):
    """An import named this identifier. It is known while one such import stands."""

    of_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="uses")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of_import", "identifier"], name="use_once")
        ]


class IdentifierPair(models.Model):
    """Two identifiers stood in one record of an import: evidence that they are one person."""

    of_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    low = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of_import", "low", "high"], name="pair_once"),
            models.CheckConstraint(condition=models.Q(low__lt=models.F("high")), name="pair_order"),
        ]
