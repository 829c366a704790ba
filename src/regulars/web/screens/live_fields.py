"""What the fields of a program's messages mean: proposed, shown on what came, decided; and
everything that is still kept read once more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.kernel.errors import WrongUse
from regulars.sources import origins, reading_hooks
from regulars.sources.files.fields import KINDS
from regulars.web import mapping_form, working
from regulars.web.access import actor_of, page
from regulars.web.words import KIND_WORDS


@page("sources.manage")
def fields(request: HttpRequest, source_id: int) -> HttpResponse:
    """Each field of what came, what it becomes, and samples."""
    source = origins.get(source_id)
    data, problem = request.POST, ""
    kind = data.get("kind") if data.get("kind") in KINDS else None
    try:
        candidate = reading_hooks.candidate(source, kind)
    except WrongUse as error:
        messages.error(request, error.message)
        return redirect("live", source_id)
    if request.method == "POST":
        try:
            # Another kind has other fields: what was chosen for the last one says nothing.
            is_same = data.get("of") == candidate.mapping.kind
            changes = mapping_form.changes_of(candidate, data) if is_same else {}
            if data.get("do") == "decide":
                return _decided(request, source_id, candidate.mapping.kind, changes)
            candidate.mapping = candidate.mapping.changed(candidate.table.columns, changes)
        except WrongUse as error:
            problem = error.message
    context = {
        "source": source,
        "candidate": candidate,
        "form": mapping_form.form_of(candidate),
        "kinds": [(one, KIND_WORDS[one]) for one in KINDS],
        "problem": problem,
        "replayable": reading_hooks.replayable(source) if candidate.is_sure else [],
    }
    is_part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    name = "parts/fields.html" if is_part else "screens/sources/live_fields.html"
    return render(request, name, context)


def _decided(
    request: HttpRequest, source_id: int, kind: str, changes: dict[str, str]
) -> HttpResponse:
    actor = actor_of(request)
    landed = reading_hooks.decide(actor, source_id, kind, changes)
    messages.success(request, _("Saved."))
    if landed:
        text = ngettext("%(n)d row landed.", "%(n)d rows landed.", landed)
        if not reading_hooks.is_table(origins.get(source_id)):
            text = ngettext("%(n)d message that waited has landed.",
                        "%(n)d messages that waited have landed.", landed)  # fmt: skip
        messages.success(request, text % {"n": landed})
        working.refresh(actor)
    return redirect("live", source_id)


@page("sources.manage")
@require_POST
def replay(request: HttpRequest, source_id: int) -> HttpResponse:
    """Read everything that is still kept once more, as the fields are said to mean now."""
    actor = actor_of(request)
    count = reading_hooks.begin_replay(actor, source_id)
    text = ngettext("%(n)d message is being read once more.",
                    "%(n)d messages are being read once more.", count)  # fmt: skip
    messages.success(request, text % {"n": count})
    return redirect("live", source_id)
