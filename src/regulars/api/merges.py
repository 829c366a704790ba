"""`/people/{id}/merges` and `/merges`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import ABSENT, TAKEN
from regulars.api.parameters import Number
from regulars.api.shapes_of_identity import Merges, Outcome, ToMerge, ToSplit
from regulars.profiles.looks import keeping as looks

router = Router()


@router.get("/people/{person_id}/merges", response={200: Merges, **ABSENT})
def list_merges(request: HttpRequest, person_id: Number) -> HttpResponse:
    """Every join of a person with its evidence, the split ones too."""
    from regulars.identity.edges import edges_of

    actor = actor_of(request)
    looks.see(actor, person_id)
    edges = edges_of(actor, person_id)
    return as_json({"id": person_id, "merges": [one.as_json() for one in edges]})


@router.post("/people/{person_id}/merges", response={200: Outcome, **TAKEN})
def merge_people(request: HttpRequest, person_id: Number, asked: ToMerge) -> HttpResponse:
    """Say that two people are one; undone exactly by a split. For owners and managers."""
    from regulars.insights import following
    from regulars.profiles import merging

    outcome = merging.merge(actor_of(request), person_id, asked.other, reason=asked.reason)
    following.soon(actor_of(request))
    return as_json(outcome.as_json())


@router.post("/merges/{merge_id}/split", response={200: Outcome, **TAKEN})
def split_merge(request: HttpRequest, merge_id: str, asked: ToSplit) -> HttpResponse:
    """Take a join back: everybody has again what was theirs. For owners and managers."""
    from regulars.insights import following
    from regulars.profiles import merging

    outcome = merging.split(actor_of(request), merge_id, reason=asked.reason)
    following.soon(actor_of(request))
    return as_json(outcome.as_json())
