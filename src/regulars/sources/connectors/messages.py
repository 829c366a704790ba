"""What vendors know, as messages of the Segment Spec: sales, people, things on sale, bookings,
reviews.

A message's number is made of what it says: the same state of an order told by a webhook, by another
webhook and by the nightly pull is one message; another state is another one. So nothing is lost
where two changes bear the same second, and a replay changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from hashlib import blake2b
from typing import Any

import orjson

from regulars.sources.connectors.contract import Json
from regulars.sources.files.identifiers import normalise_email
from regulars.sources.intake.protocol import instant

NOBODY = "anonymous"
"""An ``anonymousId`` that points at nobody (`identifiers.BLOCKED`): a sale without a name."""
ACCEPTED, PENDING, CANCELLED = "accepted", "pending", "cancelled"
PRODUCT, BOOKING, REVIEW = "Product Updated", "Booking Updated", "Review Updated"
_MOST_DIGITS = 15


class Unclear(Exception):
    """A payload lacks what it must have."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A person as a vendor knows them. ``traits`` have the spec's names; ``consents`` are dicts of
    channel (``email``, ``sms``), state (``granted``, ``withdrawn``, ``unknown``), at and origin."""

    number: str = ""
    email: str = ""
    phone: str = ""
    traits: Json = field(default_factory=dict)
    consents: tuple[Json, ...] = ()

    @property
    def who(self) -> Json:
        """The message's ``userId``, or an ``anonymousId`` that points at nobody."""
        user = self.number or (self.email if normalise_email(self.email) else "") or self.phone
        return {"userId": user} if user else {"anonymousId": NOBODY}

    @property
    def contact(self) -> Json:
        """What else points at the person."""
        said = {"email": self.email, "phone": self.phone}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Item:
    """One line: ``price`` of one, or ``amount`` of the line where the vendor says only that."""

    name: str
    quantity: Any = 1
    price: Any = None
    amount: Any = None
    sku: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One refund: ``total`` with the ``tax`` that is in it."""

    number: str
    at: str
    total: Any
    tax: Any = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as it stands at ``as_of``, whole. Amounts are numbers or texts in whole units.

    ``refunded`` is what was given back where the vendor does not say when; else ``refunds``.
    ``total`` counts only where no items are known. ``is_return``: goods or money came back as an
    order of its own, so nobody bought anything.
    """

    order_id: str
    placed_at: str
    as_of: str
    currency: str
    status: str = ACCEPTED
    items: tuple[Item, ...] = ()
    total: Any = None
    shipping: Any = 0
    tax: Any = 0
    discount: Any = 0
    fee: Any = 0
    tip: Any = 0
    refunded: Any = 0
    refunds: tuple[GivenBack, ...] = ()
    place: str = ""
    channel: str = ""
    customer: Customer = Customer()
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A thing on sale, or one variant of it."""

    as_of: str
    name: str
    sku: str = ""
    category: str = ""
    price: Any = None
    currency: str = ""
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booking as it stands at ``as_of``: ``status`` is booked, kept, cancelled or no_show."""

    number: str
    as_of: str
    starts_at: str
    ends_at: str = ""
    booked_at: str = ""
    what: str = ""
    status: str = "booked"
    party: Any = None
    amount: Any = None
    currency: str = ""
    place: str = ""
    channel: str = ""
    staff: str = ""
    customer: Customer = Customer()


@dataclass(frozen=True, slots=True)
class Opinion:
    """A review as it stands at ``as_of``; ``rating`` None where only words were left."""

    number: str
    as_of: str
    given_at: str = ""
    rating: Any = None
    rating_max: int = 5
    text: str = ""
    author: str = ""
    reply: str = ""
    replied_at: str = ""
    place: str = ""
    origin: str = ""
    customer: Customer = Customer()


