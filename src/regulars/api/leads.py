"""`/pipelines` and `/leads`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from regulars.api.access import actor_of
from regulars.api.answers import as_json, listed
from regulars.api.documentation import ABSENT, AS_TABLE, FAILURES, LISTED
from regulars.api.parameters import As as Form
from regulars.api.parameters import Cursor, Limit, Number, Person
from regulars.api.shapes import Removed
from regulars.api.shapes_of_leads import Lead, Leads, Pipelines, ShownLead
from regulars.profiles.pipeline import board, facts, leads, moving

router = Router()
_LARGEST = 2**63 - 1
_NUMBERS = ("id", "person", "pipeline_id", "stage_id", "value_minor", "probability", "owner_id")
_COLUMNS = {
    name: "BIGINT" if name in _NUMBERS else "VARCHAR" for name in Lead.model_fields
} | {"next_on": "DATE", "made_at": "TIMESTAMPTZ", "entered_at": "TIMESTAMPTZ"}  # fmt: skip
Id = Annotated[int | None, Field(ge=1, le=_LARGEST)]
Value = Annotated[int | None, Field(ge=0, le=10**12)]
Percent = Annotated[int | None, Field(ge=0, le=100)]
Day = Annotated[date | None, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Wanted = Annotated[int | None, Query(ge=1, le=_LARGEST)]


class NewLead(BaseModel):
    """A lead to be written down: a title, or a name, an address or a number at least."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=200)] = ""
    person: Id = None
    name: Annotated[str, Field(max_length=200)] = ""
    email: Annotated[str, Field(max_length=320)] = ""
    phone: Annotated[str, Field(max_length=60)] = ""
    value_minor: Value = None
    probability: Percent = None
    source: Annotated[str, Field(max_length=80)] = ""
    next_step: Annotated[str, Field(max_length=200)] = ""
    next_on: Day = None
    owner: Id = None
    note: Annotated[str, Field(max_length=4000)] = ""
    pipeline: Id = None
    stage: Id = None


class LeadChanges(BaseModel):
    """What is to change of a lead. What is left out stays as it is; null empties a field."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(max_length=200)] = None
    person: Id = None
    name: Annotated[str | None, Field(max_length=200)] = None
    email: Annotated[str | None, Field(max_length=320)] = None
    phone: Annotated[str | None, Field(max_length=60)] = None
    value_minor: Value = None
    probability: Percent = None
    source: Annotated[str | None, Field(max_length=80)] = None
    next_step: Annotated[str | None, Field(max_length=200)] = None
    next_on: Day = None
    owner: Id = None
    note: Annotated[str | None, Field(max_length=4000)] = None


class NewContact(BaseModel):
    """That somebody was in touch, and perhaps what was said."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[str, Field(max_length=500)] = ""


class NewMove(BaseModel):
    """Where a lead goes. A stage that is lost wants a reason."""

    model_config = ConfigDict(extra="forbid")

    stage: Annotated[int, Field(ge=1, le=_LARGEST)]
    reason: Annotated[str, Field(max_length=300)] = ""


@router.get("/pipelines", response={200: Pipelines, **FAILURES})
def list_pipelines(request: HttpRequest) -> HttpResponse:
    """Every pipeline with its stages, how many leads stand in each and what they may bring."""
    return as_json(board.pipelines(actor_of(request)))


@router.get("/leads", response={200: Leads, **ABSENT, **LISTED}, openapi_extra=AS_TABLE)
def list_leads(
    request: HttpRequest,
    pipeline: Wanted = None,
    stage: Wanted = None,
    person: Person = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    form: Form = None,
) -> HttpResponse:
    """Leads, the newest first."""
    found = board.listing(
        actor_of(request), pipeline_id=pipeline, stage_id=stage, person_id=person, cursor=cursor,
        limit=limit,
    )  # fmt: skip
    return listed(request, found, "leads", _COLUMNS, form)


@router.post("/leads", response={201: ShownLead, **ABSENT})
def add_lead(request: HttpRequest, lead: NewLead) -> HttpResponse:
    """Write a lead down, on top of the first open stage unless another is named."""
    actor = actor_of(request)
    given = lead.model_dump()
    pipeline, stage = given.pop("pipeline"), given.pop("stage")
    told = leads.Told(person_id=given.pop("person"), owner_id=given.pop("owner"), **given)
    made = leads.add(actor, told, pipeline_id=pipeline, stage_id=stage)
    return as_json(facts.show(actor, made.pk), status=201)


@router.get("/leads/{lead_id}", response={200: ShownLead, **ABSENT})
def show_lead(request: HttpRequest, lead_id: Number) -> HttpResponse:
    """One lead with its moves, contacts, evidence of consent and its score with reasons."""
    return as_json(facts.show(actor_of(request), lead_id))


@router.patch("/leads/{lead_id}", response={200: ShownLead, **ABSENT})
def change_lead(request: HttpRequest, lead_id: Number, changes: LeadChanges) -> HttpResponse:
    """Say some of a lead anew; what is left out stays as it is."""
    actor = actor_of(request)
    given = changes.model_dump(exclude_unset=True)
    for name in given.keys() & {"person", "owner"}:
        given[f"{name}_id"] = given.pop(name)
    nothing = leads.Told()
    some = {n: getattr(nothing, n) if value is None else value for n, value in given.items()}
    leads.change_some(actor, lead_id, some)
    return as_json(facts.show(actor, lead_id))


@router.delete("/leads/{lead_id}", response={200: Removed, **ABSENT})
def remove_lead(request: HttpRequest, lead_id: Number) -> HttpResponse:
    """Take a lead away for good, with its moves. For owners and managers."""
    leads.remove(actor_of(request), lead_id)
    return as_json({"removed": lead_id})


@router.post("/leads/{lead_id}/contacts", response={200: ShownLead, **ABSENT})
def note_contact(request: HttpRequest, lead_id: Number, contact: NewContact) -> HttpResponse:
    """Note that somebody was in touch about a lead, now."""
    actor = actor_of(request)
    leads.touch(actor, lead_id, contact.words)
    return as_json(facts.show(actor, lead_id))


@router.post("/leads/{lead_id}/move", response={200: ShownLead, **ABSENT})
def move_lead(request: HttpRequest, lead_id: Number, move: NewMove) -> HttpResponse:
    """Move a lead to another stage of its pipeline."""
    actor = actor_of(request)
    moving.move(actor, lead_id, move.stage, move.reason)
    return as_json(facts.show(actor, lead_id))


@router.post("/leads/{lead_id}/undo-move", response={200: ShownLead, **ABSENT})
def undo_move(request: HttpRequest, lead_id: Number) -> HttpResponse:
    """Undo the last move of a lead."""
    actor = actor_of(request)
    moving.undo(actor, lead_id)
    return as_json(facts.show(actor, lead_id))
