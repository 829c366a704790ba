"""Brevo's webhooks: JSON, with a token of the owner's in ``Authorization``.

Source: developers.brevo.com/docs/username-and-password-authentication, “Bearer token”.
"""

from __future__ import annotations

import hmac

import orjson

from regulars.sources.connectors.brevo import mapping
from regulars.sources.connectors.contract import (
    Account,
    BadSignature,
    Delivery,
    Heard,
    NotUnderstood,
)
from regulars.sources.connectors.messages import gather
from regulars.sources.connectors.signing import secret_of


def hear(account: Account, delivery: Delivery) -> Heard:
    """Check and read one event."""
    given = delivery.headers.get("authorization", "").encode("utf-8", "replace")
    if not hmac.compare_digest(f"Bearer {secret_of(account)}".encode(), given):
        raise BadSignature
    try:
        said = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(said, dict) or "event" not in said:
        raise NotUnderstood("the body is no event")
    return Heard(gather([said], mapping.hook))
