"""The mail server, where ``REGULARS_MAIL_URL`` names one."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_TIMEOUT_SECONDS = 20
_PORTS = {"smtp": 25, "smtps": 465}
_SUBMISSION = 587
_HERE = ("localhost", "127.0.0.1", "::1")
_EXAMPLE = "smtp://user:password@mail.example.org:587?tls=1"


def mail(url: str | None, sender: str | None) -> dict[str, Any]:
    """Return Django's settings for the server at ``url``; without one, nothing is ever sent.

    ``smtps://`` is encrypted from the first byte, ``?tls=1`` after STARTTLS (which is what port
    587 means). ``sender`` is what stands in From, ``hello@example.org`` or with a name before it;
    without it the user's name where that is an address. `ValueError` in one sentence for anything
    that could not work.
    """
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "EMAIL_HOST": "",
            "DEFAULT_FROM_EMAIL": sender or "regulars@localhost",
        }
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"REGULARS_MAIL_URL looks like {_EXAMPLE} or smtps://…")
    port = parts.port or _PORTS[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    is_tls = parts.scheme == "smtp" and _wants_tls(parts.query, port)
    if password and not is_tls and parts.scheme == "smtp" and not _may_be_plain(parts):
        raise ValueError("REGULARS_MAIL_URL would send the password unencrypted; add ?tls=1")
    return {
        "EMAIL_BACKEND": "regulars.jobs.mail_server.Backend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": is_tls,
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": _TIMEOUT_SECONDS,
        "DEFAULT_FROM_EMAIL": _checked(sender or user),
    }


def _wants_tls(query: str, port: int) -> bool:
    said = parse_qs(query).get("tls", ["1" if port == _SUBMISSION else "0"])[-1]
    if said not in ("0", "1"):
        raise ValueError("REGULARS_MAIL_URL says tls=1 or tls=0")
    return said == "1"


def _may_be_plain(parts: Any) -> bool:
    return parts.hostname in _HERE or parse_qs(parts.query).get("tls") == ["0"]


def _checked(sender: str) -> str:
    if "@" not in parseaddr(sender)[1]:
        raise ValueError("REGULARS_MAIL_FROM has to name the address that mail comes from")
    return sender
