"""Points of people, and who of the team looked at whom."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import ABSENT, FAILURES
from regulars.api.parameters import Limit, Number
from regulars.api.shapes_of_counter import Looks, Points, ToGive
from regulars.profiles.counter import points
from regulars.profiles.looks import keeping as looks

router = Router()

Member = Annotated[int | None, Query(ge=1, lt=2**63, description="Only of this member.")]
On = Annotated[date | None, Query(description="Only of this day of the business.")]


@router.get("/people/{person_id}/points", response={200: Points, **ABSENT})
def show_points(request: HttpRequest, person_id: Number) -> HttpResponse:
    """How many points a person has, and the latest entries."""
    looks.see(actor_of(request), person_id)
    return as_json(points.as_json(person_id))


@router.post("/people/{person_id}/points", response={200: Points, **ABSENT})
def give_points(request: HttpRequest, person_id: Number, asked: ToGive) -> HttpResponse:
    """Give a person points, or take them with a negative number. Not for analysts."""
    points.give(actor_of(request), person_id, asked.points, reason=asked.reason)
    return as_json(points.as_json(person_id))


@router.get("/people/{person_id}/looks", response={200: Looks, **ABSENT})
def list_looks_at(request: HttpRequest, person_id: Number, limit: Limit = 50) -> HttpResponse:
    """Who looked at a person. For owners and managers."""
    found = looks.of(actor_of(request), person_id, limit)
    return as_json({"looks": [asdict(one) for one in found]})


@router.get("/looks", response={200: Looks, **FAILURES})
def list_looks(
    request: HttpRequest, member: Member = None, on: On = None, limit: Limit = 200
) -> HttpResponse:
    """Who of the team looked at whom. For owners and managers."""
    found = looks.listing(actor_of(request), member_id=member, on=on, most=limit)
    return as_json({"looks": [asdict(one) for one in found]})
