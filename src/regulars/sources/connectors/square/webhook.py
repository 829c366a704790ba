"""Square's webhooks: HMAC-SHA256 in Base64 of the notification URL and the raw body.

Source: developer.squareup.com/docs/webhooks/step3validate. Events about orders, payments and the
catalogue only say that something changed: it is asked for then. Refunds and customers come whole.
"""

from __future__ import annotations

import orjson

from regulars.sources.connectors.contract import Account, Delivery, Heard, NotUnderstood
from regulars.sources.connectors.messages import clean, gather, part
from regulars.sources.connectors.signing import check_base64
from regulars.sources.connectors.square import mapping

_ONLY_SAY_SO = ("order.", "payment.", "catalog.", "location.")


def hear(account: Account, delivery: Delivery) -> Heard:
    """Check and read one event."""
    signature = delivery.headers.get("x-square-hmacsha256-signature", "")
    check_base64(account, signature, account.hook_url.encode(), delivery.body)
    try:
        said = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(said, dict):
        raise NotUnderstood("the body is no object")
    kind, thing = clean(said.get("type")), part(said, "data", "object")
    if kind in ("refund.created", "refund.updated"):
        return Heard(gather([part(thing, "refund")], mapping.refund))
    if kind in ("customer.created", "customer.updated"):
        return Heard(gather([part(thing, "customer")], mapping.customer))
    return Heard(pull=kind.startswith(_ONLY_SAY_SO))
