"""Settings: how many values of a kind join people, what outranks what, and whose values are
nobody's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.identity import blocking, ruling
from regulars.identity.rules import WINDOWS
from regulars.identity.ruling import KindRule
from regulars.kernel.errors import RegularsError, WrongUse
from regulars.web import working
from regulars.web.access import actor_of, page
from regulars.web.words import WINDOW_WORDS

_NAMES = ("rank", "limit", "window", "beside")


@page(ruling.PERMISSION)
def shown(request: HttpRequest) -> HttpResponse:
    """Every kind's rule beside its default, and the blocked values; POST changes one of them."""
    problem = ""
    if request.method == "POST":
        try:
            _do(request)
            return redirect("settings_joining")
        except RegularsError as error:
            problem = error.message
    found = ruling.shown(actor_of(request))
    is_typed = bool(problem) and request.POST.get("do") == "rules"
    context = {
        "rows": [_row(one, request.POST if is_typed else None) for one in found["kinds"]],
        "blocked": found["blocked"], "is_default": found["is_default"],
        "kinds": [one["kind"] for one in found["kinds"]],
        "windows": [(one, WINDOW_WORDS[one]) for one in WINDOWS],
        "most": ruling.MOST_OF_A_KIND, "given": request.POST, "problem": problem,
        "is_refreshing": working.is_refreshing(),
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "screens/settings/joining.html", context, status=status)


def _do(request: HttpRequest) -> None:
    actor, given = actor_of(request), request.POST
    if taken := given.get("take"):
        blocking.unblock(actor, int(taken) if taken.isascii() and taken.isdecimal() else 0)
        is_changed = True
    elif given.get("do") == "block":
        blocking.block(actor, given.get("identifier", ""), given.get("value", ""))
        is_changed = True
    elif given.get("do") == "defaults":
        is_changed = ruling.back_to_defaults(actor)
    else:
        is_changed = ruling.set_rules(actor, _wanted(given))
    if is_changed:
        working.refresh(actor)
        messages.success(request, _("Saved. Who is one person is being worked out anew."))
    else:
        messages.success(request, _("Nothing has changed."))


def _wanted(given: QueryDict) -> list[KindRule]:
    """The rules as they were typed, in their order. A kind that was moved comes before the one
    whose place it took when it moved up, and behind it when it moved down."""
    found: list[tuple[tuple[int, int, int], KindRule]] = []
    for before, one in enumerate(ruling.kind_rules(), 1):
        if f"window-{one.kind}" not in given:
            found.append(((before, 0, before), one))
            continue
        rank = _number(given.get(f"rank-{one.kind}", "")) or before
        direction = (rank > before) - (rank < before)
        rule = KindRule(
            one.kind,
            _number(given.get(f"limit-{one.kind}", "")),
            given.get(f"window-{one.kind}", ""),
            _number(given.get(f"beside-{one.kind}", "")),
        )
        found.append(((rank, direction, before), rule))
    return [rule for _place, rule in sorted(found, key=lambda one: one[0])]


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise WrongUse(_("“%(text)s” is no number.") % {"text": text[:40]})
    return int(text)


def _row(one: dict[str, Any], typed: QueryDict | None) -> dict[str, Any]:
    """A kind with what its fields show: what holds, or what was typed and could not be taken."""
    fields = {name: "" if one[name] is None else str(one[name]) for name in _NAMES}
    if typed is not None:
        fields = {name: typed.get(f"{name}-{one['kind']}", fields[name]) for name in _NAMES}
    now = {name: one[name] for name in _NAMES}
    return {"kind": one["kind"], "now": now, "default": one["default"], "fields": fields}
