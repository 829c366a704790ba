"""People → Pipeline → Forms: what a website asks, how it gets there, and what was held."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kernel.errors import RegularsError
from regulars.profiles.pipeline import forms, stages, taking
from regulars.profiles.pipeline.models import LeadForm
from regulars.web.access import actor_of, page
from regulars.web.screens.pipeline import number, tabs
from regulars.web.words import FIELD_WORDS


@page("leads.see")
def listed(request: HttpRequest) -> HttpResponse:
    """Every form there is."""
    actor = actor_of(request)
    context = {"forms": forms.listing(actor), "tabs": tabs(actor, "forms")}
    return render(request, "screens/people/lead_forms.html", context)


@page("leads.set_up")
def new(request: HttpRequest) -> HttpResponse:
    """Make a form."""
    actor = actor_of(request)
    given: dict[str, Any] = {"name": "", "consent": "", "pipeline": None}
    given["asks"] = {"name": forms.ASKED, "email": forms.REQUIRED, "message": forms.ASKED}
    context: dict[str, Any] = {"problem": ""}
    if request.method == "POST":
        given = _given(request)
        try:
            made = forms.add(actor, **_as_said(given))
        except RegularsError as error:
            context["problem"] = error.message
        else:
            messages.success(request, _("%(name)s is made.") % {"name": made.name})
            return redirect("lead_form", made.pk)
    context |= _fields(request, given)
    return render(request, "screens/people/lead_form_new.html", context)


@page("leads.set_up")
def one(request: HttpRequest, form_id: int) -> HttpResponse:
    """One form: how it gets onto a website, and what it asks."""
    actor, form = actor_of(request), forms.get(form_id)
    given: dict[str, Any] = {"name": form.name, "consent": form.consent}
    given |= {"pipeline": form.pipeline_id, "asks": form.fields}
    context: dict[str, Any] = {"problem": "", "form": form}
    if request.method == "POST" and request.POST.get("do") in ("close", "reopen"):
        (forms.close if request.POST["do"] == "close" else forms.reopen)(actor, form_id)
        return redirect("lead_form", form_id)
    if request.method == "POST":
        given = _given(request)
        try:
            forms.change(actor, form_id, **_as_said(given))
        except RegularsError as error:
            context["problem"] = error.message
        else:
            messages.success(request, _("Saved."))
            return redirect("lead_form", form_id)
    context |= _fields(request, given) | _ways_in(request, form)
    return render(request, "screens/people/lead_form.html", context)


def _given(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""),
        "consent": request.POST.get("consent", ""),
        "pipeline": number(request.POST.get("pipeline")) or 0,
        "asks": {field: request.POST.get(f"ask-{field}", "") for field in forms.NAMES},
    }


def _as_said(given: dict[str, Any]) -> dict[str, Any]:
    return {"name": given["name"], "pipeline_id": given["pipeline"], "asks": given["asks"],
            "consent": given["consent"]}  # fmt: skip


def _fields(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    asks = [(field, FIELD_WORDS[field], given["asks"].get(field, "")) for field in forms.NAMES]
    return {"given": given, "asks": asks, "pipelines": stages.listing(actor_of(request))}


def _ways_in(request: HttpRequest, form: LeadForm) -> dict[str, Any]:
    """The address of a form, and the two pieces of HTML that bring it onto a page."""
    path = reverse("public_form", args=[form.token])
    # Whoever looks may do so on the machine itself; visitors come from outside.
    address = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else ""
    address = address or request.build_absolute_uri(path)
    words = {"address": address, "form": form, "labels": FIELD_WORDS,
             "asked": [(field, FIELD_WORDS[field], kind == forms.REQUIRED)
                       for field, kind in form.fields.items()]}  # fmt: skip
    return {
        "address": address,
        "frame": render_to_string("screens/form/frame.txt", words).strip(),
        "snippet": render_to_string("screens/form/snippet.txt", words).strip(),
    }


@page("leads.work")
def held(request: HttpRequest) -> HttpResponse:
    """What forms brought that does not look like a person's."""
    actor = actor_of(request)
    context = {"held": taking.held(actor), "tabs": tabs(actor, "held")}
    return render(request, "screens/people/lead_forms_held.html", context)


@page("leads.work")
@require_POST
def decide(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Make a lead of it, or throw it away."""
    actor = actor_of(request)
    if request.POST.get("do") == "let_in":
        lead = taking.let_in(actor, submission_id)
        messages.success(request, _("%(name)s is a lead now.") % {"name": lead.title})
    else:
        taking.throw_away(actor, submission_id)
        messages.success(request, _("It is thrown away."))
    return redirect("lead_forms_held")
