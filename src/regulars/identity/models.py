"""Which of it is the same person: a profile is a set of identifiers, nothing else."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models import Identifier


class Profile(models.Model):
    """A person. The number is that of the set's oldest identifier, so that a merge undone gives
    both people their old numbers back."""

    id = models.BigIntegerField(primary_key=True)


class Link(models.Model):
    """This identifier belongs to that profile; derived, and always the same for the same facts."""

    ALL_ONE: ClassVar = "all who have it are one person"
    """The evidence of a value that joins nobody and is somebody's all the same."""

    identifier = models.OneToOneField(Identifier, on_delete=models.CASCADE, primary_key=True)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="links")
    evidence = models.CharField(max_length=120, blank=True)


class Holder(models.Model):
    """One of several people who have this identifier, which is therefore in nobody's set; derived,
    like links."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "identifier"], name="holder_once")
        ]


class ProfileChange(models.Model):
    """The set of this profile's identifiers became another, as messages came in; for whoever
    follows, and let go of once it was followed."""

    profile_number = models.BigIntegerField()


class Decision(models.Model):
    """Somebody's word that two identifiers are of one person, or of two: ``together`` or ``apart``.

    ``by`` is a person or matching; ``score`` is matching's chance and ``evidence`` what it rested
    on. A decision counts until it was ended; see `Ending`.
    """

    TOGETHER, APART = "together", "apart"
    PERSON, MATCH = "person", "match"

    word = models.CharField(max_length=8)
    low = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    by = models.CharField(max_length=6)
    score = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)
    reason = models.CharField(max_length=400, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(low__lt=models.F("high")), name="word_order")
        ]


class Ending(models.Model):
    """A decision counts no more. One that was ended by another decision (two people who were kept
    apart are merged) counts again when that other one has ended itself.

    ``kind``: the two were parted, or the decision was a slip and leaves the question open.
    """

    PARTED, TAKEN_BACK = "parted", "taken_back"

    kind = models.CharField(max_length=10, default=PARTED)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="endings")
    by_decision = models.ForeignKey(
        Decision, null=True, on_delete=models.CASCADE, related_name="ended"
    )
    reason = models.CharField(max_length=400, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()


class MatchRun(models.Model):
    """One look through everybody for those who are probably the same person."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    people = models.IntegerField(default=0)
    joined = models.IntegerField(default=0)
    offered = models.IntegerField(default=0)
    seconds = models.FloatField(null=True)
    failure = models.CharField(max_length=400, blank=True)


class Proposal(models.Model):
    """Two people who may be one, by an identifier of each: what a look found and nobody answered.

    ``evidence`` holds what `science.matching.deciding.Match` says. Made anew by every look.
    """

    low = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    chance = models.FloatField()
    evidence = models.JSONField(default=dict)
    found_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["low", "high"], name="proposal_once")
        ]
        indexes: ClassVar = [models.Index(fields=["-chance", "id"], name="proposal_by_chance")]


class JoiningRule(models.Model):
    """What the owner said of one kind of identifiers, where that is not the default; see
    `rules.Rules`. ``place`` is its place in the order, the strongest first; none while the order is
    the default. No number means any number."""

    kind = models.CharField(max_length=100, unique=True)
    place = models.PositiveSmallIntegerField(null=True)
    most = models.PositiveIntegerField(null=True)
    window = models.CharField(max_length=8, default="ever")
    beside = models.PositiveIntegerField(null=True)


class BlockedValue(models.Model):
    """A value that stands for nobody, as the owner said: it is in no person."""

    kind = models.CharField(max_length=100)
    value = models.CharField(max_length=320)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="blocked_once")
        ]
