"""What holds for every page: its language, the way to set-up, what of the device it may use."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from regulars.accounts import business, locales

_OPEN = ("/setup", "/healthz", "/static/", "/api/", "/language")
# What programs read is a contract, and in English.
_PROGRAMS = ("/api/", "/healthz")
PERMISSIONS = "Permissions-Policy"
NOTHING_OF_THE_DEVICE = "camera=(), geolocation=(), microphone=()"
ONLY_THE_CAMERA = "camera=(self), geolocation=(), microphone=()"


class DeviceMiddleware:
    """Shuts the device's camera, microphone and place to every answer that does not say what it
    needs of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(PERMISSIONS, NOTHING_OF_THE_DEVICE)
        return response


class FirstRunMiddleware:
    """Sends a browser to set-up until the business exists, and never again after."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._is_set_up = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_set_up and not request.path.startswith(_OPEN):
            self._is_set_up = business.find() is not None
            if not self._is_set_up:
                return redirect(reverse("setup"))
        return self.get_response(request)


class LanguageMiddleware:
    """Speaks the language a member chose, else the one of the browser's cookie or wishes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language), locales.country_kept():
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if not request.path.startswith(_PROGRAMS):
            patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    """The language in which to answer a request."""
    if request.path.startswith(_PROGRAMS):
        return "en"
    # A stranger costs no question to the database.
    if SESSION_KEY in request.session:
        chosen = str(getattr(request.user, "language", ""))
        if chosen in dict(settings.LANGUAGES):
            return chosen
    return translation.get_language_from_request(request)
