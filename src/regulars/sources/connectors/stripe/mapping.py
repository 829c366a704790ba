"""Stripe's charges, refunds and customers. A charge is an order, numbered by its own id, as in
Stripe's own export of payments.

A charge bears no time of its last change, but its life goes one way: pending, then paid or failed.
So all its states stand at the time it was made, and the one that goes further counts (`fold`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from regulars.kernel.money import to_major
from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    ACCEPTED,
    CANCELLED,
    PENDING,
    Customer,
    GivenBack,
    Sale,
    Unclear,
    at_of,
    clean,
    of_customer,
    of_refund,
    of_sale,
    part,
)

# Without decimals by ISO 4217, but Stripe counts them in hundredths (docs.stripe.com/currencies).
_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
_NOT_GIVEN = frozenset({"failed", "canceled"})


def charge(said: Json) -> Iterable[Json]:
    """A charge of real money, with whoever it names."""
    if said.get("livemode") is False:
        return
    person, currency = _payer(said), clean(said.get("currency")).upper()
    status, at = _status(said), _at(said.get("created"))
    captured = said.get("amount_captured") if status == ACCEPTED else None
    amount = captured if captured else said.get("amount")
    yield from of_sale(
        Sale(
            order_id=clean(said.get("id")),
            placed_at=at,
            as_of=at,
            currency=currency,
            status=status,
            total=major(amount, currency),
            customer=person,
        )
    )
    yield from of_customer(person, at)


def _status(said: Json) -> str:
    state = clean(said.get("status"))
    if state == "failed":
        return CANCELLED
    if state == "succeeded" and said.get("captured") is not False:
        return ACCEPTED
    # An authorisation that ran out is given back without ever having been taken.
    return CANCELLED if said.get("refunded") is True else PENDING


def _payer(said: Json) -> Customer:
    billing = part(said, "billing_details")
    return Customer(
        number=reference(said.get("customer")),
        email=clean(billing.get("email")) or clean(said.get("receipt_email")),
        phone=clean(billing.get("phone")),
        traits=_traits(billing),
    )


def refund(said: Json) -> Iterable[Json]:
    """What was given back of a charge. One that failed takes its sum back, a second later."""
    order = reference(said.get("charge"))
    if not order or said.get("livemode") is False:
        return
    currency = clean(said.get("currency")).upper()
    is_off = clean(said.get("status")) in _NOT_GIVEN
    made = said.get("created")
    at = _at(made + 1 if is_off and isinstance(made, int) else made)
    amount = Decimal(0) if is_off else major(said.get("amount"), currency)
    yield of_refund(order, currency, GivenBack(clean(said.get("id")), at, amount), Customer())


def customer(said: Json, at: int | None = None) -> Iterable[Json]:
    """A customer as of ``at`` (an event's time), or of when they were made."""
    if said.get("livemode") is False or said.get("deleted") is True:
        return
    person = Customer(clean(said.get("id")), clean(said.get("email")), clean(said.get("phone")),
                      _traits(said))  # fmt: skip
    yield from of_customer(person, _at(said.get("created") if at is None else at))


def _traits(said: Json) -> Json:
    address = part(said, "address")
    return {
        "name": clean(said.get("name")),
        "address": {
            "street": clean(address.get("line1")), "city": clean(address.get("city")),
            "state": clean(address.get("state")), "postalCode": clean(address.get("postal_code")),
            "country": clean(address.get("country")),
        },
    }  # fmt: skip


def event(said: Json) -> Iterable[Json]:
    """An event: what it says of its object, or nothing."""
    kind, thing = clean(said.get("type")), part(said, "data", "object")
    if said.get("livemode") is False:
        return
    if thing.get("object") == "charge" and kind.startswith("charge."):
        yield from charge(thing)
    elif thing.get("object") == "refund":
        yield from refund(thing)
    elif thing.get("object") == "customer" and kind in ("customer.created", "customer.updated"):
        made = said.get("created")
        yield from customer(thing, made if isinstance(made, int) else None)


def major(amount: Any, currency: str) -> Decimal:
    """An amount in the currency's whole units; Stripe counts in the smallest."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise Unclear(f"{str(amount)[:40]!r} is no amount")
    if len(currency) != 3:
        raise Unclear(f"{currency[:40]!r} is no currency")
    return Decimal(amount) / 100 if currency in _IN_HUNDREDTHS else to_major(amount, currency)


def reference(value: Any) -> str:
    """The id of an object that is named, or written out."""
    return clean(value.get("id")) if isinstance(value, dict) else clean(value)


def _at(seconds: Any) -> str:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < 10**11:
        raise Unclear(f"{str(seconds)[:40]!r} is no instant")
    return at_of(seconds)
