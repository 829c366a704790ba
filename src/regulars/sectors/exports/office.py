"""Stripe payments and HubSpot contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .tables import columns, plain

# The last three are among the columns that the export page lets its user choose.
STRIPE_HEADER = columns(
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,"
    "Converted Amount Refunded,Converted Currency,Fee,Is Link,Mode,Payment Source Type,Status,"
    "Taxes On Fee,Application Fee,Application ID,Description,Customer ID,Customer Email"
)
HUBSPOT_HEADER = columns(
    "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,"
    "Last Modified Date,Contact Type,Lifecycle Stage,Lead Source,Associated Deal,"
    "Associated Company,Associated Deal IDs"
)


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment; ``at`` is UTC. A failed one has earned nothing."""

    payment_id: str
    at: datetime
    amount_minor: int
    description: str
    customer_id: str
    email: str
    refunded_minor: int = 0
    is_paid: bool = True


def payment_row(payment: Payment) -> dict[str, str]:
    """Return one row of Stripe's payments export."""
    status = "Paid" if payment.is_paid else "Failed"
    if payment.refunded_minor:
        status = "Refunded" if payment.refunded_minor == payment.amount_minor else "Partial Refund"
    fee = round(payment.amount_minor * 0.015) + 20 if payment.is_paid else 0
    return {
        "id": payment.payment_id,
        "Created date (UTC)": payment.at.strftime("%Y-%m-%d %H:%M:%S"),
        "Amount": plain(payment.amount_minor),
        "Amount Refunded": plain(payment.refunded_minor),
        "Currency": "gbp",
        "Captured": "true" if payment.is_paid else "false",
        "Converted Amount": plain(payment.amount_minor),
        "Converted Amount Refunded": plain(payment.refunded_minor),
        "Converted Currency": "gbp",
        "Fee": plain(fee),
        "Is Link": "false",
        "Mode": "Live",
        "Payment Source Type": "card",
        "Status": status,
        "Taxes On Fee": plain(0),
        "Description": payment.description,
        "Customer ID": payment.customer_id,
        "Customer Email": payment.email,
    }


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact of the address book; instants are local wall time."""

    record_id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    company: str
    stage: str
    source: str
    created_at: datetime
    changed_at: datetime


def contact_row(contact: Contact) -> dict[str, str]:
    """Return one row of HubSpot's contacts export."""
    return {
        "Record ID": contact.record_id,
        "First Name": contact.first_name,
        "Last Name": contact.last_name,
        "Email": contact.email,
        "Phone Number": contact.phone,
        "Lead Status": "NEW" if contact.stage == "lead" else "",
        "Create Date": contact.created_at.strftime("%Y-%m-%d %H:%M"),
        "Last Modified Date": contact.changed_at.strftime("%Y-%m-%d %H:%M"),
        "Lifecycle Stage": contact.stage,
        "Lead Source": contact.source,
        "Associated Company": contact.company,
    }
