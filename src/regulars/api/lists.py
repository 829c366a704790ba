"""Tags of people, and views of the list of people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api.access import actor_of
from regulars.api.answers import as_json, listed
from regulars.api.documentation import ABSENT, AS_TABLE, FAILURES, LISTED
from regulars.api.parameters import As, Cursor, Limit, Number
from regulars.api.people import columns_for
from regulars.api.shapes import Removed
from regulars.api.shapes_of_lists import (
    NewView,
    PersonTags,
    Tags,
    ToTag,
    View,
    ViewChanges,
    ViewPeople,
    Views,
)
from regulars.profiles.looks import keeping as looks
from regulars.profiles.viewing import filters, tags, views

router = Router()


@router.get("/tags", response={200: Tags, **FAILURES})
def list_tags(request: HttpRequest) -> HttpResponse:
    """The tags that somebody has."""
    return as_json({"tags": tags.names(actor_of(request))})


@router.get("/people/{person_id}/tags", response={200: PersonTags, **ABSENT})
def list_tags_of(request: HttpRequest, person_id: Number) -> HttpResponse:
    """A person's tags."""
    looks.see(actor_of(request), person_id)
    return as_json(tags.as_json(person_id))


@router.post("/people/{person_id}/tags", response={200: PersonTags, **ABSENT})
def give_tag(request: HttpRequest, person_id: Number, asked: ToTag) -> HttpResponse:
    """Give a person a tag; one they have already stays. Not for analysts."""
    tags.tag(actor_of(request), person_id, asked.tag)
    return as_json(tags.as_json(person_id))


@router.delete("/people/{person_id}/tags/{tag_id}", response={200: PersonTags, **ABSENT})
def take_tag(request: HttpRequest, person_id: Number, tag_id: Number) -> HttpResponse:
    """Take a tag from a person. Not for analysts."""
    tags.untag(actor_of(request), person_id, tag_id)
    return as_json(tags.as_json(person_id))


@router.get("/views", response={200: Views, **FAILURES})
def list_views(request: HttpRequest) -> HttpResponse:
    """One's own views and everybody's, each with its query."""
    return as_json({"views": [one.as_json() for one in views.listing(actor_of(request))]})


@router.post("/views", response={201: View, **FAILURES})
def keep_view(request: HttpRequest, asked: NewView) -> HttpResponse:
    """Keep a list of people under a name; shared with everybody, for owners and managers."""
    actor, wanted = actor_of(request), filters.of_query(asked.query)
    made = views.save(actor, asked.name, wanted, is_shared=asked.is_shared)
    return as_json(views.get(actor, made).as_json(), status=201)


@router.get("/views/{view_id}", response={200: View, **ABSENT})
def show_view(request: HttpRequest, view_id: Number) -> HttpResponse:
    """One view with its query."""
    return as_json(views.get(actor_of(request), view_id).as_json())


@router.patch("/views/{view_id}", response={200: View, **ABSENT})
def change_view(request: HttpRequest, view_id: Number, asked: ViewChanges) -> HttpResponse:
    """Rename a view, have it show another list, share it or no longer."""
    wanted = None if asked.query is None else filters.of_query(asked.query)
    view = views.change(
        actor_of(request), view_id, name=asked.name, filters=wanted, is_shared=asked.is_shared
    )
    return as_json(view.as_json())


@router.delete("/views/{view_id}", response={200: Removed, **ABSENT})
def remove_view(request: HttpRequest, view_id: Number) -> HttpResponse:
    """Take a view away; it can be put back."""
    views.remove(actor_of(request), view_id)
    return as_json({"removed": view_id})


@router.post("/views/{view_id}/put-back", response={200: View, **ABSENT})
def put_view_back(request: HttpRequest, view_id: Number) -> HttpResponse:
    """Bring a removed view again."""
    actor = actor_of(request)
    views.put_back(actor, view_id)
    return as_json(views.get(actor, view_id).as_json())


@router.get(
    "/views/{view_id}/people",
    response={200: ViewPeople, 404: ABSENT[404], **LISTED},
    openapi_extra=AS_TABLE,
)
def list_view(
    request: HttpRequest,
    view_id: Number,
    cursor: Cursor = None,
    limit: Limit = 50,
    form: As = None,
) -> HttpResponse:
    """The people whom a view finds now, in its order."""
    from regulars.insights import people_list

    actor = actor_of(request)
    wanted = views.get(actor, view_id).filters
    data = people_list.listing(actor, wanted, cursor=cursor, limit=limit)
    columns = {**columns_for(actor), "country": "VARCHAR", "tags": "VARCHAR"}
    return listed(request, data, "people", columns, form)
