"""Error pages: what happened, what was kept, what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.accounts.sentences import said
from regulars.kernel.errors import RegularsError
from regulars.web import kept

_TEMPLATE = "screens/errors/error.html"


def page_of(request: HttpRequest, error: RegularsError) -> HttpResponse:
    """The page for an error that was meant for people."""
    titles = {
        403: _("This page is not for your role"),
        404: _("There is nothing here"),
        409: _("Somebody is doing this right now"),
        507: _("The disk is too full for this"),
    }
    todo = {
        403: _("Ask the owner, or go back to what you were doing."),
        404: _("Check the address, or start from the menu."),
        409: _("Try again in a moment."),
        507: _("Make room on the disk of this machine, then try again."),
    }
    status = error.http_status
    return _page(
        request,
        status,
        titles.get(status, _("That did not work")),
        said(error.message),
        todo.get(status, _("Go back, change what the sentence above names, and try again.")),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the browser sent something that cannot be read."""
    return _page(
        request,
        400,
        _("The browser sent something we cannot read"),
        _("The request was cut off or changed on its way."),
        _("Go back and try once more."),
    )


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not for this member."""
    return _page(
        request,
        403,
        _("This page is not for your role"),
        _("Your role does not carry the right to do this."),
        _("Ask the owner, or go back to what you were doing."),
    )


def out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's key does not fit any more. What one of our own pages sent is kept; who is
    signed out as well is led to the sign-in page, as from any form."""
    is_own = kept.is_own(request)
    if is_own and kept.needs_sign_in(request):
        return kept.to_sign_in(request)
    response = HttpResponse(status=403)
    is_signed_in = request.user.is_authenticated
    why_not = kept.why_not(request) if is_own and is_signed_in else ""
    is_kept = is_own and kept.keep(request, response)
    if is_kept and request.headers.get("HX-Request"):
        response["HX-Redirect"] = reverse("kept")
        response.status_code = 200
    words = {"is_kept": is_kept, "why_not": why_not, "is_signed_in": is_signed_in}
    response.content = render_to_string("403_csrf.html", words, request)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address."""
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("No page has this address. It may have been moved or mistyped."),
        _("Check the address, or start from the menu."),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500: our own fault. Rendered without the database, which may be the cause."""
    happened = _("Something went wrong on our side. The details are in the server's log.")
    words = {
        "title": _("That went wrong"),
        "happened": happened,
        "kept": _("What you had saved before is still there."),
        "todo": _("Try again. If it happens again, run “regulars doctor” on the machine."),
        "status": 500,
    }
    return HttpResponse(render_to_string("screens/errors/plain.html", words), status=500)


def _page(request: HttpRequest, status: int, title: str, happened: str, todo: str) -> HttpResponse:
    words = {
        "title": title,
        "happened": happened,
        "kept": _("Nothing was changed."),
        "todo": todo,
        "status": status,
    }
    return render(request, _TEMPLATE, words, status=status)
