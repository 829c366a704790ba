"""Stripe's webhooks: ``Stripe-Signature: t=…,v1=…``, HMAC-SHA256 in hex of time, a dot, the body.

Source: docs.stripe.com/webhooks, “Verify webhook signatures manually”, and Stripe's libraries,
which refuse a signature older than 300 seconds. A new secret signs beside the old one for a while:
any ``v1`` may be the right one.
"""

from __future__ import annotations

import hmac

import orjson

from regulars.sources.connectors.contract import (
    Account,
    BadSignature,
    Delivery,
    Heard,
    NotUnderstood,
)
from regulars.sources.connectors.messages import gather
from regulars.sources.connectors.signing import digest, secret_of
from regulars.sources.connectors.stripe import mapping

TOLERANCE_SECONDS = 300


def hear(account: Account, delivery: Delivery) -> Heard:
    """Check and read one event."""
    _check(account, delivery)
    try:
        said = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(said, dict) or said.get("object") != "event":
        raise NotUnderstood("the body is no event")
    return Heard(gather([said], mapping.event))


def _check(account: Account, delivery: Delivery) -> None:
    header = delivery.headers.get("stripe-signature", "")
    pairs = [one.strip().partition("=")[::2] for one in header.split(",")]
    at = next((value for name, value in pairs if name == "t"), "")
    wanted = digest(secret_of(account), at.encode("utf-8", "replace"), b".", delivery.body).hex()
    given = [value for name, value in pairs if name == "v1"]
    # All are compared, so that the time tells nothing.
    fits = [hmac.compare_digest(wanted.encode(), one.encode("utf-8", "replace")) for one in given]
    if not any(fits):
        raise BadSignature
    if not at.isdecimal() or delivery.received_at.timestamp() - int(at) > TOLERANCE_SECONDS:
        raise BadSignature("stale_signature")
