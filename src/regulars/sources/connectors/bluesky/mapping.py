"""Mentions on Bluesky → events with their text.

Source: the lexicon app.bsky.notification.listNotifications.
"""

from __future__ import annotations

from collections.abc import Iterator

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import Customer, Unclear, clean, part, track, when

MENTIONED = "Mentioned"
_MOST_TEXT = 8_000


def mention(said: Json) -> Iterator[Json]:
    """Yield the event of one notification."""
    author, record = part(said, "author"), part(said, "record")
    uri, did = clean(said.get("uri")), clean(author.get("did"))
    if not uri or not did:
        raise Unclear("the mention has no address or no author")
    handle = clean(author.get("handle"))
    langs = record.get("langs")
    properties = {
        "text": clean(record.get("text"))[:_MOST_TEXT],
        "url": f"https://bsky.app/profile/{did}/post/{uri.rpartition('/')[2]}",
        "in_reply_to": clean(part(record, "reply", "parent").get("uri")),
        "language": clean(langs[0]) if isinstance(langs, list) and langs else "",
        "author": clean(author.get("displayName")) or handle,
        "handle": f"@{handle}" if handle else "",
        "mention_id": uri,
        "reason": clean(said.get("reason")),
        "channel": "bluesky",
    }
    told = {key: value for key, value in properties.items() if value}
    # A client's own clock may say anything: what the server says it was seen at stands.
    yield track(MENTIONED, when(said.get("indexedAt")), Customer(number=did), told)
