"""Who a person is to us: the card that is searched and listed, and that somebody was erased."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars.identity.models import Profile
from regulars.profiles.counter.models import CounterEntry, PointsEntry
from regulars.profiles.hanging.models import (
    Mention,
    Note,
    NoteText,
    PersonFile,
    Relation,
    Task,
)
from regulars.profiles.looks.models import Look
from regulars.profiles.pipeline.models import (
    FormKnock,
    FormSubmission,
    Lead,
    LeadContact,
    LeadForm,
    LeadMove,
    Pipeline,
    Stage,
)
from regulars.profiles.typed.models import CustomField, TypedConsent, TypedTrait
from regulars.profiles.viewing.models import BulkEdit, SavedView, Tag, Tagging

__all__ = [
    "BulkEdit",
    "Card",
    "CounterEntry",
    "CustomField",
    "EnrichedDay",
    "EnrichedPlace",
    "Enrichment",
    "EnrichmentObjection",
    "Erasure",
    "FormKnock",
    "FormSubmission",
    "Lead",
    "LeadContact",
    "LeadForm",
    "LeadMove",
    "Look",
    "Mention",
    "Note",
    "NoteText",
    "PersonFile",
    "Pipeline",
    "PointsEntry",
    "Relation",
    "SavedView",
    "Stage",
    "Tag",
    "Tagging",
    "Task",
    "TypedConsent",
    "TypedTrait",
]


class Card(models.Model):
    """One line about a person, derived from the records of their identifiers.

    ``haystack`` is what the search looks through: lower-case, accents folded, digits of phones.
    ``words`` are those that a name is listed under, folded, with blanks between. ``allows`` names
    the channels on which they want news; null until it was worked out.
    """

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, primary_key=True)
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=80, blank=True)
    haystack = models.TextField(blank=True)
    digest = models.BigIntegerField(default=0)
    # Null, as SQLite would otherwise make the table anew, without the triggers of the search.
    allows = models.CharField(max_length=60, null=True)
    words = models.TextField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["name", "profile"], name="card_by_name"),
            models.Index(fields=["country"], name="card_by_country"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone


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


class Enrichment(models.Model):
    """Something third parties know of places or days, with what the owner had to say for it: from
    whom it is, what it is for, and on what lawful basis. ``columns`` are its values' names."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    publisher = models.CharField(max_length=200)
    address = models.CharField(max_length=400, blank=True)
    as_of = models.DateField()
    licence = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=400)
    basis = models.CharField(max_length=30)
    basis_reason = models.CharField(max_length=400, blank=True)
    columns = models.JSONField(default=list)
    row_count = models.IntegerField(default=0)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return self.name


class EnrichedPlace(models.Model):
    """What an enrichment says of one postcode, or of all that begin like it."""

    enrichment = models.ForeignKey(Enrichment, on_delete=models.CASCADE, related_name="places")
    postcode = models.CharField(max_length=16)
    values = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrichment", "postcode"], name="enriched_place_once")
        ]


class EnrichedDay(models.Model):
    """What an enrichment says of one day."""

    enrichment = models.ForeignKey(Enrichment, on_delete=models.CASCADE, related_name="days")
    on = models.DateField()
    values = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrichment", "on"], name="enriched_day_once")
        ]


class EnrichmentObjection(models.Model):
    """A person does not want an enrichment to be used for them."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    enrichment = models.ForeignKey(Enrichment, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "enrichment"], name="objection_once")
        ]
