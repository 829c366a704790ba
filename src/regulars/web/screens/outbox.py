"""One message of the outbox: read it, take it away, send it or drop it."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.accounts.actors import audit
from regulars.insights import mail_wishes
from regulars.jobs import mail_server, mime
from regulars.jobs import outbox as box
from regulars.kernel.errors import NotFound
from regulars.web.access import actor_of, page
from regulars.web.screens.mail import letter_only


@page(box.PERMISSION)
def one(request: HttpRequest, message_id: int) -> HttpResponse:
    """Where it stands, and its words."""
    message = box.one(actor_of(request), message_id)
    shown = box.shown(message)
    context = {
        "message": {**shown, "taken_back_at": mail_wishes.taken_back_since(shown)},
        "is_open": message.state in box.MOVABLE,
        "is_set": mail_server.is_set(),
    }
    return render(request, "screens/settings/message.html", context)


@page(box.PERMISSION)
@letter_only
def look(request: HttpRequest, message_id: int) -> HttpResponse:
    """The message as a mail program shows it, its pictures inside."""
    message = box.one(actor_of(request), message_id)
    if not message.html:
        raise NotFound(_("This message has words only."))
    html = message.html
    for name, picture in message.pictures.items():
        html = html.replace(f"cid:{name}", f"data:image/png;base64,{picture}")
    return HttpResponse(html)


@page(box.PERMISSION)
def file(request: HttpRequest, message_id: int) -> HttpResponse:
    """The message as a file that every mail program opens."""
    message = box.one(actor_of(request), message_id)
    answer = HttpResponse(mime.as_bytes(message), content_type="message/rfc822")
    answer["Content-Disposition"] = f'attachment; filename="regulars-{message.pk}.eml"'
    return answer


@page(box.PERMISSION)
@require_POST
def send(request: HttpRequest, message_id: int) -> HttpResponse:
    """Let it go out now."""
    actor = actor_of(request)
    box.release(actor, message_id, witness=partial(audit, actor))
    messages.success(request, _("It goes out within seconds."))
    return redirect("settings_mail")


@page(box.PERMISSION)
@require_POST
def drop(request: HttpRequest, message_id: int) -> HttpResponse:
    """Set it aside for good."""
    actor = actor_of(request)
    box.drop(actor, message_id, witness=partial(audit, actor))
    messages.success(request, _("Dropped. It will not be sent."))
    return redirect("settings_mail")
