"""Shopify's webhooks: signed with HMAC-SHA256 of the raw body in Base64.

Source: shopify.dev/docs/apps/build/webhooks/verify-deliveries. A shop's own webhooks (Settings →
Notifications) are signed the same way, with the key shown there.
"""

from __future__ import annotations

import orjson

from regulars.sources.connectors.contract import (
    Account,
    BadSignature,
    Delivery,
    Heard,
    Json,
    NotUnderstood,
)
from regulars.sources.connectors.messages import Customer, clean, gather, part, text_of, track
from regulars.sources.connectors.shopify import mapping
from regulars.sources.connectors.signing import check_base64

_ORDERS = ("orders/create", "orders/updated", "orders/paid", "orders/cancelled",
           "orders/fulfilled", "orders/partially_fulfilled", "orders/delete")  # fmt: skip
_CUSTOMERS = ("customers/create", "customers/update", "customers/enable", "customers/disable")
_PRODUCTS = ("products/create", "products/update")
_ONLY_SAY_SO = ("refunds/create", "orders/edited", "customers_marketing_consent/update")
"""Topics that lack the order's name or the person: the order or customer is asked for."""


def hear(account: Account, delivery: Delivery) -> Heard:
    """Check and read one webhook; topics that tell nothing here are answered and left."""
    headers = delivery.headers
    check_base64(account, headers.get("x-shopify-hmac-sha256", ""), delivery.body)
    shop, sender = account.settings.get("shop", ""), headers.get("x-shopify-shop-domain", "")
    if shop and sender and shop_name(shop) != shop_name(sender):
        raise BadSignature("other_shop")
    try:
        said = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(said, dict):
        raise NotUnderstood("the body is no object")
    if headers.get("x-shopify-test", "") == "true":
        # “Send test notification”: an order that nobody placed.
        return Heard()
    return _read(headers.get("x-shopify-topic", ""), said, delivery)


def _read(topic: str, said: Json, delivery: Delivery) -> Heard:
    if topic in _ORDERS and "line_items" in said:
        return Heard(gather([said], mapping.order))
    if topic in _CUSTOMERS:
        return Heard(gather([said], mapping.customer))
    if topic in _PRODUCTS:
        return Heard(gather([said], mapping.product))
    if topic == "customers/redact":
        return Heard(_erasure(said, delivery))
    return Heard(pull=topic in _ONLY_SAY_SO)


def _erasure(said: Json, delivery: Delivery) -> list[Json]:
    """Shopify asks to erase somebody: it stands on the person's page, a member decides."""
    who = part(said, "customer")
    person = Customer(clean(who.get("id")), clean(who.get("email")), clean(who.get("phone")))
    if "userId" not in person.who:
        return []
    asked = {"asked_by": "Shopify", "shop": clean(said.get("shop_domain"))}
    at = delivery.headers.get("x-shopify-triggered-at") or text_of(delivery.received_at)
    return [track("Erasure Requested", at, person, asked)]


def shop_name(shop: str) -> str:
    """The shop's own name of its address: ``crumb`` of ``https://crumb.myshopify.com/admin``."""
    host = shop.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    return host.removesuffix(".myshopify.com")
