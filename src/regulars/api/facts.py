"""Writing down what people like and what they allow."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import TAKEN
from regulars.api.parameters import Number
from regulars.api.shapes_of_people import Allowance, Said, ToAllow, ToSay

router = Router()


@router.put("/people/{person_id}/traits", response={200: Said, **TAKEN})
def say_traits(request: HttpRequest, person_id: Number, asked: ToSay) -> HttpResponse:
    """Type traits of a person; they outrank what files say. Not for analysts."""
    from regulars.profiles.typed import saying

    changed = saying.say(actor_of(request), person_id, asked.traits)
    return as_json({"id": person_id, "changed": changed})


@router.post("/people/{person_id}/consents", response={200: list[Allowance], **TAKEN})
def allow(request: HttpRequest, person_id: Number, asked: ToAllow) -> HttpResponse:
    """Write down what a person said they allow, in their words. Not for analysts."""
    from dataclasses import asdict

    from regulars.profiles import person
    from regulars.profiles.typed import saying

    actor = actor_of(request)
    saying.allow(
        actor, person_id, channel=asked.channel, state=asked.state, purpose=asked.purpose,
        said=asked.said,
    )  # fmt: skip
    return as_json([person.plain(asdict(one)) for one in person.show(actor, person_id).allows])
