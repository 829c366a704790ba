"""WooCommerce's webhooks: HMAC-SHA256 of the raw body in Base64, in ``X-WC-Webhook-Signature``.

Source: developer.woocommerce.com/docs/apis/rest-api/v3/webhooks and ``WC_Webhook`` in
woocommerce/woocommerce. When a webhook is saved, its address is pinged with the form
``webhook_id=N``, without a signature; only a 200 lets it be saved.
"""

from __future__ import annotations

import re

import orjson

from regulars.sources.connectors.contract import Account, Delivery, Heard, NotUnderstood
from regulars.sources.connectors.messages import gather
from regulars.sources.connectors.signing import check_base64
from regulars.sources.connectors.woocommerce import mapping

_PING = re.compile(rb"webhook_id=\d{1,12}")
_TELL = {
    "order.created": mapping.order, "order.updated": mapping.order,
    "order.restored": mapping.order, "customer.created": mapping.customer,
    "customer.updated": mapping.customer, "product.created": mapping.product,
    "product.updated": mapping.product, "product.restored": mapping.product,
}  # fmt: skip


def hear(account: Account, delivery: Delivery) -> Heard:
    """Check and read one webhook; a ping says nothing, so it needs no signature."""
    if _PING.fullmatch(delivery.body.strip()):
        return Heard()
    signature = delivery.headers.get("x-wc-webhook-signature", "")
    check_base64(account, signature, delivery.body)
    try:
        said = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(said, dict):
        raise NotUnderstood("the body is no object")
    tell = _TELL.get(delivery.headers.get("x-wc-webhook-topic", ""))
    return Heard(gather([said], tell)) if tell else Heard()
