"""Mailchimp: the subscribed and the unsubscribed part of an audience."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .tables import columns

_FIRST = "Email Address,First Name,Last Name,Phone Number,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
_MIDDLE = "CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,"
_LAST = "LEID,EUID,NOTES,TAGS"
_LEFT = "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,"

SUBSCRIBED_HEADER = columns(f"{_FIRST}{_MIDDLE}LAST_CHANGED,{_LAST}")
UNSUBSCRIBED_HEADER = columns(f"{_FIRST}{_MIDDLE}LAST_CHANGED,{_LEFT}{_LAST}")


@dataclass(frozen=True, slots=True)
class Reader:
    """One newsletter reader; instants are UTC. ``left_at`` is set when they unsubscribed."""

    email: str
    first_name: str
    last_name: str
    phone: str
    rating: int
    joined_at: datetime
    leid: str
    euid: str
    tags: tuple[str, ...] = ()
    left_at: datetime | None = None
    reason: str = ""


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def reader_row(reader: Reader) -> dict[str, str]:
    """Return one row of the subscribed export, or of the unsubscribed one if they left."""
    row = {
        "Email Address": reader.email,
        "First Name": reader.first_name,
        "Last Name": reader.last_name,
        "Phone Number": reader.phone,
        "MEMBER_RATING": str(reader.rating),
        "OPTIN_TIME": _stamp(reader.joined_at),
        "CONFIRM_TIME": _stamp(reader.joined_at + timedelta(minutes=4)),
        "TIMEZONE": "Europe/London",
        "CC": "GB",
        "LAST_CHANGED": _stamp(reader.left_at or reader.joined_at + timedelta(minutes=4)),
        "LEID": reader.leid,
        "EUID": reader.euid,
        "TAGS": ",".join(f'"{tag}"' for tag in reader.tags),
    }
    if reader.left_at:
        row |= {
            "UNSUB_TIME": _stamp(reader.left_at),
            "UNSUB_CAMPAIGN_TITLE": "Weekly bread letter",
            "UNSUB_CAMPAIGN_ID": "c4a1f0",
            "UNSUB_REASON": reader.reason,
        }
    return row
