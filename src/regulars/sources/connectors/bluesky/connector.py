"""Bluesky: who mentions, quotes or answers the business; newest first until what is known.

Sources: the lexicons com.atproto.server.createSession and app.bsky.notification.listNotifications.
"""

from __future__ import annotations

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.bluesky import mapping
from regulars.sources.connectors.client import Refused
from regulars.sources.connectors.contract import (
    Account,
    Client,
    Connector,
    Field,
    Json,
    Page,
    TokenRefused,
    takes_no_webhooks,
)
from regulars.sources.connectors.messages import clean, gather, parts

_SERVER = "https://bsky.social"
_LIMIT = 100
_REASONS = ("mention", "reply", "quote")


def can_pull(account: Account) -> bool:
    """Whether it is known as whom to ask."""
    return bool(account.secrets.get("password")) and bool(account.settings.get("handle"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of notifications."""
    place: Json = orjson.loads(cursor) if cursor else {}
    base = account.settings.get("server", "").rstrip("/") or _SERVER
    asked = {"limit": _LIMIT, **({"cursor": place["next"]} if place.get("next") else {})}
    bearer = f"Bearer {_session(account, base, client)}"
    answer = client.get(
        f"{base}/xrpc/app.bsky.notification.listNotifications", asked, Authorization=bearer
    )
    found = parts(answer.data, "notifications")
    stamps = [clean(one.get("indexedAt")) for one in found]
    newest = max([*stamps, place.get("newest", "")])
    seen = place.get("seen", "")
    said = gather([one for one in found if one.get("reason") in _REASONS], mapping.mention)
    token = clean(answer.data.get("cursor")) if isinstance(answer.data, dict) else ""
    if token and found and min(stamps) >= seen:
        following = {"seen": seen, "next": token, "newest": newest}
        return Page(said, orjson.dumps(following).decode(), False)
    return Page(said, orjson.dumps({"seen": max(newest, seen)}).decode(), True)


def _session(account: Account, base: str, client: Client) -> str:
    said = {"identifier": account.settings["handle"], "password": account.secrets["password"]}
    try:
        answer = client.post(f"{base}/xrpc/com.atproto.server.createSession", said)
    except Refused as refused:
        raise TokenRefused(str(refused.status)) from refused
    token = clean(answer.data.get("accessJwt")) if isinstance(answer.data, dict) else ""
    if not token:
        raise TokenRefused("no session")
    return token


CONNECTOR = Connector(
    kind="bluesky",
    title="Bluesky",
    namespace="bluesky",
    fields=(
        Field("password", told("An app password; never the account's own."), is_secret=True,
              is_required=True),
        Field("handle", told("Your handle, e.g. bakery.bsky.social."), is_required=True),
        Field("server", told("Your server, if it is not bsky.social.")),
    ),
    about=told("Posts that mention, quote or answer your account, with their words."),
    steps=(
        told("In Bluesky, open Settings → Privacy and security → App passwords and add one."),
        told("Give it here with your handle. It cannot change your account."),
    ),
    hear=takes_no_webhooks,
    streams=("mentions",),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
