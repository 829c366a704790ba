"""Cal.com's webhooks: ``X-Cal-Signature-256``, HMAC-SHA256 in hex of the raw body.

Source: cal.com/docs/developing/guides/automation/webhooks, “Verifying the authenticity”.
"""

from __future__ import annotations

import orjson

from regulars.sources.connectors.calcom import mapping
from regulars.sources.connectors.contract import Account, Delivery, Heard, NotUnderstood
from regulars.sources.connectors.messages import gather
from regulars.sources.connectors.signing import check_hex


def hear(account: Account, delivery: Delivery) -> Heard:
    """Check and read one event."""
    check_hex(account, delivery.headers.get("x-cal-signature-256", ""), delivery.body)
    try:
        said = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(said, dict) or "triggerEvent" not in said:
        raise NotUnderstood("the body is no event")
    return Heard(gather([said], mapping.event))
