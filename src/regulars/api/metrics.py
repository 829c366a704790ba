"""`/metrics`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.api.access import actor_of
from regulars.api.answers import listed
from regulars.api.documentation import AS_TABLE, LISTED
from regulars.api.parameters import As, Days, Where, conditions
from regulars.api.shapes import MetricAnswer, MetricDefinition, Metrics

router = Router()

By = Annotated[list[str], Query(max_length=4, description="A dimension; may be repeated.")]
Compare = Annotated[bool, Query(description="Beside the period before, weekdays matched.")]

_DEFINITION = {
    name: "BIGINT" if name == "smallest_sample" else "VARCHAR"
    for name in MetricDefinition.model_fields
}
_NUMBERS = ("value", "low", "high", "before", "difference", "difference_low", "difference_high")
_TYPES = dict.fromkeys(_NUMBERS, "DOUBLE") | {
    "n": "BIGINT",
    "beyond_chance": "BOOLEAN",
    "day": "DATE",
    "week": "DATE",
    "hour": "BIGINT",
    "weekday": "BIGINT",
    "stars": "BIGINT",
}


@router.get("/metrics", response={200: Metrics, **LISTED}, openapi_extra=AS_TABLE)
def list_metrics(request: HttpRequest, form: As = None) -> HttpResponse:
    """Every number that can be asked for: what it means and how it is found."""
    from regulars.insights import figures

    data = {"metrics": figures.definitions(actor_of(request))}
    return listed(request, data, "metrics", _DEFINITION, form)


@router.get("/metrics/query", response={200: MetricAnswer, **LISTED}, openapi_extra=AS_TABLE)
def query_metrics(
    request: HttpRequest,
    name: Annotated[list[str], Query(min_length=1, max_length=20, description="May be repeated.")],
    first: Days.First = None,
    last: Days.Last = None,
    by: By = [],  # noqa: B006
    where: Where = [],  # noqa: B006
    compare: Compare = False,
    form: As = None,
) -> HttpResponse:
    """Several numbers at once, of one version of the data."""
    return _ask(request, name, first, last, by, where, compare, form)


@router.get("/metrics/{name}", response={200: MetricAnswer, **LISTED}, openapi_extra=AS_TABLE)
def ask_metric(
    request: HttpRequest,
    name: str,
    first: Days.First = None,
    last: Days.Last = None,
    by: By = [],  # noqa: B006
    where: Where = [],  # noqa: B006
    compare: Compare = False,
    form: As = None,
) -> HttpResponse:
    """One number, whole or cut by dimensions, with its interval."""
    return _ask(request, [name], first, last, by, where, compare, form)


def _ask(
    request: HttpRequest,
    names: list[str],
    first: date | None,
    last: date | None,
    by: list[str],
    where: list[str],
    compare: bool,
    form: As,
) -> HttpResponse:
    from regulars.insights import figures

    answer = figures.ask(
        actor_of(request),
        metrics=names,
        first=first,
        last=last,
        by=by,
        where=conditions(where),
        compare=compare,
    )
    named = figures.columns(by, compare=compare)
    columns = {one: _TYPES.get(one, "VARCHAR") for one in named}
    return listed(request, answer, "rows", columns, form)
