"""Pipelines and their stages, leads and their moves, and the forms that feed them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models import Identifier


class Pipeline(models.Model):
    """One way from a first word to a sale."""

    name = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """Where leads of a pipeline stand. ``kind``: open, won or lost; ``probability`` in percent."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=80)
    place = models.SmallIntegerField()
    probability = models.SmallIntegerField()
    kind = models.CharField(max_length=8)
    # Moves name a stage for ever: one that is taken away stays, out of sight.
    taken_away_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(probability__gte=0, probability__lte=100),
                name="stage_probability",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LeadForm(models.Model):
    """A form on a website. ``fields`` are the names of those asked for, each required or not;
    ``consent`` is the sentence beside its box, "" for none."""

    token = models.CharField(max_length=43, unique=True)
    name = models.CharField(max_length=120)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=dict)
    consent = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Lead(models.Model):
    """Somebody who might buy. ``anchor`` once we know them; until then what was typed stands here.

    ``stage``, ``entered_at`` and ``place`` follow from the last move that stands; they are kept
    here so that a board of many leads opens at once. ``place`` orders a column, the least on top.
    """

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.BigIntegerField()
    entered_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    anchor = models.ForeignKey(Identifier, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    # The same as identifiers are written, to find the person once one exists.
    email_key = models.CharField(max_length=320, blank=True, db_index=True)
    phone_key = models.CharField(max_length=320, blank=True, db_index=True)
    value_minor = models.BigIntegerField(null=True)
    probability = models.SmallIntegerField(null=True)
    source = models.CharField(max_length=80, blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_on = models.DateField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["stage", "place", "id"], name="lead_column"),
            # Counts and sums of a whole board are read from this alone.
            models.Index(
                fields=["pipeline", "stage", "value_minor", "probability"], name="lead_sums"
            ),
            models.Index(fields=["stage", "source"], name="lead_sources"),
        ]

    def __str__(self) -> str:
        return self.title


class LeadMove(models.Model):
    """A lead came into a stage: who moved it, when, from where and why. The first has no
    ``from_stage``. ``stayed_seconds`` is how long it had stood where it came from."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    from_stage = models.ForeignKey(Stage, null=True, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_place = models.BigIntegerField(null=True)
    to_place = models.BigIntegerField()
    stayed_seconds = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class LeadContact(models.Model):
    """Somebody of us was in touch about a lead."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="contacts")
    at = models.DateTimeField()
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    words = models.CharField(max_length=500, blank=True)


class FormSubmission(models.Model):
    """What somebody sent by a form, as typed, with the wording they agreed to and when.

    Held while it has a ``held_why`` and nobody decided; then it is a lead, or thrown away, which
    deletes it. ``once`` is a digest of the number the page bore: the same page lands once.
    """

    form = models.ForeignKey(LeadForm, on_delete=models.CASCADE, related_name="submissions")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE, related_name="submissions")
    at = models.DateTimeField()
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    email_key = models.CharField(max_length=320, blank=True, db_index=True)
    phone_key = models.CharField(max_length=320, blank=True, db_index=True)
    language = models.CharField(max_length=10, blank=True)
    consent_wording = models.CharField(max_length=1000, blank=True)
    consented_at = models.DateTimeField(null=True)
    held_why = models.CharField(max_length=200, blank=True)
    let_in_at = models.DateTimeField(null=True)
    let_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    once = models.CharField(max_length=64, unique=True)
    content = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["form", "content", "at"], name="submission_content"),
            models.Index(fields=["lead", "id"], name="submission_held"),
        ]


class FormKnock(models.Model):
    """How often one address sent a form within an hour: a keyed hash of it, gone the day after."""

    who = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["who", "hour"], name="form_knock_once")
        ]
