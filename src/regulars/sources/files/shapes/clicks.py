"""Clicks and visits: the tables that Segment and RudderStack keep of what visitors did."""

from __future__ import annotations

from .shape import Shape, fields

SEGMENT_TRACKS = Shape(
    name="segment_tracks",
    title="Segment events (tracks)",
    kind="events",
    namespace="segment",
    required=("id", "anonymous_id", "event_text|event", "received_at|sent_at"),
    optional=("user_id", "event", "sent_at", "timestamp", "original_timestamp"),
    fields=fields(
        record_id="id", what="event_text|event", zone="=UTC",
        date="timestamp|original_timestamp|sent_at|received_at",
        customer_id="user_id", email="context_traits_email|email",
        page="context_page_path|context_page_url|path|url", title="context_page_title|title",
        campaign="context_campaign_name|campaign_name",
    ),
    evidence="segment.com/docs/connections/storage/warehouses/schema",
    verified=True,
    # The anonymous id and the device are left out: they point at people and are not needed.
    options={
        "extras": "yes",
        "ignore": "anonymous_id|event|received_at|sent_at|original_timestamp|uuid|uuid_ts|"
        "loaded_at|context_*",
    },
)  # fmt: skip

SHAPES = (SEGMENT_TRACKS,)
