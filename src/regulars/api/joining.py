"""`/identity/rules` and `/identity/blocked`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api import background
from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import ABSENT, FAILURES
from regulars.api.parameters import Number
from regulars.api.shapes_of_identity import JoiningRules, RuleToSet, ToBlock
from regulars.identity import blocking, ruling

router = Router()
_ANY_NUMBER = ("limit", "beside")


@router.get("/identity/rules", response={200: JoiningRules, **FAILURES})
def list_joining_rules(request: HttpRequest) -> HttpResponse:
    """What joins people, and which values join nobody. For owners."""
    return as_json(ruling.shown(actor_of(request)))


@router.put("/identity/rules/{kind}", response={200: JoiningRules, **FAILURES})
def set_joining_rule(request: HttpRequest, kind: str, wanted: RuleToSet) -> HttpResponse:
    """Change the rule of one kind; people are worked out anew in the background. For owners."""
    actor = actor_of(request)
    said = wanted.model_dump(exclude_unset=True)
    changes = {name: said[name] for name in said if said[name] is not None or name in _ANY_NUMBER}
    if ruling.set_rule(actor, kind, changes):
        background.queue(actor)
    return as_json(ruling.shown(actor))


@router.post("/identity/blocked", response={201: JoiningRules, **FAILURES})
def block_value(request: HttpRequest, asked: ToBlock) -> HttpResponse:
    """Say that a value is nobody's; people are worked out anew in the background. For owners."""
    actor = actor_of(request)
    blocking.block(actor, asked.kind, asked.value)
    background.queue(actor)
    return as_json(ruling.shown(actor), status=201)


@router.delete("/identity/blocked/{blocked_id}", response={200: JoiningRules, **ABSENT})
def unblock_value(request: HttpRequest, blocked_id: Number) -> HttpResponse:
    """Let a blocked value join people again; they are worked out anew in the background. For
    owners."""
    actor = actor_of(request)
    blocking.unblock(actor, blocked_id)
    background.queue(actor)
    return as_json(ruling.shown(actor))
