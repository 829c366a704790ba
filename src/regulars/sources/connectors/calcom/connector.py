"""Cal.com: its webhooks tell of every booking, whole."""

from __future__ import annotations

from regulars.kernel.telling import told
from regulars.sources.connectors.calcom.webhook import hear
from regulars.sources.connectors.contract import SIGNING, Connector, Field

CONNECTOR = Connector(
    kind="calcom",
    title="Cal.com",
    namespace="calcom",
    fields=(
        Field(SIGNING, told("The webhook's secret."), is_secret=True, is_required=True),
    ),
    about=told("Appointments booked, moved, called off, kept or missed."),
    steps=(
        told("In Cal.com, open Settings → Developer → Webhooks and add the address above."),
        told("Make up a secret there, and give the same one here."),
        told("Choose all triggers of bookings, and “Meeting ended”."),
    ),
    hear=hear,
)  # fmt: skip
