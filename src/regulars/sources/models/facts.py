"""What happened, as it was told to us. Rows are only added; a change is a higher version.

Live = the highest version of a key whose import is finished and not undone.
``digest`` is a key of the content: equal digest, nothing new was told. Versions are not counted
one by one: see `landing.versions`.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from regulars.sources.models.identifiers import Identifier
from regulars.sources.models.imports import Import


class Fact(models.Model):
    """What every fact carries. ``row_no`` is where in the file it stood."""

    version = models.BigIntegerField()
    digest = models.BigIntegerField()
    of_import = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="+")
    row_no = models.BigIntegerField()

    class Meta:
        abstract = True


class Anchored(Fact):
    """A fact that may point at a person through one anchor identifier."""

    identifier = models.ForeignKey(
        Identifier, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class Order(Anchored):
    """A sale or a return: who, when, where. Its money stands in its lines."""

    order_key = models.BigIntegerField()
    external_id = models.CharField(max_length=120)
    happened_at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order_key", "version"], name="order_version")
        ]


class OrderLine(Fact):
    """One amount of an order: goods, postage, a fee, a discount, a refund, tax or a tip.

    ``is_summary``: a total told without its lines; it counts only while the order has no goods
    line. ``is_removed``: a later telling of the whole order leaves this line out.
    """

    order_key = models.BigIntegerField()
    line_key = models.BigIntegerField()
    product_key = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12)
    sku = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=400, blank=True)
    category = models.CharField(max_length=120, blank=True)
    quantity = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    amount_minor = models.BigIntegerField()
    is_repeat = models.BooleanField(default=False)
    is_summary = models.BooleanField(default=False)
    is_removed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order_key", "line_key", "version"], name="order_line_version"
            )
        ]


class Product(Fact):
    """A thing or a service that is sold."""

    product_key = models.BigIntegerField()
    sku = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=400)
    category = models.CharField(max_length=120, blank=True)
    price_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product_key", "version"], name="product_version")
        ]


class CustomerRecord(Anchored):
    """What a file says about a customer: traits and consents, as given."""

    record_key = models.BigIntegerField()
    happened_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=20)
    traits = models.JSONField(default=dict)
    consents = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_key", "version"], name="record_version")
        ]


class Feedback(Anchored):
    """A review or an answer, as it was given."""

    feedback_key = models.BigIntegerField()
    happened_at = models.DateTimeField()
    origin = models.CharField(max_length=60)
    rating = models.SmallIntegerField(null=True)
    rating_max = models.SmallIntegerField(default=5)
    text = models.TextField(blank=True)
    author = models.CharField(max_length=200, blank=True)
    reply_text = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feedback_key", "version"], name="feedback_version")
        ]


class Booking(Anchored):
    """An appointment, a table or a stay that was booked."""

    booking_key = models.BigIntegerField()
    booked_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    what = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12)
    party = models.IntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    place = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    staff = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking_key", "version"], name="booking_version")
        ]


class Event(Anchored):
    """A thing that happened, by its Segment Spec name where one exists.

    ``subject_key`` is the key of the order it tells of: orders are folded from such events.
    """

    event_key = models.BigIntegerField()
    name = models.CharField(max_length=120)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    properties = models.JSONField(default=dict)
    subject_key = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event_key", "version"], name="event_version")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["subject_key"],
                condition=models.Q(subject_key__isnull=False),
                name="event_subject",
            )
        ]
