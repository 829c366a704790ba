"""`/identity/rules`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api import background
from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import FAILURES
from regulars.api.shapes_of_identity import JoiningRules, RuleToSet
from regulars.identity import ruling

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
