"""`/today` and the decisions about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api.access import actor_of
from regulars.api.answers import as_json, listed
from regulars.api.documentation import ABSENT, AS_TABLE, FAILURES, LISTED
from regulars.api.parameters import As, Cursor, Limit, Number
from regulars.api.shapes_of_today import Decide, Decision, Decisions, Things, Today

router = Router()
_COLUMNS = {
    "id": "BIGINT",
    **dict.fromkeys(("key", "kind", "what", "reason", "words"), "VARCHAR"),
    "on": "DATE",
    "at": "TIMESTAMPTZ",
    "until": "DATE",
    "by": "VARCHAR",
    "taken_back_at": "TIMESTAMPTZ",
    "title": "VARCHAR",
    **dict.fromkeys(("worth", "low", "high"), "DOUBLE"),
    "unit": "VARCHAR",
    "days": "BIGINT",
    "came_of_it": "VARCHAR",
    "is_known": "BOOLEAN",
}


@router.get("/today", response={200: Today, **FAILURES})
def today(request: HttpRequest) -> HttpResponse:
    """At most five numbers and three things to do."""
    from regulars.insights import today as days

    return as_json(days.today(actor_of(request)))


@router.get("/today/things", response={200: Things, **FAILURES})
def things(request: HttpRequest) -> HttpResponse:
    """Everything worth doing that nobody has decided about."""
    from regulars.insights import today as days

    return as_json(days.all_things(actor_of(request)))


@router.get("/today/decisions", response={200: Decisions, **LISTED}, openapi_extra=AS_TABLE)
def list_decisions(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None, form: As = None
) -> HttpResponse:
    """What was decided, newest first, and what came of it."""
    from regulars.insights import decided

    page = decided.listing(actor_of(request), cursor=cursor, limit=limit)
    return listed(request, page, "decisions", _COLUMNS, form)


@router.post("/today/decisions", response={200: Decision, **ABSENT})
def decide(request: HttpRequest, told: Decide) -> HttpResponse:
    """Say that a thing is done, comes later, or is not useful."""
    from regulars.insights import decisions

    actor = actor_of(request)
    made = decisions.decide(
        actor,
        key=told.key,
        what=told.what,
        reason=told.reason or "",
        words=told.words,
        until=told.until,
    )
    return as_json(_one(actor, made.pk))


@router.post("/today/decisions/{decision_id}/take-back", response={200: Decision, **ABSENT})
def take_back(request: HttpRequest, decision_id: Number) -> HttpResponse:
    """Take a decision back; its thing is open again."""
    from regulars.insights import decisions

    actor = actor_of(request)
    decisions.take_back(actor, decision_id)
    return as_json(_one(actor, decision_id))


def _one(actor: Any, decision_id: int) -> dict[str, Any]:
    from regulars.insights import decided

    return decided.one(actor, decision_id)
