"""Cal.com's bookings → appointments.

Source: cal.com/docs/developing/guides/automation/webhooks, the payload of each trigger.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    BOOKING,
    Appointment,
    Customer,
    Unclear,
    clean,
    number,
    of_appointment,
    of_customer,
    part,
    parts,
    track,
)

_STATUS = {
    "BOOKING_CREATED": "booked", "BOOKING_REQUESTED": "booked", "BOOKING_RESCHEDULED": "booked",
    "BOOKING_PAID": "booked", "BOOKING_CANCELLED": "cancelled", "BOOKING_REJECTED": "cancelled",
    "MEETING_ENDED": "kept",
}  # fmt: skip
_CHANNEL = "cal.com"


def event(said: Json) -> Iterator[Json]:
    """Yield what one webhook tells; nothing for triggers that are no booking's."""
    trigger, as_of = clean(said.get("triggerEvent")), clean(said.get("createdAt"))
    # The end of a meeting stands bare in the body, everything else in ``payload``.
    booking = part(said, "payload") or said
    if trigger == "BOOKING_NO_SHOW_UPDATED":
        yield from _no_show(booking, as_of)
    elif trigger in _STATUS:
        yield from _booking(booking, _STATUS[trigger], as_of)


def _booking(booking: Json, status: str, as_of: str) -> Iterator[Json]:
    uid = clean(booking.get("uid"))
    if not uid:
        raise Unclear("the booking has no uid")
    as_of = as_of or clean(booking.get("updatedAt")) or clean(booking.get("endTime"))
    customer = _customer(booking)
    yield from of_customer(customer, as_of)
    price = number(booking.get("price"))
    guests = parts(booking, "attendees")
    told = Appointment(
        number=uid,
        as_of=as_of,
        starts_at=clean(booking.get("startTime")),
        ends_at=clean(booking.get("endTime")),
        what=clean(part(booking, "eventType").get("title"))
        or clean(booking.get("eventTitle"))
        or clean(booking.get("type"))
        or clean(booking.get("title")),
        status=status,
        party=len(guests) or None,
        # Cents, as its event types hold them.
        amount=price / Decimal(100) if price else None,
        currency=clean(booking.get("currency")) if price else "",
        place=clean(booking.get("location")) if "://" not in clean(booking.get("location")) else "",
        channel=_CHANNEL,
        staff=clean(part(booking, "organizer").get("name")),
        customer=customer,
    )
    yield of_appointment(told)
    before = clean(booking.get("rescheduleUid"))
    if before and before != uid and clean(booking.get("rescheduleStartTime")):
        yield of_appointment(
            Appointment(
                number=before,
                as_of=as_of,
                starts_at=clean(booking.get("rescheduleStartTime")),
                ends_at=clean(booking.get("rescheduleEndTime")),
                what=told.what,
                status="cancelled",
                channel=_CHANNEL,
                staff=told.staff,
                customer=customer,
            )
        )


def _no_show(booking: Json, as_of: str) -> Iterator[Json]:
    uid = clean(booking.get("bookingUid"))
    guests = parts(booking, "attendees")
    if not uid or not as_of:
        raise Unclear("the booking has no uid")
    missed = bool(guests) and all(one.get("noShow") is True for one in guests)
    who = Customer(email=clean(guests[0].get("email"))) if guests else Customer()
    said = {"booking_id": uid, "status": "no_show" if missed else "booked"}
    yield track(BOOKING, as_of, who, said)


def _customer(booking: Json) -> Customer:
    """Who booked: the first guest."""
    guests = parts(booking, "attendees")
    if not guests:
        return Customer()
    guest = guests[0]
    answer = part(booking, "responses", "attendeePhoneNumber").get("value")
    return Customer(
        email=clean(guest.get("email")),
        phone=clean(guest.get("phoneNumber")) or clean(answer),
        traits={"name": clean(guest.get("name")),
                "language": clean(part(guest, "language").get("locale"))},
    )  # fmt: skip
