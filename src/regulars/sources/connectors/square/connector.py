"""Square: signed webhooks, and its API page by page.

Sources: developer.squareup.com/reference/square, SearchOrders, SearchCustomers, ListPaymentRefunds,
SearchCatalogObjects. A page's cursor belongs to the question it answered, so the question is kept
with it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.client import Refused
from regulars.sources.connectors.contract import (
    SIGNING,
    Account,
    Answer,
    Client,
    Connector,
    CursorLost,
    Field,
    Json,
    Page,
)
from regulars.sources.connectors.messages import clean, gather, part, parts, text_of
from regulars.sources.connectors.square import mapping
from regulars.sources.connectors.square.webhook import hear
from regulars.sources.intake.protocol import instant

VERSION = "2025-01-23"
_API = "https://connect.squareup.com"
_LIMIT = 100
_MOST_PLACES = 10
"""Locations that one search of orders takes; a business with more is asked about in turns."""
_MOST_ARTICLES = 1_000
_OVERLAP = timedelta(minutes=5)
_FIRST = "2009-01-01T00:00:00Z"
Place = dict[str, Any]


def can_pull(account: Account) -> bool:
    """Whether there is a token to ask with."""
    return bool(account.secrets.get("token"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of ``stream``."""
    place: Place = orjson.loads(cursor) if cursor else {}
    square = _Square(account, client)
    try:
        if stream == "orders":
            return _orders(square, place)
        return _others(square, stream, place)
    except Refused as refused:
        if "next" in place and refused.status == 400:
            raise CursorLost from refused
        raise


class _Square:
    def __init__(self, account: Account, client: Client) -> None:
        self._base = account.settings.get("api", "").rstrip("/") or _API
        self._headers = {
            "Authorization": f"Bearer {account.secrets['token']}",
            "Square_Version": VERSION,
        }
        self._client = client

    def get(self, path: str, params: Json | None = None) -> Answer:
        return self._client.get(self._base + path, params, **self._headers)

    def post(self, path: str, said: Json) -> Answer:
        return self._client.post(self._base + path, said, **self._headers)


def _orders(square: _Square, place: Place) -> Page:
    if "places" not in place:
        known = parts(square.get("/v2/locations").data, "locations")
        names = {clean(one.get("id")): clean(one.get("name")) for one in known}
        place = {"since": place.get("since", _FIRST), "places": names, "turn": 0}
    names, turn = place["places"], place["turn"]
    asked: Json = {
        "location_ids": sorted(names)[turn : turn + _MOST_PLACES],
        "limit": _LIMIT,
        "query": {
            "filter": {"date_time_filter": {"updated_at": {"start_at": place["since"]}}},
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
        },
    }
    if not asked["location_ids"]:
        return Page((), orjson.dumps({"since": place["since"]}).decode(), True)
    if "next" in place:
        asked["cursor"] = place["next"]
    answer = square.post("/v2/orders/search", asked)
    found = parts(answer.data, "orders")
    numbers = _article_numbers(square, found)
    said = gather(found, lambda one: mapping.order(one, names, numbers))
    following = {**place, "newest": _newest(place, found)}
    following.pop("next", None)
    if token := _token(answer):
        return Page(said, orjson.dumps({**following, "next": token}).decode(), False)
    following["turn"] = turn + _MOST_PLACES
    if following["turn"] < len(names):
        return Page(said, orjson.dumps(following).decode(), False)
    return Page(said, orjson.dumps(_done(following)).decode(), True)


def _article_numbers(square: _Square, orders: list[Json]) -> dict[str, str]:
    """The SKU of each variation in ``orders``: an order's lines name it by Square's own id."""
    wanted = {clean(line.get("catalog_object_id")) for one in orders
              for line in parts(one, "line_items")} - {""}  # fmt: skip
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MOST_ARTICLES):
        ids = sorted(wanted)[start : start + _MOST_ARTICLES]
        answer = square.post("/v2/catalog/batch-retrieve", {"object_ids": ids})
        for one in parts(answer.data, "objects"):
            sku = clean(part(one, "item_variation_data").get("sku"))
            found[clean(one.get("id"))] = sku
    return found


def _others(square: _Square, stream: str, place: Place) -> Page:
    since, token = place.get("since", _FIRST), place.get("next")
    more: Json = {"cursor": token} if token else {}
    if stream == "customers":
        query = {"filter": {"updated_at": {"start_at": since}},
                 "sort": {"field": "CREATED_AT", "order": "ASC"}}  # fmt: skip
        answer = square.post("/v2/customers/search", {"limit": _LIMIT, "query": query, **more})
        found, tell = parts(answer.data, "customers"), mapping.customer
    elif stream == "refunds":
        # By the time they were made: how one ended is told by its webhook, or in the overlap.
        asked = {"begin_time": since, "sort_order": "ASC", "limit": _LIMIT, **more}
        answer = square.get("/v2/refunds", asked)
        found, tell = parts(answer.data, "refunds"), mapping.refund
    else:
        asked = {"object_types": ["ITEM"], "begin_time": since, "limit": _LIMIT, **more}
        answer = square.post("/v2/catalog/search", asked)
        found, tell = parts(answer.data, "objects"), mapping.ware
    said = gather(found, tell)
    following: Place = {"since": since, "newest": _newest(place, found)}
    if token := _token(answer):
        return Page(said, orjson.dumps({**following, "next": token}).decode(), False)
    return Page(said, orjson.dumps(_done(following)).decode(), True)


def _token(answer: Answer) -> str:
    return clean(answer.data.get("cursor")) if isinstance(answer.data, dict) else ""


def _newest(place: Place, found: list[Json]) -> str:
    stamps = (clean(one.get("updated_at")) or clean(one.get("created_at")) for one in found)
    moments = [text_of(at) for at in map(instant, stamps) if at]
    known: str = place.get("newest", "")
    return max([known, *moments])


def _done(place: Place) -> Place:
    newest = instant(place["newest"])
    return {"since": text_of(newest - _OVERLAP) if newest else place["since"]}


CONNECTOR = Connector(
    kind="square",
    title="Square",
    namespace="square",
    fields=(
        Field(SIGNING, told("The subscription's signature key."), is_secret=True, is_required=True),
        Field("token", told("An access token; Square's webhooks do not hold the orders."),
              is_secret=True, is_required=True),
        Field("hook_url", told("The notification URL as Square has it, if another leads here.")),
        Field("api", told("Where Square's API answers, if not at connect.squareup.com.")),
    ),
    about=told("Orders, refunds, customers and the catalogue of a Square till or online shop."),
    steps=(
        told(
            "In Square's Developer Console, open Webhooks → Subscriptions. The signature key "
            "stands there."
        ),
        told(
            "Add the address above for order.*, payment.*, refund.*, customer.* and "
            "catalog.version.updated."
        ),
        told(
            "The access token needs ORDERS_READ, PAYMENTS_READ, CUSTOMERS_READ, ITEMS_READ and "
            "MERCHANT_PROFILE_READ."
        ),
    ),
    hear=hear,
    streams=("customers", "catalogue", "orders", "refunds"),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
