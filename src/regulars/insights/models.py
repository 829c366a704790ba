"""What we now know per person, and how often such knowledge was right."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.accounts.models import Member
from regulars.identity.models import Profile
from regulars.kernel import clock


class Refresh(models.Model):
    """One run that brought mart and scores up to date with the database."""

    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    is_rebuild = models.BooleanField(default=False)
    rows = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    failure = models.TextField(blank=True)


class ScoreRun(models.Model):
    """One scoring of everybody: which model, as of which day, and its back-test."""

    at = models.DateTimeField(auto_now_add=True)
    as_of = models.DateField(null=True)
    horizon_days = models.IntegerField(default=90)
    model = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    backtest = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)


class Score(models.Model):
    """What one run says about one person; figures that cannot be known yet are null."""

    run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="scores")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="scores")
    recency = models.SmallIntegerField(null=True)
    frequency = models.SmallIntegerField(null=True)
    monetary = models.SmallIntegerField(null=True)
    segment = models.CharField(max_length=40, blank=True)
    orders = models.IntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)
    last_order_on = models.DateField(null=True)
    chance_of_buying = models.FloatField(null=True)
    expected_orders = models.FloatField(null=True)
    orders_low = models.IntegerField(null=True)
    orders_high = models.IntegerField(null=True)
    expected_value_minor = models.BigIntegerField(null=True)
    value_low_minor = models.BigIntegerField(null=True)
    value_high_minor = models.BigIntegerField(null=True)
    usual_gap_days = models.FloatField(null=True)
    days_since = models.IntegerField(null=True)
    quiet_surprise = models.FloatField(null=True)
    overdue_after_days = models.FloatField(null=True)
    is_quiet = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "profile"], name="score_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "segment"], name="score_by_segment"),
            models.Index(fields=["run", "is_quiet"], name="score_by_quiet"),
        ]


class Outlook(models.Model):
    """What a refresh worked out for Today: facts by name, out of which sentences are made in the
    reader's language. The newest counts; ``version`` rises when a person is taken out of it."""

    at = models.DateTimeField(auto_now_add=True)
    as_of = models.DateField(null=True)
    made_by = models.CharField(max_length=20)
    version = models.IntegerField(default=1)
    facts = models.JSONField(default=dict)


class Decision(models.Model):
    """What a member decided about one thing of Today, with the thing as it was shown then.

    The latest row of a ``key`` counts; one that is taken back stays, followed by the row that
    takes it back. ``until`` is the last day on which the thing stays away.
    """

    class What(models.TextChoices):
        """What can be decided."""

        DONE = "done", _("Done")
        SNOOZED = "snoozed", _("Later")
        NOT_USEFUL = "not_useful", _("Not useful")
        TAKEN_BACK = "taken_back", _("Taken back")

    class Reason(models.TextChoices):
        """Why a thing is not useful."""

        KNOWN = "known", _("I knew that already")
        WRONG = "wrong", _("It is not true")
        SMALL = "small", _("It is not worth the time")
        CANNOT = "cannot", _("I cannot change it")
        OTHER = "other", _("Something else")

    key = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=40)
    what = models.CharField(max_length=12, choices=What.choices)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    words = models.CharField(max_length=500, blank=True)
    until = models.DateField(null=True)
    takes_back = models.OneToOneField(
        "self", null=True, on_delete=models.CASCADE, related_name="taken_back_by"
    )
    at = models.DateTimeField(default=clock.now, db_index=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    shown = models.JSONField(default=dict)


class MailWish(models.Model):
    """Whether a member wants the weekly mail, and when; ``decided_at`` is since when."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="+")
    is_wanted = models.BooleanField()
    weekday = models.PositiveSmallIntegerField()
    hour = models.PositiveSmallIntegerField()
    decided_at = models.DateTimeField()


class ShareLink(models.Model):
    """A read-only link to one dashboard: shown once, kept as a hash, ends by itself.

    ``query`` is the dashboard's state; a rolling one moves on with the data.
    """

    digest = models.CharField(max_length=64, unique=True)
    query = models.TextField(blank=True)
    is_rolling = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    last_seen_at = models.DateTimeField(null=True)


class FindingRun(models.Model):
    """One search of the sales: as of which day, and what each kind of search came to."""

    as_of = models.DateField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    searches = models.JSONField(default=dict)


class Finding(models.Model):
    """One thing that stands out, about products, places and hours and never about a person.

    Money is per 28 days; ``key`` names the same thing from one run to the next.
    """

    run = models.ForeignKey(FindingRun, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    worth_minor = models.BigIntegerField(null=True)
    low_minor = models.BigIntegerField(null=True)
    high_minor = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "key"], name="finding_once")
        ]
        indexes: ClassVar = [models.Index(fields=["run", "kind"], name="finding_by_kind")]
