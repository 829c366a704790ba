"""Who may open a page, and what becomes of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from regulars.accounts.actors import Actor, of_member
from regulars.accounts.models import Member
from regulars.kernel.errors import RegularsError
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
