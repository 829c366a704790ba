"""Who asks: the bearer of an API key, or the member whose browser is signed in."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from regulars.accounts import keys
from regulars.accounts.actors import Actor, of_member
from regulars.kernel.errors import NotAllowed

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiKey(HttpBearer):
    """``Authorization: Bearer rg_…``"""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return keys.actor_of(token.strip())


class SignedIn(APIKeyCookie):
    """The session cookie of a member; it reads, and changes nothing without the page's own token
    in ``X-CSRFToken``, which no other site's page can know."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        if not key or not request.user.is_authenticated:
            return None
        if request.method not in _READS and check_csrf(request) is not None:
            raise NotAllowed(
                "The session cookie alone only reads. Send an API key, or the page's X-CSRFToken."
            )
        return of_member(request.user, "api")


def actor_of(request: HttpRequest) -> Actor:
    """The actor that was recognised for this request."""
    return cast(Actor, request.auth)  # type: ignore[attr-defined]
