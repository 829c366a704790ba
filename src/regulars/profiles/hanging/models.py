"""What hangs on a person: notes, tasks, files and relations. All of it hangs on identifiers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from regulars.sources.models import Identifier


def _member() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class Note(models.Model):
    """Something a member wrote about a person. One that was removed can be put back."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    member = _member()
    removed_at = models.DateTimeField(null=True)
    removed_by = _member()


class NoteText(models.Model):
    """What a note says; the latest counts, the earlier ones are its history."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="texts")
    text = models.CharField(max_length=4000)
    at = models.DateTimeField()
    member = _member()


class Mention(models.Model):
    """A note asks a colleague to read it."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "member"], name="mention_once")
        ]


class Task(models.Model):
    """Something to do, perhaps about a person. Open until somebody has done it."""

    what = models.CharField(max_length=300)
    identifier = models.ForeignKey(
        Identifier, null=True, on_delete=models.CASCADE, related_name="+"
    )
    for_member = _member()
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    member = _member()
    done_at = models.DateTimeField(null=True)
    done_by = _member()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["done_at", "due_on"], name="task_by_day")]


class PersonFile(models.Model):
    """A file that belongs to a person; its bytes lie in the data folder under their ``digest``."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    member = _member()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["digest"], name="file_by_digest")]


class Relation(models.Model):
    """Two people belong together without being one; or a person works for a company that is only a
    name. ``one`` is to ``other`` what ``kind`` says."""

    kind = models.CharField(max_length=20)
    one = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Identifier, null=True, on_delete=models.CASCADE, related_name="+")
    company = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    member = _member()
    ended_at = models.DateTimeField(null=True)
    ended_by = _member()
