"""Shopify: signed webhooks, and its REST Admin API page by page.

Sources: shopify.dev/docs/api/admin-rest, pages “rate limits” and “pagination”. The API is called
legacy since October 2024; it is what webhooks speak, and shops' own apps may still ask it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.client import Refused
from regulars.sources.connectors.contract import (
    SIGNING,
    Account,
    Client,
    Connector,
    Field,
    Page,
)
from regulars.sources.connectors.messages import clean, gather, parts, text_of
from regulars.sources.connectors.shopify import mapping
from regulars.sources.connectors.shopify.webhook import hear
from regulars.sources.intake.protocol import instant

VERSION = "2025-07"
_LIMIT = 250
# Shopify shows a change to lists a little later than its stamp says.
_OVERLAP = timedelta(minutes=5)
_TELL = {"products": mapping.product, "customers": mapping.customer, "orders": mapping.order}
_NEARLY_FULL = 0.8
_LEAKS_A_SECOND = 2.0


def can_pull(account: Account) -> bool:
    """Whether there is a token and a shop to use it for."""
    return bool(account.secrets.get("token") and account.settings.get("shop"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of ``stream``: all that changed since the list was read last."""
    place: dict[str, str] = orjson.loads(cursor) if cursor else {}
    try:
        answer = client.get(
            f"{_base(account)}/admin/api/{VERSION}/{stream}.json",
            _question(stream, place),
            X_Shopify_Access_Token=account.secrets["token"],
        )
    except Refused:
        # A page's address lives for a while only; the list begins anew where it was read last.
        if "page" not in place:
            raise
        newest = place.get("newest", "")
        since = _a_little_before(newest) or place.get("since", "")
        return pull(account, stream, _packed(since=since, newest=newest), client)
    found = parts(answer.data, stream)
    newest = max([place.get("newest", ""), *filter(None, map(_changed_at, found))])
    following = _next_page(answer.headers)
    since = place.get("since", "")
    if following:
        here = _packed(since=since, newest=newest, page=following)
    else:
        here = _packed(since=_a_little_before(newest) or since)
    said = gather(found, _TELL[stream])
    return Page(said, here, not following, _pause(answer.headers))


def _packed(**place: str) -> str:
    return orjson.dumps({name: value for name, value in place.items() if value}).decode()


def _question(stream: str, place: Mapping[str, str]) -> dict[str, Any]:
    if page := place.get("page"):
        # Beside the page's own number Shopify takes the limit only.
        return {"limit": _LIMIT, "page_info": page}
    asked: dict[str, Any] = {"limit": _LIMIT, "order": "updated_at asc"}
    if stream == "orders":
        asked["status"] = "any"
    if since := place.get("since"):
        asked["updated_at_min"] = since
    return asked


def _base(account: Account) -> str:
    shop = account.settings["shop"].strip().rstrip("/")
    if "://" in shop:
        return shop
    return f"https://{shop if '.' in shop else shop + '.myshopify.com'}"


def _changed_at(said: dict[str, Any]) -> str:
    at = instant(clean(said.get("updated_at")))
    return text_of(at) if at else ""


def _a_little_before(at: str) -> str:
    found = instant(at)
    return text_of(found - _OVERLAP) if found else ""


def _next_page(headers: Mapping[str, str]) -> str:
    from requests.utils import parse_header_links

    for link in parse_header_links(headers.get("Link", "")):
        if link.get("rel") == "next":
            return parse_qs(urlsplit(link["url"]).query).get("page_info", [""])[0]
    return ""


def _pause(headers: Mapping[str, str]) -> float:
    """How long to let Shopify's bucket run down; it says how full it is: ``32/40``."""
    used, _, size = headers.get("X-Shopify-Shop-Api-Call-Limit", "").partition("/")
    if not (used.isdecimal() and size.isdecimal()) or int(used) < int(size) * _NEARLY_FULL:
        return 0.0
    return (int(used) - int(size) / 2) / _LEAKS_A_SECOND


CONNECTOR = Connector(
    kind="shopify",
    title="Shopify",
    namespace="shopify",
    fields=(
        Field(SIGNING, told("The key that signs webhooks."), is_secret=True, is_required=True),
        Field("token", told("An Admin API access token, to ask for what webhooks missed."),
              is_secret=True),
        Field("shop", told("The shop's address: crumb.myshopify.com.")),
    ),
    about=told("Orders, customers and products of your Shopify shop, as they change."),
    steps=(
        told(
            "In Shopify, open Settings → Notifications → Webhooks. The key that signs webhooks "
            "stands on that page."
        ),
        told(
            "Add one webhook in JSON, with the address above, for each of: order creation, "
            "order update, order cancellation, customer creation, customer update, product "
            "creation, product update."
        ),
        told(
            "An Admin API access token with read_orders, read_customers and read_products "
            "brings what webhooks missed, and the past."
        ),
    ),
    hear=hear,
    streams=("products", "customers", "orders"),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