def gather(payloads: Iterable[Json], tell: Callable[[Json], Iterable[Json]]) -> list[Json]:
    """Return what ``tell`` says of each payload; one that is unclear waits in quarantine, whole,
    and its neighbours do not suffer."""
    return [said for one in payloads for said in gather_one(one, partial(tell, one))]


def gather_one(payload: Json, tell: Callable[[], Iterable[Json]]) -> list[Json]:
    """Return what ``tell`` says; where it is unclear, ``payload`` for quarantine."""
    try:
        return list(tell())
    except Unclear as unclear:
        content = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
        number = blake2b(content, digest_size=12).hexdigest()
        return [{"messageId": f"unclear/{number}", "unclear": str(unclear), "said": payload}]


def of_sale(sale: Sale) -> Iterator[Json]:
    """Yield when it was bought, how it stands, and what was given back.

    That it was bought is said once and without sums, so that it never changes; sums stand in the
    order as it stands.
    """
    if not sale.order_id:
        raise Unclear("the order has no number")
    placed, as_of = _at(sale.placed_at), max(_at(sale.placed_at), _at(sale.as_of))
    base = _filled({"order_id": sale.order_id, "currency": sale.currency.upper(),
                    "affiliation": sale.place, "channel": sale.channel})  # fmt: skip
    person = sale.customer
    state = {} if sale.status == ACCEPTED else {"status": sale.status}
    is_bought = sale.status == ACCEPTED and not sale.is_return
    bought = "Order Completed" if is_bought else "Order Updated"
    yield track(bought, placed, person, {**base, **({} if not state else {"status": PENDING})})
    now = "Order Cancelled" if sale.status == CANCELLED else "Order Updated"
    yield track(now, as_of, person, {**base, **state, **_sums(sale)})
    for back in sale.refunds:
        said = {**base, "refund_id": back.number, "total": _text(back.total)}
        if _text(back.tax) != "0":
            said["tax"] = _text(back.tax)
        yield track("Order Refunded", _at(back.at), person, said)


def _sums(sale: Sale) -> Json:
    sums = {name: _text(getattr(sale, name))
            for name in ("shipping", "tax", "discount", "fee", "tip", "refunded")}  # fmt: skip
    found: Json = {name: value for name, value in sums.items() if value != "0"}
    if sale.items:
        found["products"] = [_product(one) for one in sale.items]
    elif sale.total is not None:
        found["total"] = _text(sale.total)
    return found


def _product(item: Item) -> Json:
    # No ``product_id``: it would stand for the article's number, which files do not know.
    said = _filled({"sku": item.sku, "name": item.name, "category": item.category})
    said["quantity"] = _text(item.quantity)
    if item.amount is not None:
        said["line_total"] = _text(item.amount)
    if item.price is not None:
        said["price"] = _text(item.price)
    return said


def of_refund(order_id: str, currency: str, back: GivenBack, customer: Customer) -> Json:
    """A refund that comes by itself, without its order."""
    said = {"order_id": order_id, "currency": currency.upper(), "refund_id": back.number,
            "total": _text(back.total)}  # fmt: skip
    return track("Order Refunded", _at(back.at), customer, said)


def of_customer(customer: Customer, as_of: str) -> Iterator[Json]:
    """Yield what is known of a person; nothing where nothing points at one."""
    if "userId" not in customer.who:
        return
    traits = _filled({**customer.traits, **customer.contact})
    context = {"consents": list(customer.consents)} if customer.consents else {}
    said: Json = {"type": "identify", **customer.who, "traits": traits}
    yield _numbered({**said, **({"context": context} if context else {})}, _at(as_of))


def of_offer(offer: Offer) -> Json:
    """A thing on sale: becomes a product, and no person's event."""
    said = _filled({"product_id": offer.product_id, "sku": offer.sku, "name": offer.name,
                    "category": offer.category, "currency": offer.currency.upper()})  # fmt: skip
    if offer.price is not None:
        said["price"] = _text(offer.price)
    return track(PRODUCT, _at(offer.as_of), Customer(), said)


