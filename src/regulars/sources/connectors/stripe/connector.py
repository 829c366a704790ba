"""Stripe: signed webhooks, and its lists page by page.

Source: docs.stripe.com/api/pagination. Lists are newest first: at first they are walked to their
end, later only what stands before the newest known. Changes come as events, kept for 30 days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.client import Refused
from regulars.sources.connectors.contract import (
    SIGNING,
    Account,
    Client,
    Connector,
    CursorLost,
    Field,
    Json,
    Page,
)
from regulars.sources.connectors.messages import clean, gather, parts
from regulars.sources.connectors.stripe import mapping
from regulars.sources.connectors.stripe.webhook import hear

_API = "https://api.stripe.com"
_LIMIT = 100
_TYPES = [
    "charge.captured", "charge.expired", "charge.failed", "charge.pending", "charge.refund.updated",
    "charge.refunded", "charge.succeeded", "charge.updated", "customer.created",
    "customer.updated", "refund.created", "refund.failed", "refund.updated",
]  # fmt: skip
_TELL: dict[str, Callable[[Json], Iterable[Json]]] = {
    "customers": mapping.customer,
    "charges": mapping.charge,
    "refunds": mapping.refund,
    "events": mapping.event,
}


def can_pull(account: Account) -> bool:
    """Whether there is a key to ask with."""
    return bool(account.secrets.get("token"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of ``stream``."""
    place: dict[str, str] = orjson.loads(cursor) if cursor else {}
    base = account.settings.get("api", "").rstrip("/") or _API
    try:
        answer = client.get(
            f"{base}/v1/{stream}",
            _question(stream, place),
            Authorization=f"Bearer {account.secrets['token']}",
        )
    except Refused as refused:
        # The newest that was known is gone: an event of more than 30 days, a deleted customer.
        if place and "resource_missing" in refused.text:
            raise CursorLost from refused
        raise
    found = parts(answer.data, "data")
    is_more = isinstance(answer.data, dict) and answer.data.get("has_more") is True
    names = [clean(one.get("id")) for one in found]
    said = gather(found, _TELL[stream])
    following = _following(place, names, is_more)
    return Page(said, orjson.dumps(following).decode() if following else "", not is_more)


def _question(stream: str, place: dict[str, str]) -> dict[str, Any]:
    asked: dict[str, Any] = {"limit": _LIMIT}
    if stream == "events":
        asked["types[]"] = _TYPES
    if "after" in place:
        asked["starting_after"] = place["after"]
    elif "newest" in place:
        asked["ending_before"] = place["newest"]
    return asked


def _following(place: dict[str, str], names: list[str], is_more: bool) -> dict[str, str]:
    is_walk = "after" in place or "newest" not in place
    newest = place.get("newest", "")
    if names and not (is_walk and newest):
        newest = names[0]
    if not newest:
        return {}
    return {"newest": newest, "after": names[-1]} if is_walk and is_more else {"newest": newest}


CONNECTOR = Connector(
    kind="stripe",
    title="Stripe",
    namespace="stripe",
    fields=(
        Field(SIGNING, told("The endpoint's signing secret (whsec_…)."), is_secret=True,
              is_required=True),
        Field("token", told("A restricted key that may read charges, customers and events."),
              is_secret=True),
        Field("api", told("Where Stripe's API answers, if not at api.stripe.com.")),
    ),
    about=told("Payments, refunds and customers of a Stripe account."),
    steps=(
        told(
            "In Stripe, open Developers → Webhooks and add the address above for charge.*, "
            "refund.*, customer.created and customer.updated. The signing secret stands there."
        ),
        told(
            "A restricted key that may read charges, refunds, customers and events brings what "
            "webhooks missed, and the past."
        ),
    ),
    hear=hear,
    streams=("events", "customers", "charges", "refunds"),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
