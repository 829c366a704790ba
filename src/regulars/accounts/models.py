"""Who works here, what business this is, who may do what, and what was done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class Role(models.TextChoices):
    """What a member is here; permissions name the roles that carry them."""

    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    HELPER = "helper", "Helper"
    ANALYST = "analyst", "Analyst"


class MemberManager(BaseUserManager["Member"]):
    """Makes members by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Member:
        """Create and return a member; ``password`` None leaves the account without sign-in."""
        member = self.model(email=self.normalize_email(email).lower(), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def get_by_natural_key(self, username: str | None) -> Member:
        return self.get(email__iexact=username)


class Member(AbstractBaseUser, PermissionsMixin):
    """Someone who works in the business and signs in by e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.HELPER)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = MemberManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="member_email_once")]

    def __str__(self) -> str:
        return self.name or self.email


class Business(models.Model):
    """The one business this installation belongs to."""

    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=64)
    sector = models.CharField(max_length=40)
    is_demo = models.BooleanField(default=False)
    # Records as received from live sources are kept so long once they are read.
    raw_days = models.PositiveSmallIntegerField(default=30)
    set_up_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_business")
        ]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """When a place opens and closes on one weekday, as a member set it.

    Both times empty: closed that day. A closing time at or before the opening time lies on the day
    after. A place is named as the data names it; "" is the business as a whole.
    """

    place = models.CharField(max_length=120, blank=True)
    weekday = models.SmallIntegerField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    set_at = models.DateTimeField(auto_now=True)
    set_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "weekday"], name="opening_hours_once"),
            models.CheckConstraint(
                condition=models.Q(weekday__gte=0, weekday__lte=6), name="opening_hours_weekday"
            ),
            models.CheckConstraint(
                condition=models.Q(opens=None, closes=None)
                | models.Q(opens__isnull=False, closes__isnull=False),
                name="opening_hours_both",
            ),
        ]


class AuditEntry(models.Model):
    """One thing a member, a key or the system did; never changed afterwards."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    face = models.CharField(max_length=20)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict)


class ApiKey(models.Model):
    """A key for programs: shown once, kept as a hash, bound to a role of its own."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
