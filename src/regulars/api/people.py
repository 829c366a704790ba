"""`/people` and `/segments`."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router

from regulars.accounts.actors import Actor
from regulars.api import background
from regulars.api.access import actor_of
from regulars.api.answers import as_json, listed
from regulars.api.documentation import ABSENT, AS_TABLE, LISTED, TAKEN
from regulars.api.parameters import As, Cursor, Limit, Number, Several, Text
from regulars.api.shapes import FoundPerson, People, Segments
from regulars.api.shapes_of_people import Person, PersonExport, Receipt, ToWrite, Written
from regulars.kernel.errors import WrongUse

router = Router()

_COLUMNS = {
    "id": "BIGINT",
    "name": "VARCHAR",
    "email": "VARCHAR",
    "phone": "VARCHAR",
    "segment": "VARCHAR",
    "segment_words": "VARCHAR",
    "orders": "BIGINT",
    "last_order_on": "DATE",
    "days_since": "BIGINT",
    "usual_gap_days": "DOUBLE",
    "chance_of_buying": "DOUBLE",
    "expected_orders": "DOUBLE",
    "is_quiet": "BOOLEAN",
    "spent": "DOUBLE",
    "currency": "VARCHAR",
}
_AS_CSV: dict[str, Any] = {
    "responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
}
_FOUND = {"id": "BIGINT", **dict.fromkeys(list(FoundPerson.model_fields)[1:], "VARCHAR")}
_SEGMENT = {
    **dict.fromkeys(("key", "words", "technical", "advice"), "VARCHAR"),
    "count": "BIGINT",
    "spent": "DOUBLE",
    "currency": "VARCHAR",
}


@router.get("/people", response={200: People, **LISTED}, openapi_extra=AS_TABLE)
def list_people(
    request: HttpRequest,
    segment: Text = None,
    quiet: bool | None = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Part of a name, address or number.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    form: As = None,
) -> HttpResponse:
    """People who have bought, best spenders first; or, with `q`, the likeliest people of all.

    Whoever may not see money gets the last seen first.
    """
    if q is not None:
        if segment is not None or quiet is not None or cursor is not None:
            raise WrongUse("q stands alone: it does not go with segment, quiet or cursor.")
        return listed(request, _found(request, q, limit), "people", _FOUND, form)
    return _page(request, form, segment=segment, quiet=quiet, cursor=cursor, limit=limit)


@router.post("/people", response={200: Written, **TAKEN})
def add_person(request: HttpRequest, asked: ToWrite) -> HttpResponse:
    """Write a person down by hand; of somebody known, what is given counts from now on, and
    `replaced` says what stood there. Not for analysts."""
    from regulars.profiles.typed import people

    told = {"email": asked.email, "phone": asked.phone, "card": asked.card, **asked.traits}
    done = people.add(actor_of(request), told)
    return as_json(done.as_json())


@router.get("/people/list.csv", response={200: str, **ABSENT}, openapi_extra=_AS_CSV)
def export_list(
    request: HttpRequest,
    q: Text = None,
    who: Text = None,
    segment: Text = None,
    quiet: bool | None = None,
    country: Text = None,
    tag: Text = None,
    has: Several = [],  # noqa: B006
    allows: Several = [],  # noqa: B006
    sort: Text = None,
    show: Several = [],  # noqa: B006
    view: Annotated[
        str | None, Query(max_length=80, description="A view's name; it stands alone.")
    ] = None,
) -> StreamingHttpResponse:
    """The list of people whole, as a spreadsheet takes it. For owners and managers."""
    from regulars.insights import people_list
    from regulars.profiles.viewing import filters, views

    one = {"q": q, "who": who, "segment": segment, "quiet": "1" if quiet else "",
           "country": country, "tag": tag, "sort": sort}  # fmt: skip
    many = {"has": has, "allows": allows, "show": show}
    wanted = filters.read({name: [value or ""] for name, value in one.items()} | many)
    if view is not None:
        if wanted != filters.Filters():
            raise WrongUse("view stands alone: it has its own filters.")
        wanted = views.by_name(actor_of(request), view).filters
    rows = people_list.as_csv(actor_of(request), wanted)
    answer = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="people.csv"'
    return answer


@router.get("/people/{person_id}", response={200: Person, **ABSENT})
def show_person(request: HttpRequest, person_id: Number) -> HttpResponse:
    """One person: who, traits with their origin, what they allow, orders, scores with reasons.

    A number that the person had before a merge answers too; `id` is the number of today.
    """
    from regulars.insights import people

    return as_json(people.show_by_number(actor_of(request), person_id))


@router.get("/people/{person_id}/export", response={200: PersonExport, **ABSENT})
def export_person(request: HttpRequest, person_id: Number) -> HttpResponse:
    """Everything known about one person, by table. For owners and managers."""
    from regulars.profiles import erasure

    return as_json(erasure.export(actor_of(request), person_id))


@router.delete("/people/{person_id}", response={200: Receipt, **TAKEN})
def erase_person(
    request: HttpRequest,
    person_id: Number,
    why: Annotated[str, Query(max_length=500, description="Why; keep names out of it.")] = "",
) -> HttpResponse:
    """Erase a person everywhere, for ever; their sales stay, as nobody's. For the owner alone."""
    # Says how the mart forgets a person; without it only the database would.
    from regulars.insights import refresh  # noqa: F401
    from regulars.profiles import erasure

    receipt = erasure.erase(actor_of(request), person_id, why=why)
    background.queue(actor_of(request))
    return as_json(receipt.as_json())


@router.get("/segments", response={200: Segments, **LISTED}, openapi_extra=AS_TABLE)
def list_segments(request: HttpRequest, form: As = None) -> HttpResponse:
    """The segments by recency and frequency, with how many people each holds."""
    from regulars.insights import people

    data = {"segments": people.segments(actor_of(request))}
    return listed(request, data, "segments", _SEGMENT, form)


@router.get("/segments/{key}/people", response={200: People, **LISTED}, openapi_extra=AS_TABLE)
def list_segment(
    request: HttpRequest, key: str, cursor: Cursor = None, limit: Limit = 50, form: As = None
) -> HttpResponse:
    """The people in one segment, best spenders first."""
    return _page(request, form, segment=key, quiet=None, cursor=cursor, limit=limit)


def _page(request: HttpRequest, form: As, **asked: Any) -> HttpResponse:
    from regulars.insights import people

    actor = actor_of(request)
    return listed(request, people.listing(actor, **asked), "people", columns_for(actor), form)


def columns_for(actor: Actor) -> dict[str, str]:
    """The columns of a table of people that whoever asks may see."""
    hidden = () if actor.may("people.see_money") else ("spent", "currency")
    return {name: kind for name, kind in _COLUMNS.items() if name not in hidden}


def _found(request: HttpRequest, text: str, limit: int) -> dict[str, Any]:
    from regulars.profiles import search

    hits = search.find(text, limit, actor=actor_of(request))
    people = [
        {
            "id": hit.profile_id,
            "name": hit.name or None,
            "email": hit.email or None,
            "phone": hit.phone or None,
            "matched": hit.matched,
        }
        for hit in hits
    ]
    return {"people": people, "next_cursor": None, "as_of": None}
