"""WooCommerce: signed webhooks, and its REST API v3 page by page.

Source: developer.woocommerce.com/docs/apis/rest-api/v3. Pages are numbered, so a list that changes
while it is read would lose entries between two pages: orders and products are read in the order of
their last change instead, each page from where the one before ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, timedelta
from typing import Any

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.contract import (
    SIGNING,
    Account,
    Client,
    Connector,
    Field,
    Json,
    Page,
)
from regulars.sources.connectors.messages import gather
from regulars.sources.connectors.woocommerce import mapping
from regulars.sources.connectors.woocommerce.webhook import hear
from regulars.sources.intake.protocol import instant

LIMIT = 100
_TELL: dict[str, Callable[[Json], Iterable[Json]]] = {
    "products": mapping.product,
    "customers": mapping.customer,
    "orders": mapping.order,
}
# ``modified_after`` leaves its own second out.
_A_SECOND = timedelta(seconds=1)


def can_pull(account: Account) -> bool:
    """Whether there is a key, its secret, and a shop to use them for."""
    return bool(
        account.secrets.get("key") and account.secrets.get("token") and account.settings.get("shop")
    )


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of ``stream``."""
    place: dict[str, Any] = orjson.loads(cursor) if cursor else {}
    answer = client.get(
        f"{_shop(account)}/wp-json/wc/v3/{stream}",
        _question(stream, place),
        Authorization=_basic(account.secrets["key"], account.secrets["token"]),
    )
    rows = answer.data if isinstance(answer.data, list) else []
    found = [one for one in rows if isinstance(one, dict)]
    is_last = len(rows) < LIMIT
    following = orjson.dumps(_following(stream, place, found, is_last)).decode()
    return Page(gather(found, _TELL[stream]), following, is_last)


def _question(stream: str, place: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {"per_page": LIMIT, "page": place.get("page", 1), "order": "asc"}
    if stream == "customers":
        # They cannot be asked for by their last change; webhooks and orders tell it.
        return {**asked, "orderby": "id", "role": "all"}
    asked |= {"orderby": "modified", "dates_are_gmt": "true"}
    if stream == "orders":
        asked["status"] = "any"
    if since := place.get("since"):
        asked["modified_after"] = since
    return asked


def _following(
    stream: str, place: dict[str, Any], found: list[Json], is_last: bool
) -> dict[str, Any]:
    page = place.get("page", 1)
    if stream == "customers":
        return {"page": page if is_last else page + 1}
    since = place.get("since", "")
    moments = [at for one in found if (at := instant(mapping.date(one, "modified")))]
    newest = max(moments, default=None)
    reached = (newest - _A_SECOND).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if newest else ""
    if reached > since:
        return {"since": reached}
    # More than a page of one and the same second.
    known = {"since": since} if since else {}
    return known if is_last else {**known, "page": page + 1}


def _shop(account: Account) -> str:
    shop = account.settings["shop"].strip().rstrip("/")
    return shop if "://" in shop else f"https://{shop}"


def _basic(key: str, secret: str) -> str:
    import base64

    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


CONNECTOR = Connector(
    kind="woocommerce",
    title="WooCommerce",
    namespace="woocommerce",
    fields=(
        Field(SIGNING, told("The secret of the webhook."), is_secret=True, is_required=True),
        Field("key", told("A REST API consumer key that may read (ck_…)."), is_secret=True),
        Field("token", told("The secret of that key (cs_…)."), is_secret=True),
        Field("shop", told("The shop's address: https://shop.example.")),
    ),
    about=told("Orders, customers and products of a shop on WordPress."),
    steps=(
        told(
            "In WooCommerce, open Settings → Advanced → Webhooks. Choose one secret and use it "
            "for all of them."
        ),
        told(
            "Add one webhook with the address above for each of: Order created, Order updated, "
            "Customer created, Customer updated, Product created, Product updated."
        ),
        told(
            "A REST API key that may read, and its secret, bring what webhooks missed, and the "
            "past."
        ),
    ),
    hear=hear,
    streams=("products", "customers", "orders"),
    pull=pull,
    can_pull=can_pull,
)
