"""``/api/v1``: `api` collects every operation; its ``urls`` are mounted by `config`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router

from regulars.api import (
    counter,
    facts,
    failures,
    hanging,
    imports,
    joining,
    leads,
    lists,
    mail,
    merges,
    metrics,
    opening_hours,
    orders,
    people,
    products,
    quality,
    today,
    upkeep,
)
from regulars.api.access import ApiKey, SignedIn
from regulars.kernel.errors import NotFound

_ABOUT = """The same questions and verbs as the pages and the command line.

Send an API key (`regulars keys make NAME`) as `Authorization: Bearer rg_…`. A failure is
`{"error": {"code", "message"}}`. Lists come in pages: pass `next_cursor` on as `cursor`. Lists and
metrics are also answered as CSV and Parquet, by `Accept` or `?format=`. Money is in major units
unless a name ends in `_minor`; `null` is not known."""


class Api(NinjaAPI):
    """The API; what the framework refuses by itself is answered in our shape too."""

    @property
    def urls(self) -> tuple[list[URLPattern | URLResolver], str, str]:
        patterns, application, name = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = failures.in_our_shape(pattern.callback)
        return patterns, application, name


api = Api(
    title="Regulars",
    version="1",
    description=_ABOUT,
    urls_namespace="api",
    auth=[ApiKey(), SignedIn()],
    docs_url=None,
)
failures.declare(api)
_anywhere = Router(auth=None)


@_anywhere.api_operation(
    ["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", include_in_schema=False
)
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Any address that is none of ours."""
    raise NotFound(f"There is nothing at /api/v1/{rest[:100]}.")


for _part, _tag in (
    (people, "people"),
    (merges, "people"),
    (joining, "people"),
    (facts, "people"),
    (hanging, "people"),
    (lists, "people"),
    (counter, "people"),
    (leads, "leads"),
    (orders, "orders"),
    (metrics, "metrics"),
    (products, "products"),
    (today, "today"),
    (imports, "imports"),
    (mail, "mail"),
    (quality, "imports"),
    (opening_hours, "places"),
    (upkeep, "upkeep"),
):
    api.add_router("", _part.router, tags=[_tag])
api.add_router("", _anywhere)
