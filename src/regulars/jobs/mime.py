"""A message of the outbox as mail: what is sent, and what a ``.eml`` file holds."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from email.mime.image import MIMEImage
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from regulars.jobs.models import OutboxMessage


class _WithPictures(EmailMultiAlternatives):
    """Text, HTML, and the pictures that the HTML shows (RFC 2387)."""

    mixed_subtype = "related"


def mail_of(message: OutboxMessage, at: datetime) -> EmailMultiAlternatives:
    """Return ``message`` as Django's mail, dated ``at`` (aware)."""
    mail = _WithPictures(
        subject=message.subject,
        body=message.text,
        from_email=_sender(message.sender_name),
        to=[message.recipient],
        headers={
            **message.headers,
            "Message-ID": message.message_id,
            "Date": format_datetime(at),
            "Auto-Submitted": "auto-generated",
        },
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    for name, picture in message.pictures.items():
        mail.attach(_inline(name, b64decode(picture)))
    return mail


def as_bytes(message: OutboxMessage) -> bytes:
    """Return ``message`` as the bytes of a ``.eml`` file."""
    at = message.settled_at or message.put_at
    # Django's own class of message takes the line ends; the standard library's does not.
    written: Any = mail_of(message, at).message()
    return bytes(written.as_bytes(linesep="\r\n"))


def _sender(name: str) -> str:
    own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((own_name or name, address))


def _inline(name: str, png: bytes) -> MIMEImage:
    part = MIMEImage(png, "png")
    part.add_header("Content-ID", f"<{name}>")
    part.add_header("Content-Disposition", "inline", filename=f"{name.partition('@')[0]}.png")
    return part
