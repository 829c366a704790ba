"""Mentions on Mastodon → events with their text.

Source: docs.joinmastodon.org/entities/Notification and …/Status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import Customer, Unclear, clean, part, track, when

MENTIONED = "Mentioned"
_BREAK = re.compile(r"<br\s*/?>|</p>\s*<p[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_MOST_TEXT = 8_000


def mention(said: Json, host: str) -> Iterator[Json]:
    """Yield the event of one notification; ``host`` is our own server."""
    status, account = part(said, "status"), part(said, "account")
    number, name = clean(status.get("id")), clean(account.get("acct"))
    if not number or not name:
        raise Unclear("the mention has no status or no account")
    name = name if "@" in name else f"{name}@{host}"
    user, _, home = name.partition("@")
    who = Customer(number=f"{home}/{user}")
    properties = {
        "text": plain(clean(status.get("content")))[:_MOST_TEXT],
        "url": clean(status.get("url")),
        "in_reply_to": clean(status.get("in_reply_to_id")),
        "visibility": clean(status.get("visibility")),
        "language": clean(status.get("language")),
        "author": clean(account.get("display_name")) or name,
        "handle": f"@{name}",
        "mention_id": number,
        "channel": "mastodon",
    }
    told = {key: value for key, value in properties.items() if value}
    yield track(MENTIONED, when(status.get("created_at")), who, told)


def plain(html: str) -> str:
    """A status's HTML as text, paragraphs apart."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", html))).strip()
