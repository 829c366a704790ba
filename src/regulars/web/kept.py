"""What somebody typed into a form that could not be taken any more, kept for an hour: their session
had ended, or the form's key was gone.

It lies in the sessions' table as ciphertext; the key is in that browser's cookie alone. So no
other browser gets at it, and the table tells nobody's name or address. Passwords, files and
anything above 100 KB are never kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

COOKIE = "regulars_kept"
SECONDS = 60 * 60
MOST_BYTES = 100_000
_SECRET = re.compile(r"passw|secret|credential|token|^code$", re.IGNORECASE)
# Ways in and out: what is typed there is a password, or there is no member yet.
_NEVER = ("/account/", "/setup", "/language")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form: where it was sent to, its fields in their order, the page it stood on, and whether
    whoever sent it was signed out by then."""

    path: str
    fields: tuple[tuple[str, str], ...]
    page: str
    was_signed_out: bool


def keep(request: HttpRequest, response: HttpResponse) -> bool:
    """Keep what ``request`` sent and give its key to the browser with ``response``; whether it may
    be kept at all."""
    if why_not(request):
        return False
    from cryptography.fernet import Fernet

    key = Fernet.generate_key()
    told = {
        "path": request.get_full_path(),
        "fields": _typed(request),
        "page": page_before(request),
        "was_signed_out": not request.user.is_authenticated,
    }
    store = _sessions()()
    store.clear_expired()
    store["kept"] = Fernet(key).encrypt(json.dumps(told).encode()).decode()
    store.set_expiry(SECONDS)
    store.create()
    response.set_cookie(
        COOKIE,
        f"{store.session_key}.{key.decode()}",
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return True


def why_not(request: HttpRequest) -> str:
    """Why this form cannot be kept, in a sentence; empty when it can."""
    if request.method != "POST" or request.path.startswith(_NEVER):
        return _("Nothing was sent.")
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return _("What was sent is too large to be kept; nothing was changed. Send it once more.")
    if request.FILES:
        return _("Files are not kept; nothing was changed. Hand them in once more.")
    if any(_SECRET.search(name) and value for name, value in _typed(request)):
        return _("Passwords are not kept, so nothing is; nothing was changed. Send it once more.")
    return ""


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead from a form to the sign-in page, and from there to what was typed where that is kept."""
    reason = why_not(request)
    if reason:
        messages.warning(request, reason)
    answer = redirect_to_login(page_before(request) if reason else reverse("kept"))
    response: HttpResponse = answer
    if request.htmx:  # type: ignore[attr-defined]
        # The part would otherwise be replaced by a sign-in form.
        response = HttpResponseClientRedirect(answer["Location"])
    keep(request, response)
    return response


def needs_sign_in(request: HttpRequest) -> bool:
    """Whether the form was on a page of members and nobody is signed in."""
    return not request.user.is_authenticated and not request.path.startswith(_NEVER)


def found(request: HttpRequest) -> Kept | None:
    """What this browser had kept, unless the hour is over or it was sent or thrown away."""
    from cryptography.fernet import Fernet, InvalidToken

    place, dot, key = request.COOKIES.get(COOKIE, "").partition(".")
    if not dot:
        return None
    text = _sessions()(place).get("kept")
    try:
        told: dict[str, Any] = json.loads(Fernet(key).decrypt(text or "", ttl=SECONDS))
    except (InvalidToken, ValueError):
        return None
    fields = tuple((name, value) for name, value in told["fields"])
    return Kept(told["path"], fields, told["page"], told["was_signed_out"])


def throw_away(request: HttpRequest, response: HttpResponse) -> None:
    """Forget what this browser had kept."""
    place, _dot, _key = request.COOKIES.get(COOKIE, "").partition(".")
    if place and found(request):
        _sessions()(place).delete()
    response.delete_cookie(COOKIE, samesite="Lax")


def sent(request: HttpRequest, response: HttpResponse) -> None:
    """Forget what was kept once it reached the page it was meant for."""
    if request.method != "POST" or COOKIE not in request.COOKIES:
        return
    held = found(request)
    if held and held.path == request.get_full_path():
        throw_away(request, response)


def is_own(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this form."""
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    parts = urlsplit(sender)
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def page_before(request: HttpRequest) -> str:
    """The page of ours on which the form stood, or the first page."""
    htmx = getattr(request, "htmx", None)
    sender = (htmx.current_url if htmx else None) or request.headers.get("Referer") or ""
    parts = urlsplit(sender)
    if parts.netloc != request.get_host():
        return reverse("today")
    # Two slashes at its start would name another host.
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, value) for name, value in pairs if name != "csrfmiddlewaretoken"]


def _sessions() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore
