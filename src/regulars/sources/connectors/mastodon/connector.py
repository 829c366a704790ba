"""Mastodon: who mentions the business.

Source: docs.joinmastodon.org/methods/notifications, which pages by ``min_id``: the oldest unread
come first, so that nothing is passed over.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.contract import (
    Account,
    Client,
    Connector,
    Field,
    Json,
    Page,
    takes_no_webhooks,
)
from regulars.sources.connectors.mastodon import mapping
from regulars.sources.connectors.messages import clean, gather

_LIMIT = 40


def can_pull(account: Account) -> bool:
    """Whether it is known where and as whom to ask."""
    return bool(account.secrets.get("token")) and bool(account.settings.get("server"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of mentions after the last one that is known."""
    place: Json = orjson.loads(cursor) if cursor else {"min": "0"}
    server = account.settings["server"].strip().rstrip("/")
    base = server if "://" in server else f"https://{server}"
    asked = {"types[]": "mention", "limit": _LIMIT, "min_id": place["min"]}
    bearer = f"Bearer {account.secrets['token']}"
    answer = client.get(f"{base}/api/v1/notifications", asked, Authorization=bearer)
    found = [one for one in answer.data if isinstance(one, dict)] if (
        isinstance(answer.data, list)) else []  # fmt: skip
    mentions = [one for one in found if one.get("type") == "mention"]
    said = gather(mentions, lambda one: mapping.mention(one, urlsplit(base).hostname or ""))
    numbers = [number for one in found if (number := clean(one.get("id"))).isdecimal()]
    newest = max([*numbers, place["min"]], key=int)
    return Page(said, orjson.dumps({"min": newest}).decode(), len(found) < _LIMIT)


CONNECTOR = Connector(
    kind="mastodon",
    title="Mastodon",
    namespace="mastodon",
    fields=(
        Field("token", told("An access token with the right to read notifications."),
              is_secret=True, is_required=True),
        Field("server", told("Your server, e.g. mastodon.social."), is_required=True),
    ),
    about=told("Posts that mention your account, with their words."),
    steps=(
        told("On your server, open Preferences → Development and make an application."),
        told("Leave it the scope read:notifications alone, and give its access token here."),
    ),
    hear=takes_no_webhooks,
    streams=("mentions",),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
