"""Every failure as ``{"error": {"code", "message"}}`` with the status that fits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from regulars.api.answers import as_json
from regulars.kernel.errors import RegularsError

View = Callable[..., HttpResponseBase]
_log = logging.getLogger(__name__)


def declare(api: NinjaAPI) -> None:
    """Teach ``api`` how each kind of failure is answered."""

    @api.exception_handler(RegularsError)
    def ours(request: HttpRequest, error: RegularsError) -> HttpResponse:
        return failure(error.http_status, error.code, error.message, **error.detail)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return failure(422, "wrong_use", _sentence(error.errors))

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        answer = failure(401, "not_signed_in", "Send an API key: Authorization: Bearer rg_…")
        answer["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return failure(error.status_code, "wrong_use", str(error))

    @api.exception_handler(Exception)
    def unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        return failure(500, "internal", "Something went wrong on our side; the log says what.")


def in_our_shape(view: View) -> View:
    """Wrap ``view`` so that a method it does not know is refused in our shape."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **names: Any) -> HttpResponseBase:
        answer = view(request, *args, **names)
        if not isinstance(answer, HttpResponseNotAllowed):
            return answer
        refusal = failure(405, "wrong_use", f"{request.method} is not done here.")
        refusal["Allow"] = answer["Allow"]
        return refusal

    return inner


def failure(status: int, code: str, message: str, **detail: Any) -> HttpResponse:
    """Return the answer for a failure; ``detail`` stands beside ``error``."""
    return as_json({"error": {"code": code, "message": message}, **detail}, status=status)


def _sentence(errors: list[dict[str, Any]]) -> str:
    """The first complaint, as a sentence that names the place."""
    first = errors[0] if errors else {"loc": (), "msg": "the request is malformed"}
    place = ".".join(str(part) for part in first.get("loc", ())[1:])
    reason = str(first.get("msg", "")).rstrip(".")
    return f"{place}: {reason}." if place else f"{reason}."
