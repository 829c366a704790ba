"""Which of it is the same person: a profile is a set of identifiers, nothing else."""

from __future__ import annotations

from django.db import models

from regulars.sources.models import Identifier


class Profile(models.Model):
    """A person. The number is that of the set's oldest identifier, so that a merge undone gives
    both people their old numbers back."""

    id = models.BigIntegerField(primary_key=True)


class Link(models.Model):
    """This identifier belongs to that profile; derived, and always the same for the same facts."""

    identifier = models.OneToOneField(Identifier, on_delete=models.CASCADE, primary_key=True)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="links")
    evidence = models.CharField(max_length=120, blank=True)


class ProfileChange(models.Model):
    """The set of this profile's identifiers became another, as messages came in; for whoever
    follows, and let go of once it was followed."""

    profile_number = models.BigIntegerField()
