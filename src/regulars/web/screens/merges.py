"""Who belongs together: a person's joins with their evidence, a merge by hand, a split."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.identity.edges import Edge, edges_of
from regulars.insights import following, telling_apart
from regulars.kernel.errors import NotFound, WrongUse
from regulars.profiles import merging, search
from regulars.profiles import person as profiles
from regulars.profiles.looks import keeping as looks
from regulars.web.access import actor_of, page
from regulars.web.screens.matches import Step, waterfall

_HITS = 10


@page("people.see")
def listed(request: HttpRequest, person_id: int) -> HttpResponse:
    """Every join of a person; POST splits one."""
    actor, problem = actor_of(request), ""
    if request.method == "POST":
        merge_id = request.POST.get("merge", "")[:60]
        try:
            done = merging.split(actor, merge_id, reason=request.POST.get("reason", "")[:400])
        except (NotFound, WrongUse) as error:
            problem = error.message
        else:
            following.soon(actor)
            if len(done.people) > 1:
                messages.success(request, _("Split. Everybody has again what was theirs."))
            else:
                messages.warning(request, _("Split, and still one person: more joins them."))
            here = person_id if person_id in done.people else done.people[0]
            return redirect("person_merges", here)
    looks.see(actor, person_id)
    person = profiles.show(actor, person_id)
    context = {
        "person": person, "id": person_id, "edges": _with_evidence(edges_of(actor, person_id)),
        "problem": problem,
    }  # fmt: skip
    return render(request, "screens/people/merges.html", context)


def _with_evidence(edges: list[Edge]) -> list[tuple[Edge, list[Step]]]:
    """Each join with the bars of what was alike, where that was weighed."""
    return [(one, waterfall(one.evidence) if "compared" in one.evidence else []) for one in edges]


@page("people.merge")
def merge(request: HttpRequest, person_id: int) -> HttpResponse:
    """Find the other one, say why, merge."""
    actor, problem = actor_of(request), ""
    text = request.GET.get("q", "").strip()[:200]
    if request.method == "POST":
        other, reason = request.POST.get("other", ""), request.POST.get("reason", "")
        try:
            done = merging.merge(actor, person_id, _number(other), reason=reason)
        except (NotFound, WrongUse) as error:
            problem = error.message
        else:
            following.soon(actor)
            messages.success(request, _("They are one person now. A split undoes it exactly."))
            return redirect("person_merges", done.people[0])
    person = profiles.show(actor, person_id)
    hits = search.find(text, limit=_HITS, actor=actor) if text else []
    context = {
        "person": person, "id": person_id, "text": text, "problem": problem,
        "hits": [one for one in hits if one.profile_id != person_id],
        "beside": telling_apart.beside(actor, [one.profile_id for one in hits]),
    }  # fmt: skip
    return render(request, "screens/people/merge.html", context, status=422 if problem else 200)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
