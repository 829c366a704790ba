"""The `tracks` table that Segment (and RudderStack after it) keeps in a warehouse, as a CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .tables import columns

TRACKS_HEADER = columns(
    "id,received_at,sent_at,anonymous_id,user_id,event,event_text,context_page_path,"
    "context_page_title,context_campaign_name,context_campaign_medium,context_traits_email,"
    "context_library_name"
)


@dataclass(frozen=True, slots=True)
class Track:
    """One thing a visitor did; ``at`` is aware. ``user_id`` and ``email`` only when signed in."""

    track_id: str
    at: datetime
    anonymous_id: str
    event: str
    path: str
    title: str
    user_id: str = ""
    email: str = ""
    campaign: str = ""


def track_row(track: Track) -> dict[str, str]:
    """Return one row of the table; the event's slug is its name in lower case with underscores."""
    return {
        "id": track.track_id,
        "received_at": _stamp(track.at + timedelta(milliseconds=640)),
        "sent_at": _stamp(track.at),
        "anonymous_id": track.anonymous_id,
        "user_id": track.user_id,
        "event": track.event.lower().replace(" ", "_"),
        "event_text": track.event,
        "context_page_path": track.path,
        "context_page_title": track.title,
        "context_campaign_name": track.campaign,
        "context_campaign_medium": "email" if track.campaign else "",
        "context_traits_email": track.email,
        "context_library_name": "analytics.js",
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
