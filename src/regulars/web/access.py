"""Who may open a page, and what becomes of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from regulars.accounts.actors import Actor, of_member
from regulars.accounts.models import Member
from regulars.identity.numbers import number_now
from regulars.kernel.errors import NotFound, RegularsError
from regulars.web import errors, kept

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in member, acting through a page."""
    return of_member(cast(Member, request.user), "page")


def page(permission: str | None = None, *, cache: str = "") -> Callable[[View], View]:
    """Open the view to signed-in members whose role carries ``permission`` (all roles for None).

    A `RegularsError` that gets out of the view becomes an error page with its sentence. Browsers
    keep nothing, but what ``cache`` (a Cache-Control) allows of an address whose content is fixed.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            try:
                if permission is not None:
                    actor_of(request).require(permission)
                response = view(request, *args, **names)
            except NotFound as error:
                return _to_person_now(request) or errors.page_of(request, error)
            except RegularsError as error:
                return errors.page_of(request, error)
            kept.sent(request, response)
            return response

        @wraps(view)
        def cached(request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
            answer = inner(request, *args, **names)
            if answer.status_code == 200:
                answer["Cache-Control"] = cache
            else:
                add_never_cache_headers(answer)
            return answer

        return cached if cache else never_cache(inner)

    return wrap


def _to_person_now(request: HttpRequest) -> HttpResponse | None:
    """Lead from a number that a person had before to the same page of who they are now. Only where
    it is read: what is written means the person who was seen."""
    place = request.resolver_match
    before = place.kwargs.get("person_id") if place and request.method in ("GET", "HEAD") else None
    now = number_now(before) if before is not None else None
    if place is None or now == before:
        return None
    to = reverse(place.view_name, kwargs={**place.kwargs, "person_id": now})
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{to}?{query}" if query else to)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and from there back, with what was typed kept where that may be."""
    htmx = request.htmx  # type: ignore[attr-defined]
    if request.method == "POST":
        return kept.to_sign_in(request)
    if not htmx:
        return redirect_to_login(request.get_full_path())
    # The part would otherwise be replaced by a sign-in form.
    here = urlsplit(htmx.current_url or "/")
    return HttpResponseClientRedirect(redirect_to_login(here.path)["Location"])


def address_of(request: HttpRequest) -> str:
    """Whose address it is: where a proxy is trusted for the scheme, the one that it saw."""
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    is_behind = settings.SECURE_PROXY_SSL_HEADER is not None
    return (seen if is_behind else "") or str(request.META.get("REMOTE_ADDR", ""))
