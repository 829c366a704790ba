"""Who a person is to us: the card that is searched and listed, and that somebody was erased."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from regulars.identity.models import Profile


class Card(models.Model):
    """One line about a person, derived from the records of their identifiers.

    ``haystack`` is what the search looks through: lower-case, accents folded, digits of phones.
    """

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, primary_key=True)
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=80, blank=True)
    haystack = models.TextField(blank=True)
    digest = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "profile"], name="card_by_name")]


class NameWord(models.Model):
    """One word of a person's name, folded: found by its first letters, two are enough."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    word = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [
            # The pattern classes let PostgreSQL find a prefix whatever its collation.
            models.Index(
                fields=["word", "profile"],
                name="name_word",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            )
        ]


class Erasure(models.Model):
    """That somebody was erased: when, by whom, how many rows; nothing of whom it was.

    ``pending`` holds the person's numbers until everything is gone, so that an erasure cut off by
    a kill is taken up again; then it is null.
    """

    at = models.DateTimeField(auto_now_add=True)
    member_id_at_the_time = models.BigIntegerField(null=True)
    rows = models.JSONField(default=dict)
    pending = models.JSONField(null=True)
    finished_at = models.DateTimeField(null=True)
    mart_done_at = models.DateTimeField(null=True)
