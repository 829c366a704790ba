"""`/mail`: the outbox, and the weekly mail."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.accounts.actors import audit
from regulars.api import background
from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import ABSENT, FAILURES
from regulars.api.parameters import Number
from regulars.api.shapes import Queued
from regulars.api.shapes_of_mail import Message, Messages, ShownMessage
from regulars.insights import mail_wishes
from regulars.jobs import mail_server, outbox

router = Router()


@router.get("/mail", response={200: Messages, **FAILURES})
def list_messages(request: HttpRequest) -> HttpResponse:
    """The latest fifty messages of the outbox."""
    found = outbox.listing(actor_of(request))
    return as_json({"server": mail_server.is_set(), "messages": found})


@router.post("/mail/weekly", response={202: Queued, **FAILURES})
def put_weekly(request: HttpRequest) -> HttpResponse:
    """Put the weekly mail in the outbox, in the background, for all who get it."""
    job = mail_wishes.write_now(actor_of(request))
    return as_json({"job": background.as_json(job)}, status=202)


@router.get("/mail/{message_id}", response={200: ShownMessage, **ABSENT})
def show_message(request: HttpRequest, message_id: Number) -> HttpResponse:
    """One message with its words."""
    return as_json(outbox.shown(outbox.one(actor_of(request), message_id)))


@router.post("/mail/{message_id}/send", response={202: Message, **ABSENT})
def send_message(request: HttpRequest, message_id: Number) -> HttpResponse:
    """Let a message go out that waits, is held or has failed; it does so in the background."""
    actor = actor_of(request)
    message = outbox.release(actor, message_id, witness=partial(audit, actor))
    return as_json(outbox.as_json(message), status=202)


@router.post("/mail/{message_id}/drop", response={200: Message, **ABSENT})
def drop_message(request: HttpRequest, message_id: Number) -> HttpResponse:
    """Set a message aside for good."""
    actor = actor_of(request)
    message = outbox.drop(actor, message_id, witness=partial(audit, actor))
    return as_json(outbox.as_json(message))
