"""Webhooks of any program, read by a mapping that is made on a page."""

from __future__ import annotations

from regulars.kernel.telling import told
from regulars.sources.connectors.contract import SIGNING, Connector, Field
from regulars.sources.connectors.webhook.webhook import hear

CONNECTOR = Connector(
    kind="webhook",
    title=told("Any program (webhook)"),
    namespace="webhook",
    fields=(
        Field(SIGNING, told("The secret that signs, or that is sent as a token."), is_secret=True,
              is_required=True),
        Field("header", told("The header with the signature, if it is not X-Signature.")),
    ),
    about=told("Sales, people, bookings, reviews or events from any program that sends JSON."),
    steps=(
        told("Let the program send to the address above, signed with the secret (HMAC-SHA256 or "
             "Standard Webhooks), or with the secret as a bearer token."),
        told("Send one, then say on this page what its fields mean. Until then everything waits."),
    ),
    hear=hear,
)  # fmt: skip
