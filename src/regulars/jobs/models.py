"""Work that survives a kill: a row per job, held under a lease while somebody does it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

_UNDONE = models.Q(finished_at=None, failed_at=None)


class Post(models.TextChoices):
    """Where a message of the outbox stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    DROPPED = "dropped"


class Held(models.TextChoices):
    """Why a message waits for a person."""

    NO_SERVER = "no_server", "No mail server was set when it was written."
    PERHAPS_SENT = "perhaps_sent", "It may have arrived: sending was cut off in between."
    OVERDUE = "overdue", "It should have gone out more than two days ago."
    RESTORED = "restored", "It was in a backup that was put back, and may have gone out before."


class Job(models.Model):
    """One piece of background work.

    Waiting while ``leased_by`` is empty; held while ``leased_until`` lies ahead; free again when
    it has passed. ``unique_key`` (when set) allows one waiting job of that key. ``attempts``
    counts how often the job was taken up, and proves who holds it.
    """

    name = models.CharField(max_length=120)
    arguments = models.JSONField(default=dict)
    unique_key = models.CharField(max_length=200, null=True)
    queued_at = models.DateTimeField()
    run_after = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    leased_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    result = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=_UNDONE & models.Q(leased_by=""),
                name="one_waiting_job_per_key",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["run_after"], condition=_UNDONE, name="job_waiting")
        ]

    @property
    def state(self) -> str:
        """Where the job stands: waiting, running, done or failed."""
        if self.finished_at:
            return "done"
        if self.failed_at:
            return "failed"
        return "running" if self.leased_by else "waiting"


class Lease(models.Model):
    """A named right to do something alone, for a while."""

    name = models.CharField(max_length=120, primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()


class Heartbeat(models.Model):
    """A process says that it is alive."""

    process = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()


class Tick(models.Model):
    """One occasion of a schedule: its job was queued, or it was passed over and why."""

    schedule = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    passed_over = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="tick_once")
        ]


class OutboxMessage(models.Model):
    """One message to one recipient for one occasion: written before it is sent, settled after.

    ``wanted_at`` is since when it is meant to go out. While it is being sent ``leased_by`` and
    ``attempts`` prove who does so; ``handed_over_at`` is set just before the mail server gets the
    message itself, so that from then on it may have gone out.
    """

    purpose = models.CharField(max_length=40)
    occasion = models.CharField(max_length=80)
    recipient = models.EmailField()
    sender_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    pictures = models.JSONField(default=dict)
    headers = models.JSONField(default=dict)
    message_id = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=Post.choices)
    held_for = models.CharField(max_length=20, choices=Held.choices, blank=True)
    problem = models.TextField(blank=True)
    put_at = models.DateTimeField()
    wanted_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "occasion", "recipient"], name="one_message_per_occasion"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="outbox_unsettled",
            )
        ]
