"""Views of the list of people, tags, and what was done to many people at once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models import Identifier


def _member() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class SavedView(models.Model):
    """What the list of people is kept to, in which order and with which columns, under a name.
    ``query`` is its address: pairs of name and value. It is its maker's, and everybody's once
    shared; one that was removed can be put back."""

    name = models.CharField(max_length=80)
    query = models.JSONField(default=list)
    at = models.DateTimeField()
    member = _member()
    changed_at = models.DateTimeField(null=True)
    changed_by = _member()
    shared_at = models.DateTimeField(null=True)
    shared_by = _member()
    removed_at = models.DateTimeField(null=True)
    removed_by = _member()

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that people are marked with. ``folded`` is how it is compared."""

    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()
    member = _member()

    def __str__(self) -> str:
        return self.name


class BulkEdit(models.Model):
    """One change to many people: its tagging rows name it. ``query`` is the list it was done to, or
    ``chosen`` the people. ``last`` is the greatest number that was done; ``changed`` how many it
    changed."""

    verb = models.CharField(max_length=10)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    query = models.JSONField(default=list)
    chosen = models.JSONField(null=True)
    counted = models.IntegerField()
    changed = models.IntegerField(default=0)
    last = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    member = _member()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = _member()
    restored_at = models.DateTimeField(null=True)


class Tagging(models.Model):
    """A person has a tag: since when and by whom, and when it ended. ``edit`` and ``ended_edit``
    are the bulk edits that did it."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)
    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    member = _member()
    edit = models.ForeignKey(BulkEdit, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = _member()
    ended_edit = models.ForeignKey(BulkEdit, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tag", "identifier"],
                condition=models.Q(ended_at=None),
                name="tagged_once",
            )
        ]
