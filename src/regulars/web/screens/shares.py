"""Share links: making one, seeing which there are, taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kernel.errors import WrongUse
from regulars.web import dashboard as pages
from regulars.web.access import actor_of, page

_PERMISSION = "insights.share"


@page(_PERMISSION)
def listed(request: HttpRequest) -> HttpResponse:
    """The links there are and, with a dashboard in the address, a form for one more."""
    from regulars.insights import shares
    from regulars.insights.dashboard import state

    actor = actor_of(request)
    chosen = state.read(pages.state_query(request))
    context: dict[str, Any] = {"state": chosen, "days": shares.DAYS, "problem": ""}
    if request.method == "POST":
        try:
            link, token = shares.make(
                actor,
                state=chosen,
                days=_days(request.POST.get("days", "")),
                is_rolling=request.POST.get("moves") == "on",
            )
        except WrongUse as error:
            context["problem"] = error.message
        else:
            path = reverse("shared", args=[token])
            context |= {"made": link, "address": request.build_absolute_uri(path)}
    context["links"] = shares.listing(actor)
    return render(request, "screens/insights/shares.html", context)


@page(_PERMISSION)
@require_POST
def revoke(request: HttpRequest, link_id: int) -> HttpResponse:
    """Take a link back."""
    from regulars.insights import shares

    shares.revoke(actor_of(request), link_id)
    messages.success(request, _("The link no longer works."))
    return redirect("insights_shares")


def _days(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0
