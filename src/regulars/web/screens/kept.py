"""What was typed before signing in: shown, to be sent or thrown away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.web import kept, typed
from regulars.web.access import page


@page()
def shown(request: HttpRequest) -> HttpResponse:
    """The kept form with its own address to send it to; a POST throws it away."""
    if request.method == "POST":
        response = redirect("today")
        kept.throw_away(request, response)
        messages.success(request, _("What was typed is thrown away."))
        return response
    found = kept.found(request)
    context = {"kept": found, "shown": typed.shown(found.fields) if found else []}
    return render(request, "screens/account/kept.html", context)
