"""A salon's diary by Fresha and an inn's own list of reservations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .tables import columns, plain

# The first seven columns are one importer's; the rest are named like the page of the report.
FRESHA_HEADER = columns(
    "Appointment reference,Client,Scheduled date,Scheduled time,Duration,Services,Status,"
    "Created date,Channel,Team member,Location,Price,Email,Mobile number"
)
# One unnamed property system's list of reservations.
PROPERTY_HEADER = columns(
    "Name,Email,Phone Number,Reservation Number,Third Party Confirmation Number,Adults,Children,"
    "Room Number,Check in Date,Check out Date,Nights,Room Type,Grand Total,Reservation Date,Source,"
    "Meal Plan,Status,Country"
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """One appointment in a salon's diary; ``status`` is Completed, No Show or Cancelled."""

    reference: str
    starts_at: datetime
    minutes: int
    client: str
    email: str
    phone: str
    what: str
    price_minor: int
    status: str
    booked_on: date
    channel: str
    staff: str
    place: str


def treatment_row(one: Treatment) -> dict[str, str]:
    """Return one row of Fresha's list of appointments."""
    return {
        "Appointment reference": one.reference,
        "Client": one.client,
        "Scheduled date": one.starts_at.strftime("%Y-%m-%d"),
        "Scheduled time": one.starts_at.strftime("%H:%M"),
        "Duration": f"{one.minutes}min",
        "Services": one.what,
        "Status": one.status,
        "Created date": one.booked_on.isoformat(),
        "Channel": one.channel,
        "Team member": one.staff,
        "Location": one.place,
        "Price": plain(one.price_minor),
        "Email": one.email,
        "Mobile number": one.phone,
    }


@dataclass(frozen=True, slots=True)
class Reservation:
    """One stay in an inn's own list; ``status`` is Checked Out, Confirmed, No Show or Cancelled."""

    number: str
    booked_on: date
    arrival: date
    nights: int
    adults: int
    children: int
    room: str
    amount_minor: int
    source: str
    status: str
    name: str
    email: str
    phone: str


def reservation_row(one: Reservation) -> dict[str, str]:
    """Return one row of the property system's list; days come first."""
    return {
        "Name": one.name,
        "Email": one.email,
        "Phone Number": one.phone,
        "Reservation Number": one.number,
        "Adults": str(one.adults),
        "Children": str(one.children),
        "Check in Date": one.arrival.strftime("%d/%m/%Y"),
        "Check out Date": (one.arrival + timedelta(days=one.nights)).strftime("%d/%m/%Y"),
        "Nights": str(one.nights),
        "Room Type": one.room,
        "Grand Total": plain(one.amount_minor),
        "Reservation Date": one.booked_on.strftime("%d/%m/%Y"),
        "Source": one.source,
        "Meal Plan": "Bed and breakfast",
        "Status": one.status,
        "Country": "GB",
    }
