"""A form as visitors of a website see it: without signing in, in a frame or by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from regulars.accounts.sentences import said
from regulars.kernel.errors import RegularsError, WrongUse
from regulars.profiles.pipeline import forms, spam, taking
from regulars.profiles.pipeline.models import LeadForm
from regulars.web.access import address_of
from regulars.web.words import FIELD_WORDS

_KINDS = {"email": "email", "phone": "tel", "name": "text"}
_FILLS = {"email": "email", "phone": "tel", "name": "name"}
_MOST = {"email": 320, "phone": 60, "name": 200}
TRAP = "website"


def _on_any_site(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let other sites frame the page and send to it: it knows nobody, so there is nothing that
    could be done in a visitor's name. The stamp stands where others have a key against forgery."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        answer = view(request, *args, **names)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    framed = csp_replace({"frame-ancestors": ["*"]})(xframe_options_exempt(inner))
    return cast(Callable[..., HttpResponse], csrf_exempt(never_cache(framed)))


@_on_any_site
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """The form; POST sends it. ``?sent=1`` says thanks."""
    try:
        form = forms.opened(token)
    except RegularsError as error:
        context = {"happened": said(error.message)}
        return render(request, "screens/form/ended.html", context, status=error.http_status)
    if request.method == "POST":
        return _sent(request, form)
    if request.GET.get("sent"):
        return render(request, "screens/form/thanks.html", {"form": form})
    return _form(request, form)


def _sent(request: HttpRequest, form: LeadForm) -> HttpResponse:
    given = request.POST
    sent = taking.Sent(
        **{name: given.get(name, "") for name in forms.NAMES},
        is_consenting=given.get("consent") == "yes",
        trap=given.get(TRAP, ""),
        stamp=given.get("stamp", ""),
        address=address_of(request),
        language=get_language() or "",
    )
    try:
        outcome = taking.take(form, sent)
    except WrongUse as error:
        missing = str(error.detail.get("missing", ""))
        return _form(request, form, problem=said(error.message), missing=missing, status=422)
    if outcome == "again":
        words = _("Please look it over once more, then send it.")
        return _form(request, form, notice=words)
    if outcome == "wait":
        words = _("That was a lot from one address. Please wait an hour, then send it again.")
        return _form(request, form, problem=words, status=429)
    return redirect(f"{reverse('public_form', args=[form.token])}?sent=1")


def _form(
    request: HttpRequest, form: LeadForm, *, problem: str = "", notice: str = "",
    missing: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    fields = [
        {
            "name": name, "label": FIELD_WORDS[name], "is_required": kind == forms.REQUIRED,
            "value": request.POST.get(name, "")[:4000], "type": _KINDS.get(name, ""),
            "fills": _FILLS.get(name, ""), "most": _MOST.get(name, 4000),
            "is_wrong": name == missing,
        }
        for name, kind in form.fields.items()
    ]  # fmt: skip
    context = {
        "form": form, "fields": fields, "problem": problem, "notice": notice,
        "stamp": spam.stamp(form), "trap": TRAP, "is_consent_missing": missing == "consent",
        "is_consenting": request.POST.get("consent") == "yes",
    }  # fmt: skip
    return render(request, "screens/form/form.html", context, status=status)
