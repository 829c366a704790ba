"""Settings: the business, API keys, and how one signs in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.accounts import business as businesses
from regulars.accounts import keys as api_keys
from regulars.accounts.models import ApiKey
from regulars.accounts.sentences import said
from regulars.kernel.errors import WrongUse
from regulars.web.access import actor_of, page
from regulars.web.screens.setup import BusinessForm
from regulars.web.words import ROLE_WORDS


@page()
def index(request: HttpRequest) -> HttpResponse:
    """What can be set, by role."""
    return render(
        request, "screens/settings/index.html", {"role": ROLE_WORDS[actor_of(request).role]}
    )


@page("business.change")
def business(request: HttpRequest) -> HttpResponse:
    """The business's own facts."""
    now = businesses.get()
    names = ("name", "sector", "country", "currency", "timezone")
    form = BusinessForm(request.POST or None, initial={one: getattr(now, one) for one in names})
    if request.method == "POST" and form.is_valid():
        try:
            businesses.change(actor_of(request), **form.cleaned_data)
        except WrongUse as error:
            form.add_error(None, said(error.message))
        else:
            messages.success(request, _("Saved. Figures follow at the next refresh."))
            return redirect("settings_business")
    return render(request, "screens/settings/business.html", {"form": form})


@page("keys.manage")
def keys(request: HttpRequest) -> HttpResponse:
    """API keys; a new one is shown once."""
    context: dict[str, object] = {"problem": "", "secret": ""}
    if request.method == "POST":
        try:
            key, secret = api_keys.make(
                actor_of(request),
                name=request.POST.get("name", ""),
                role=request.POST.get("role", "analyst"),
            )
            context |= {"made": key, "secret": secret}
        except WrongUse as error:
            context["problem"] = error.message
    context["keys"] = ApiKey.objects.filter(revoked_at=None).order_by("-pk")
    context["roles"] = [row for row in ROLE_WORDS.items() if row[0] != "owner"]
    return render(request, "screens/settings/keys.html", context)


@page("keys.manage")
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """Stop a key from working."""
    api_keys.revoke(actor_of(request), key_id)
    messages.success(request, _("The key no longer works."))
    return redirect("settings_keys")
