"""What one row of a file says, in our words and units, before anything is stored.

In a :class:`SaleRow`, ``None`` means "as the order's earlier rows say": exports with one row per
line often state the order's own values on its first row only.

Amounts of an order add up: every charge becomes a line of its own kind, so

    what the customer paid = sum of ``amount_minor`` + sum of the charges

over all rows of the order. Kinds that are not revenue (``tax``, ``tip``, ``payment``) stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

LINE_KINDS = ("goods", "postage", "fee", "discount", "refund", "tax", "tip", "payment")
ORDER_STATUSES = ("accepted", "cancelled", "pending")
BOOKING_STATUSES = ("booked", "kept", "cancelled", "no_show")
CONSENT_STATES = ("granted", "withdrawn", "unknown")

Identifiers = tuple[tuple[str, str], ...]
Charges = tuple[tuple[str, int], ...]
Consent = tuple[str, str, datetime | None, str]


@dataclass(slots=True)
class SaleRow:
    """One line of an order, or a whole order where the file has no lines.

    ``happened_at`` is aware, in UTC. ``unit_price`` is in major units and may be finer than a
    penny; ``amount_minor`` is the line's amount in minor units of ``currency``. ``has_line`` is
    false where the row tells only of the order (its charges, its customer) and no line is to land.
    ``traits`` may be one object shared by many rows: read it, do not change it. ``more`` holds the
    order's further lines where one row of the file tells several.
    """

    row_no: int
    order_id: str
    line_id: str | None
    happened_at: datetime | None
    sku: str
    name: str
    category: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount_minor: int
    kind: str
    status: str | None
    currency: str | None
    place: str | None
    channel: str | None
    identifiers: Identifiers
    traits: dict[str, str] | None
    charges: Charges
    has_line: bool = True
    more: tuple[SaleRow, ...] = ()


@dataclass(slots=True)
class CustomerRow:
    """What a file says about one person: a customer, a contact or a newsletter's subscriber.

    ``consents`` are (channel, state, at, origin); ``events`` are (name, at). ``happened_at`` is
    when the source last changed the record, or ``None``.
    """

    row_no: int
    record_id: str
    identifiers: Identifiers
    traits: dict[str, str]
    consents: tuple[Consent, ...]
    happened_at: datetime | None
    events: tuple[tuple[str, datetime], ...] = ()


@dataclass(slots=True)
class ProductRow:
    """One thing on sale; a product with variants has a row for each."""

    row_no: int
    record_id: str
    sku: str
    name: str
    category: str
    price_minor: int | None
    currency: str
    is_active: bool | None = None


@dataclass(slots=True)
class FeedbackRow:
    """A review or an answer, as it was given. ``rating`` is ``None`` where only words were left."""

    row_no: int
    record_id: str
    rating: int | None
    rating_max: int
    text: str
    author: str
    happened_at: datetime
    reply_text: str
    replied_at: datetime | None
    place: str
    origin: str
    identifiers: Identifiers


@dataclass(slots=True)
class BookingRow:
    """A stay, a table or an appointment."""

    row_no: int
    record_id: str
    starts_at: datetime
    ends_at: datetime | None
    booked_at: datetime | None
    what: str
    status: str
    party: int | None
    amount_minor: int | None
    currency: str
    place: str
    identifiers: Identifiers
    traits: dict[str, str]
    channel: str = ""
    staff: str = ""


@dataclass(slots=True)
class EventRow:
    """A thing somebody did: a click, a page looked at. ``name`` is its Segment Spec name where one
    exists; ``identifiers`` is empty for a visitor nobody knows; ``subject_key`` is the key of the
    order it tells of."""

    row_no: int
    record_id: str
    name: str
    happened_at: datetime
    properties: dict[str, Any]
    identifiers: Identifiers
    subject_key: int | None = None


@dataclass(slots=True)
class Rejected:
    """A row that cannot land: it goes to quarantine with its cells, a code and a plain sentence.

    ``reason`` is ``not_a_record`` for rows that were never meant as one (totals, footers, a
    marketplace's transfer to the bank); all other codes call for mending.
    """

    row_no: int
    cells: list[str]
    reason: str
    message: str


Record = SaleRow | CustomerRow | ProductRow | FeedbackRow | BookingRow | EventRow | Rejected
