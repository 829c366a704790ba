"""`/products`, `/hours` and `/findings`."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.api.access import actor_of
from regulars.api.answers import listed
from regulars.api.documentation import AS_TABLE, LISTED
from regulars.api.parameters import As, Days, Where, conditions
from regulars.api.shapes_of_findings import Findings, Hours, Products

router = Router()

Kinds = Annotated[
    list[Literal["trend", "sold_out", "association", "hour"]],
    Query(alias="kind", max_length=4, description="May be repeated."),
]
Sort = Annotated[Literal["revenue", "orders", "pieces", "change"], Query()]
Metric = Annotated[Literal["revenue", "orders", "pieces"], Query()]

_NUMBERS = ("revenue", "low", "high", "before", "difference", "difference_low", "difference_high")
_PRODUCT = {
    "product": "VARCHAR",
    "sku": "VARCHAR",
    **dict.fromkeys(_NUMBERS, "DOUBLE"),
    "beyond_chance": "BOOLEAN",
    **dict.fromkeys(("orders", "pieces", "n"), "BIGINT"),
}
_HOUR = {"weekday": "BIGINT", "hour": "BIGINT", "value": "DOUBLE", "n": "BIGINT"}
_FINDING = {
    **dict.fromkeys(("kind", "key", "title", "reason"), "VARCHAR"),
    **dict.fromkeys(("worth", "low", "high"), "DOUBLE"),
}


@router.get("/products", response={200: Products, **LISTED}, openapi_extra=AS_TABLE)
def list_products(
    request: HttpRequest,
    first: Days.First = None,
    last: Days.Last = None,
    where: Where = [],  # noqa: B006
    sort: Sort = "revenue",
    form: As = None,
) -> HttpResponse:
    """What sells and how that changed; what rises, falls, sells out early, or goes together."""
    from regulars.insights import products

    data = products.show(
        actor_of(request), first=first, last=last, where=conditions(where), sort=sort
    )
    return listed(request, data, "products", _PRODUCT, form)


@router.get("/hours", response={200: Hours, **LISTED}, openapi_extra=AS_TABLE)
def list_hours(
    request: HttpRequest,
    first: Days.First = None,
    last: Days.Last = None,
    where: Where = [],  # noqa: B006
    metric: Metric = "revenue",
    form: As = None,
) -> HttpResponse:
    """When sales are made, hour by weekday; after which hours people stay away."""
    from regulars.insights import hours

    data = hours.show(
        actor_of(request), first=first, last=last, where=conditions(where), metric=metric
    )
    return listed(request, data, "hours", _HOUR, form)


@router.get("/findings", response={200: Findings, **LISTED}, openapi_extra=AS_TABLE)
def list_findings(
    request: HttpRequest,
    kinds: Kinds = [],  # noqa: B006
    where: Where = [],  # noqa: B006
    form: As = None,
) -> HttpResponse:
    """What stands out in the sales by itself, found at the last refresh."""
    from regulars.insights.findings import reading

    data = reading.listing(actor_of(request), kinds=kinds, where=conditions(where))
    return listed(request, data, "findings", _FINDING, form)
