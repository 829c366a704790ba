"""First run: the business and its owner."""

from __future__ import annotations

import unicodedata
from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from regulars.accounts import business as businesses
from regulars.accounts.models import Member
from regulars.accounts.sentences import said
from regulars.kernel.errors import WrongUse

_NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")
SECTOR_WORDS = {
    "bakery": _("Bakery or café"),
    "retail": _("Shop"),
    "hospitality": _("Restaurant, bar or hotel"),
    "services": _("Salon, studio or repairs"),
    "professional": _("Practice or agency"),
}


class BusinessForm(forms.Form):
    """What the business is."""

    name = forms.CharField(label=_("Name of the business"), max_length=200)
    sector = forms.ChoiceField(label=_("What kind of business"), choices=list(SECTOR_WORDS.items()))
    country = forms.ChoiceField(
        label=_("Country"),
        help_text=_("Decides how phone numbers and dates are read."),
        widget=forms.Select(attrs={"data-home": "country"}),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Days begin and end by this clock."),
        widget=forms.Select(attrs={"data-home": "timezone"}),
    )

    def __init__(self, *args: object, **names: object) -> None:
        super().__init__(*args, **names)  # type: ignore[arg-type]
        language = (translation.get_language() or "en").split("-")[0]
        for field, choices in _choices(language).items():
            self.fields[field].choices = [("", _("Choose …")), *choices]  # type: ignore[attr-defined]


class FirstRunForm(BusinessForm):
    """The business, and who owns it."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("A password"),
        help_text=_("At least ten characters. Three words in a row are easy to remember."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )


@cache
def _choices(language: str) -> dict[str, list[tuple[str, str]]]:
    from babel import Locale
    from babel.core import get_global
    from babel.numbers import list_currencies

    locale = Locale(language)
    tender = get_global("territory_currencies")
    in_use = {row[0] for rows in tender.values() for row in rows if row[2] is None and row[3]}
    countries = [(code, locale.territories[code]) for code in tender if code in locale.territories]
    currencies = [
        (code, f"{code} · {locale.currencies.get(code, code)}")
        for code in sorted(list_currencies())
        if code in in_use
    ]
    zones = sorted(z for z in available_timezones() if "/" in z and not z.startswith(_NO_PLACES))
    return {
        "country": sorted(countries, key=lambda row: _plain(row[1])),
        "currency": currencies,
        "timezone": [(zone, zone.replace("_", " ")) for zone in zones],
    }


def _plain(name: str) -> str:
    """A name as dictionaries sort it: Ägypten stands beside Algerien."""
    apart = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


@never_cache
@sensitive_post_parameters("password")
def first_run(request: HttpRequest) -> HttpResponse:
    """Ask once for the business and its owner, and sign the owner in."""
    if businesses.find() is not None:
        return redirect("today")
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        email = given.pop("email")
        try:
            businesses.set_up(
                owner_email=email, password=given.pop("password"), face="page", **given
            )
        except WrongUse as error:
            form.add_error(None, said(error.message))
        else:
            owner = Member.objects.get(email__iexact=email)
            login(request, owner, backend="allauth.account.auth_backends.AuthenticationBackend")
            return redirect("sources_new")
    return render(request, "screens/setup/first_run.html", {"form": form})
