"""People → a change to many at once: looked at, done, undone; and the latest of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.kernel.errors import WrongUse
from regulars.profiles.viewing import bulk, filters
from regulars.web.access import actor_of, page
from regulars.web.screens.hanging import number


@page("people.write")
def edit(request: HttpRequest) -> HttpResponse:
    """Show what it would do; do it once that was said to be meant."""
    from regulars.insights import bulk_edits

    if request.method != "POST":
        return redirect("people")
    actor, given = actor_of(request), request.POST
    wanted = filters.of_query(given.get("query", ""))
    is_all = given.get("all") == "yes"
    ticked = sorted({one for one in map(number, given.getlist("person")) if one})
    chosen = None if is_all else ticked
    asked = (given.get("do", ""), given.get("tag", ""), wanted, chosen)
    context: dict[str, Any] = {"query": wanted.address(), "is_all": is_all, "chosen": chosen or ()}
    try:
        if given.get("is_meant") == "yes":
            done = bulk_edits.act(actor, *asked)
            return redirect(_list(wanted.address(), done.pk))
        preview = bulk_edits.preview(actor, *asked)
        context["preview"] = preview
        context["more"] = preview.count - len(preview.names)
        problem = "" if preview.count else _("Choose somebody first.")
    except WrongUse as error:
        problem = str(error.message)
    if problem:
        messages.error(request, problem)
        return redirect(_list(wanted.address()))
    return render(request, "screens/people/bulk_edit.html", context)


def _list(query: str, edit_id: int = 0) -> str:
    parts = [query] if query else []
    parts += [f"edit={edit_id}"] if edit_id else []
    return reverse("people") + ("?" + "&".join(parts) if parts else "")


@page("people.write")
@require_POST
def undo(request: HttpRequest, edit_id: int) -> HttpResponse:
    """Undo a change; the second time it says that it is undone."""
    from regulars.insights import bulk_edits

    back = filters.of_query(request.POST.get("query", "")).address()
    try:
        done = bulk_edits.undo(actor_of(request), edit_id)
    except WrongUse as error:
        messages.error(request, str(error.message))
    else:
        said = ngettext("Undone: %(n)d person is as before.", "Undone: %(n)d people are as before.",
                        done.changed) if done.restored_at else _("It is being undone.")  # fmt: skip
        messages.success(request, said % {"n": done.changed} if done.restored_at else said)
    return redirect("people_edits" if request.POST.get("from") == "edits" else _list(back))


@page("people.write")
def listed(request: HttpRequest) -> HttpResponse:
    """The latest changes to many, each with its undo."""
    context = {"edits": bulk.listing(actor_of(request))}
    return render(request, "screens/people/bulk_edits.html", context)
