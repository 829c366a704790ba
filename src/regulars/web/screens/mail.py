"""Settings, Mail: who gets the weekly mail and when, how it looks, and what waits in the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from csp.decorators import csp
from django.conf import settings as configured
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.accounts import locales
from regulars.insights import mail_wishes
from regulars.jobs import mail_server, ticker
from regulars.jobs import outbox as box
from regulars.kernel.errors import WrongUse
from regulars.web.access import View, actor_of, page

_PASSED_OVER = timedelta(days=7)
# A letter's own styles, and nothing else: no script, no form, no address but ours for pictures.
_LETTER = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
}
letter_only = cast("Callable[[View], View]", csp(_LETTER))


@page(mail_wishes.READING)
def settings(request: HttpRequest) -> HttpResponse:
    """The whole page; a form on it changes one member's wish."""
    actor = actor_of(request)
    if request.method == "POST":
        told = mail_wishes.change(
            actor,
            _number(request, "member"),
            is_wanted=request.POST.get("is_wanted") == "yes",
            weekday=_number(request, "weekday"),
            hour=_number(request, "hour"),
        )
        messages.success(request, _("Saved for %(who)s.") % {"who": told["name"]})
        return redirect("settings_mail")
    wishes = mail_wishes.listing(actor)
    context: dict[str, Any] = {
        "is_set": mail_server.is_set(),
        "server": configured.EMAIL_HOST,
        "wishes": sorted(wishes, key=lambda one: one["member"] != actor.member_id),
        "weekdays": [(number, locales.weekday(number)) for number in range(7)],
        "hours": [(hour, f"{hour:02}:00") for hour in range(24)],
        "passed_over": ticker.passed_over(mail_wishes.JOB, _PASSED_OVER),
    }
    if actor.may(box.PERMISSION):
        context["outbox"] = [
            {**one, "taken_back_at": mail_wishes.taken_back_since(one)}
            for one in box.listing(actor)
        ]
        context["is_writing"] = mail_wishes.is_writing()
    return render(request, "screens/settings/mail.html", context)


@page(mail_wishes.READING)
@letter_only
def preview(request: HttpRequest) -> HttpResponse:
    """This week's mail as the member would get it now; its picture is the chart of the pages."""
    from regulars.insights import charts, weekly

    def source(chart: charts.Chart) -> str:
        return reverse("chart", args=[charts.keep(chart), "light-narrow"])

    return HttpResponse(weekly.own(actor_of(request), source=source).html)


@page(box.PERMISSION)
@require_POST
def weekly(request: HttpRequest) -> HttpResponse:
    """Have the mail written now for all who get it; the worker does it, as it draws."""
    mail_wishes.write_now(actor_of(request))
    messages.success(
        request, _("It is being written. It appears in the outbox by itself in a few seconds.")
    )
    return redirect("settings_mail")


def _number(request: HttpRequest, name: str) -> int:
    try:
        return int(request.POST.get(name, ""))
    except ValueError:
        raise WrongUse(_("The form was cut off on its way. Try once more.")) from None
