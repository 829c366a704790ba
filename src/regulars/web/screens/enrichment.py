"""Sources → From elsewhere: what others publish of postcodes and days, and why it is used."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kernel.errors import RegularsError
from regulars.profiles.enrichment import keeping
from regulars.web.access import actor_of, page

_FIELDS = ("name", "kind", "publisher", "as_of", "purpose", "basis", "reason", "licence")


@page("imports.see")
def listed(request: HttpRequest) -> HttpResponse:
    """All that was added, with everything that was said for it; POST adds one."""
    actor = actor_of(request)
    given = {name: request.POST.get(name, "") for name in _FIELDS}
    problem = ""
    if request.method == "POST":
        actor.require("sources.manage")
        try:
            one = _added(request, given)
            messages.success(request, _("%(name)s is added.") % {"name": one.name})
            return redirect("enrichment")
        except RegularsError as error:
            problem = error.message
    context: dict[str, Any] = {
        "enrichments": [
            {"one": one, "kind": keeping.KINDS[one.kind], "basis": keeping.BASES[one.basis]}
            for one in keeping.listing(actor)
        ],
        "given": given,
        "kinds": keeping.KINDS.items(),
        "bases": keeping.BASES.items(),
        "problem": problem,
    }
    return render(request, "screens/sources/enrichment.html", context)


def _added(request: HttpRequest, given: dict[str, str]) -> Any:
    actor, said = actor_of(request), keeping.Told(**given)
    upload = request.FILES.get("file")
    if upload is None:
        return keeping.add(actor, said)
    with tempfile.TemporaryDirectory(prefix="regulars-enrich-") as scratch:
        path = Path(scratch) / (Path(upload.name or "").name or "table.csv")
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        return keeping.add(actor, said, path, column=request.POST.get("column", "").strip())


@page("sources.manage")
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove one from everybody at once."""
    keeping.remove(actor_of(request), number)
    messages.success(request, _("It is removed, and nothing of it stands anywhere any more."))
    return redirect("enrichment")


@page("people.see")
@require_POST
def objection(request: HttpRequest, person_id: int, number: int) -> HttpResponse:
    """A person does not want it used for them, or no longer minds."""
    is_objecting = request.POST.get("do") != "allow"
    keeping.object_to(actor_of(request), person_id, number, is_objecting=is_objecting)
    text = _("It is not used for this person any more.") if is_objecting else _("It is used again.")
    messages.success(request, text)
    return redirect("person", person_id)
