"""Where facts come from: a configured origin, one run of a file, and what could not land."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models


class Source(models.Model):
    """A configured origin. ``namespace`` scopes its order, customer and line ids.

    One that sends by itself has a ``write_key`` or keeps what it needs in ``settings``; while it is
    paused nothing of it is taken.
    """

    name = models.CharField(max_length=120)
    namespace = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=40, default="file")
    write_key = models.CharField(max_length=64, unique=True, null=True)
    settings = models.JSONField(default=dict)
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One run of one file (or of one table inside it).

    ``position`` is the number of the last row whose batch is committed: a killed import goes on
    from there. Facts count once ``finished_at`` is set and no undo stands. ``path`` is relative to
    the data folder for files inside it, so that the folder may move.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=255)
    table_name = models.CharField(max_length=255, blank=True)
    path = models.TextField()
    is_kept_copy = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64, db_index=True)
    size_bytes = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=20)
    recognised_as = models.CharField(max_length=120)
    shape = models.CharField(max_length=80, blank=True)
    mapping = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    position = models.BigIntegerField(default=0)
    landed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    # "email" or "phone" → [filled cells without a usable value, filled cells].
    unusable = models.JSONField(default=dict)
    # What landed and will not show in figures or among people: see `landing.remarks`.
    remarks = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    share_done = models.FloatField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, db_index=True)
    failure = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"import {self.pk} of {self.file_name}"

    @property
    def file(self) -> Path:
        """Where the file lies."""
        return Path(settings.DATA_FOLDER) / self.path


class ImportUndo(models.Model):
    """The retraction of everything one import landed; facts stay, readers pass them over."""

    retracted = models.OneToOneField(Import, on_delete=models.CASCADE, related_name="undo")
    at = models.DateTimeField(auto_now_add=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    why = models.CharField(max_length=500, blank=True)


class Confirmation(models.Model):
    """What one batch told that stood already: table name → first, length, first, length… of the
    numbers of the rows that say the same."""

    of_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    rows = models.JSONField()


class RepeatExclusion(models.Model):
    """The decision that identical lines inside one file are one sale told twice."""

    of_import = models.OneToOneField(
        Import, on_delete=models.CASCADE, related_name="repeat_exclusion"
    )
    at = models.DateTimeField(auto_now_add=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class MappingMemory(models.Model):
    """How a file with these columns was read last time; the next of that shape is read the same."""

    signature = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField()
    remembered_at = models.DateTimeField(auto_now=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class QuarantinedRow(models.Model):
    """A row that could not land: its cells as they stood, the reason, and what became of it.

    ``digest`` is a key of the cells: the same row of a file handed in again waits only once.
    """

    of_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="quarantine")
    row_no = models.BigIntegerField()
    cells = models.JSONField()
    reason = models.CharField(max_length=60)
    message = models.TextField()
    digest = models.BigIntegerField()
    resolution = models.CharField(max_length=20, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of_import", "row_no"], name="quarantined_once")
        ]
        # Both columns: PostgreSQL, not yet knowing a fresh table, else compares all with all.
        indexes: ClassVar = [
            models.Index(fields=["digest", "of_import"], name="quarantined_before")
        ]
