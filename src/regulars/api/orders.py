"""`/orders`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api.access import actor_of
from regulars.api.answers import listed
from regulars.api.documentation import AS_TABLE, LISTED
from regulars.api.parameters import As, Cursor, Days, Limit, Person, Text
from regulars.api.shapes import Orders

router = Router()

_COLUMNS = {
    "id": "VARCHAR",
    "external_id": "VARCHAR",
    "person": "BIGINT",
    "happened_at": "TIMESTAMPTZ",
    "local_on": "DATE",
    "place": "VARCHAR",
    "channel": "VARCHAR",
    "status": "VARCHAR",
    "is_return": "BOOLEAN",
    "currency": "VARCHAR",
    **dict.fromkeys(("amount", "goods", "refund", "discount", "tax", "tip"), "DOUBLE"),
    "lines": "BIGINT",
    "import": "BIGINT",
}


@router.get("/orders", response={200: Orders, **LISTED}, openapi_extra=AS_TABLE, by_alias=True)
def list_orders(
    request: HttpRequest,
    first: Days.First = None,
    last: Days.Last = None,
    place: Text = None,
    channel: Text = None,
    person: Person = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    form: As = None,
) -> HttpResponse:
    """Orders and returns, newest first."""
    from regulars.insights import orders

    wanted = orders.Wanted(first, last, place, channel, person)
    data = orders.listing(actor_of(request), wanted, cursor=cursor, limit=limit)
    return listed(request, data, "orders", _COLUMNS, form)
