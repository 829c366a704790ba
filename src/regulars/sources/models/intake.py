"""Records as received from sources that send by themselves, and the keys that outlive them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class IntakeKey(models.Model):
    """A message was taken: 16 bytes of its id, kept for ever, so that it is taken once.

    ``source_id`` is a plain number: a foreign key would be looked up for every message.
    """

    pk = models.CompositePrimaryKey("source_id", "digest")
    source_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=16)


class IntakeRecord(models.Model):
    """One message as received, until its days are over.

    Records land in the order of their numbers, up to the cursor ``landing``. One with a ``reason``
    waits in quarantine until ``resolution`` says what became of it.
    """

    source_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    digest = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=20)
    body = models.TextField()
    reason = models.CharField(max_length=40, blank=True)
    resolution = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["source_id", "id"],
                condition=~models.Q(reason="") & models.Q(resolution=""),
                name="intake_quarantined",
            )
        ]


class IntakeHour(models.Model):
    """How many messages of one source, received in one hour, were read, and how many of them could
    not land at first. Outlives the records: a source's rhythm is seen in it."""

    source_id = models.BigIntegerField()
    hour = models.DateTimeField()
    read = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source_id", "hour"], name="intake_hour_once")
        ]


class Cursor(models.Model):
    """How far somebody who follows what comes in has got: the number of the last row looked at."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)


class Refusal(models.Model):
    """How often a source was refused for one reason in one hour; 0: no source has such a key."""

    source_number = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    hour = models.DateTimeField()
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source_number", "reason", "hour"], name="refusal_once")
        ]


class Pull(models.Model):
    """How far one of a vendor's lists was read for one source.

    ``cursor`` is the connector's own word for the place, written together with the messages of the
    page before it. ``is_whole``: the list was read to its end at ``pulled_at``.
    """

    source = models.ForeignKey("sources.Source", on_delete=models.PROTECT, related_name="pulls")
    stream = models.CharField(max_length=40)
    cursor = models.TextField(blank=True)
    is_whole = models.BooleanField(default=False)
    pulled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "stream"], name="pull_once")
        ]
