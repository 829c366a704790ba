"""A mail as it came (RFC 5322) → an event with its text, and who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import getaddresses
from html.parser import HTMLParser

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    Customer,
    Unclear,
    of_customer,
    text_of,
    track,
)
from regulars.sources.files.identifiers import normalise_email

RECEIVED = "Email Received"
_MOST_TEXT = 20_000
_SILENT = frozenset(("script", "style", "head", "title"))
_BREAKS = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote"))
_BULK = ("bulk", "list", "junk", "auto_reply")


def mail(raw: bytes, arrived_at: datetime, number: str, own: str) -> Iterator[Json]:
    """Yield who wrote and what. ``number`` stands in for a missing Message-ID; mails of ``own``
    address tell nothing. The server's time of arrival counts, not the writer's clock."""
    try:
        found = BytesParser(policy=default).parsebytes(raw)
        assert isinstance(found, EmailMessage)
        told, who = _read(found, number, own)
    except (
        ValueError,
        LookupError,
        AttributeError,
        IndexError,
        TypeError,
        AssertionError,
    ) as error:
        raise Unclear(f"the mail cannot be read: {type(error).__name__}") from error
    if who is None:
        return
    at = text_of(arrived_at.astimezone(UTC))
    if not told.get("is_automatic"):
        yield from of_customer(who, at)
    yield track(RECEIVED, at, who, told)


def _read(found: EmailMessage, number: str, own: str) -> tuple[Json, Customer | None]:
    senders = getaddresses([_header(found, "Reply-To")]) or getaddresses([_header(found, "From")])
    written = getaddresses([_header(found, "From")])
    address = next((one for _, one in [*senders, *written] if normalise_email(one)), "")
    if not address or normalise_email(address) == normalise_email(own):
        return {}, None
    name = next((name for name, one in [*senders, *written] if one == address and name), "")
    told: Json = {
        "mail_id": _header(found, "Message-ID").strip() or number,
        "in_reply_to": _header(found, "In-Reply-To").strip(),
        "references": _header(found, "References").split()[-20:],
        "subject": _header(found, "Subject")[:400],
        "text": text_in(found)[:_MOST_TEXT],
        "channel": "email",
        "attachments": [
            {"name": (one.get_filename() or "")[:200], "type": one.get_content_type()}
            for one in found.iter_attachments()
        ][:20],
    }  # fmt: skip
    if _is_automatic(found):
        told["is_automatic"] = True
    told = {key: value for key, value in told.items() if value}
    named = {"name": name} if name and "@" not in name else {}
    return told, Customer(email=address, traits=named)


def text_in(found: EmailMessage) -> str:
    """The words of a mail: its plain text, else its HTML without tags."""
    part = found.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except LookupError:
        # A character set that nobody knows.
        content = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")  # type: ignore[union-attr]
    if not isinstance(content, str):
        return ""
    content = content.replace("\x00", "").replace("\r\n", "\n")
    return (_words(content) if part.get_content_type() == "text/html" else content).strip()


def _words(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+", " ", "".join(reader.found)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _is_automatic(found: EmailMessage) -> bool:
    """Newsletters, bounces and out-of-office notes: no customer's words (RFC 3834)."""
    auto = _header(found, "Auto-Submitted").lower()
    return (
        (bool(auto) and not auto.startswith("no"))
        or bool(_header(found, "List-Unsubscribe") or _header(found, "List-Id"))
        or _header(found, "Precedence").lower() in _BULK
        or _header(found, "Return-Path").strip() == "<>"
    )


def _header(found: EmailMessage, name: str) -> str:
    try:
        value = found.get(name, "")
    except (ValueError, IndexError, AttributeError, TypeError):
        # Headers that the parser of the standard library stumbles over.
        return ""
    return str(value or "").replace("\x00", "")
