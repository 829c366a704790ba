"""People → Views: lists kept under a name; renamed, replaced, shared, removed and put back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.accounts.actors import Actor
from regulars.kernel.errors import WrongUse
from regulars.profiles.viewing import filters, views
from regulars.web.access import actor_of, page
from regulars.web.screens.hanging import number


@page("people.see")
def listed(request: HttpRequest) -> HttpResponse:
    """All views that one may open; POST keeps a list under a name."""
    actor, problem = actor_of(request), ""
    if request.method == "POST":
        name, is_shared = request.POST.get("name", ""), request.POST.get("shared") == "yes"
        try:
            wanted = filters.of_query(request.POST.get("query", ""))
            made = views.save(actor, name, wanted, is_shared=is_shared)
            messages.success(request, _("The view is kept."))
            return redirect(f"{reverse('people')}?{views.get(actor, made).address}")
        except WrongUse as error:
            problem = error.message
    context = {
        "views": views.listing(actor), "problem": problem, "given": request.POST,
        "removed": number(request.GET.get("removed")),
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "screens/people/views.html", context, status=status)


@page("people.see")
def one(request: HttpRequest, view_id: int) -> HttpResponse:
    """Change a view as the pressed button says; opened, it is its list."""
    actor = actor_of(request)
    verb = _VERBS.get(request.POST.get("do", ""))
    if request.method != "POST" or verb is None:
        return redirect(f"{reverse('people')}?{views.get(actor, view_id).address}")
    try:
        said = verb(request, actor, view_id)
    except WrongUse as error:
        messages.error(request, str(error.message))
        return redirect("views")
    if verb is _remove:
        return redirect(f"{reverse('views')}?removed={view_id}")
    messages.success(request, said)
    return redirect(f"{reverse('people')}?{views.get(actor, view_id).address}"
                    if verb is _replace else "views")  # fmt: skip


def _rename(request: HttpRequest, actor: Actor, view_id: int) -> str:
    views.rename(actor, view_id, request.POST.get("name", ""))
    return _("The view has a new name.")


def _replace(request: HttpRequest, actor: Actor, view_id: int) -> str:
    views.replace(actor, view_id, filters.of_query(request.POST.get("query", "")))
    return _("The view shows this list from now on.")


def _share(request: HttpRequest, actor: Actor, view_id: int) -> str:
    views.share(actor, view_id, is_shared=True)
    return _("Everybody in the team has this view now.")


def _unshare(request: HttpRequest, actor: Actor, view_id: int) -> str:
    views.share(actor, view_id, is_shared=False)
    return _("Only whoever made it has this view now.")


def _remove(request: HttpRequest, actor: Actor, view_id: int) -> str:
    views.remove(actor, view_id)
    return ""


def _put_back(request: HttpRequest, actor: Actor, view_id: int) -> str:
    views.put_back(actor, view_id)
    return _("The view is there again.")


_VERBS: dict[str, Callable[[HttpRequest, Actor, int], str]] = {
    "rename": _rename, "replace": _replace, "share": _share, "unshare": _unshare,
    "remove": _remove, "put_back": _put_back,
}  # fmt: skip