def of_appointment(told: Appointment) -> Json:
    """A booking as it stands: becomes a booking of whoever it is for."""
    said = _filled({
        "booking_id": told.number, "starts_at": _at(told.starts_at), "what": told.what,
        "ends_at": _at(told.ends_at) if told.ends_at else "",
        "booked_at": _at(told.booked_at) if told.booked_at else "", "status": told.status,
        "currency": told.currency.upper(), "place": told.place, "channel": told.channel,
        "staff": told.staff,
    })  # fmt: skip
    for name, value in (("party", told.party), ("amount", told.amount)):
        if value is not None:
            said[name] = _text(value)
    return track(BOOKING, _at(told.as_of), told.customer, said)


def of_opinion(told: Opinion) -> Json:
    """A review as it stands, with its answer where one was given."""
    said = _filled({
        "review_id": told.number, "text": told.text, "author": told.author, "reply": told.reply,
        "given_at": _at(told.given_at) if told.given_at else "",
        "replied_at": _at(told.replied_at) if told.replied_at else "",
        "place": told.place, "origin": told.origin,
    })  # fmt: skip
    if told.rating is not None:
        said |= {"rating": _text(told.rating), "rating_max": str(told.rating_max)}
    return track(REVIEW, _at(told.as_of), told.customer, said)


def track(event: str, at: str, customer: Customer, properties: Json) -> Json:
    """One event; ``at`` in the form of `text_of`."""
    said: Json = {"type": "track", "event": event, **customer.who, "properties": properties}
    if customer.contact:
        said["context"] = {"traits": customer.contact}
    return _numbered(said, at)


def _numbered(said: Json, at: str) -> Json:
    said = {**said, "timestamp": at}
    content = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    properties = said.get("properties", {})
    subject = (
        properties.get("order_id")
        or properties.get("booking_id")
        or (properties.get("review_id") or properties.get("sku"))
        or said.get("userId")
        or ""
    )
    number = blake2b(content, digest_size=12).hexdigest()
    return {**said, "messageId": f"{str(subject)[:60]}/{at}/{number}"}


def text_of(at: datetime) -> str:
    """An instant as messages have it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def at_of(seconds: int | float) -> str:
    """Seconds since 1970 as an instant."""
    return text_of(datetime.fromtimestamp(seconds, UTC))


def _at(said: str) -> str:
    found = instant(said)
    if found is None:
        raise Unclear(f"{said!r} is no instant")
    return text_of(found)


def when(value: Any) -> str:
    """What a vendor wrote as an instant, as messages have it; `Unclear` for anything else."""
    return _at(clean(value))


def number(value: Any) -> Decimal:
    """What a vendor wrote as a number, or 0 where it wrote nothing; `Unclear` for words."""
    if value is None or value == "":
        return Decimal(0)
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise Unclear(f"{str(value)[:40]!r} is no number") from error
    # Written out, a number of a few signs may be a million digits long.
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or found.adjusted() > _MOST_DIGITS or exponent < -_MOST_DIGITS:
        raise Unclear(f"{str(value)[:40]!r} is no number for a shop")
    return found


def _text(value: Any) -> str:
    found = number(value)
    return "0" if found == 0 else f"{found:f}"


def _filled(said: Json) -> Json:
    """Only what says something; in nested objects too."""
    found: Json = {}
    for name, value in said.items():
        if isinstance(value, dict):
            value = _filled(value)
        if value not in (None, "", {}, []):
            found[name] = value
    return found


def clean(value: Any) -> str:
    """A vendor's text or number as text, ``None`` as nothing."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return str(value).replace("\x00", "").strip()


def part(value: Any, *names: str) -> Json:
    """The object that stands at ``names`` inside ``value``; an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def parts(value: Any, name: str) -> list[Json]:
    """The objects in the list called ``name`` inside ``value``."""
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
