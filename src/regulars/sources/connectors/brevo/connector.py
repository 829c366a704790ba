"""Brevo: contacts by webhooks, and page by page by what changed since."""

from __future__ import annotations

from datetime import timedelta

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.brevo import mapping
from regulars.sources.connectors.brevo.webhook import hear
from regulars.sources.connectors.contract import (
    SIGNING,
    Account,
    Client,
    Connector,
    Field,
    Json,
    Page,
)
from regulars.sources.connectors.messages import clean, gather, parts, text_of
from regulars.sources.intake.protocol import instant

_API = "https://api.brevo.com"
_LIMIT = 500
_OVERLAP = timedelta(minutes=5)


def can_pull(account: Account) -> bool:
    """Whether there is a key to ask with."""
    return bool(account.secrets.get("token"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of the contacts that changed since the last reading."""
    place: Json = orjson.loads(cursor) if cursor else {}
    base = account.settings.get("api", "").rstrip("/") or _API
    offset = place.get("offset", 0)
    asked = {"limit": _LIMIT, "offset": offset, "sort": "asc"}
    if place.get("since"):
        asked["modifiedSince"] = place["since"]
    answer = client.get(f"{base}/v3/contacts", asked, api_key=account.secrets["token"])
    found = parts(answer.data, "contacts")
    stamps = [at for one in found if (at := instant(clean(one.get("modifiedAt"))))]
    newest = max([*map(text_of, stamps), place.get("newest", "")])
    said = gather(found, mapping.contact)
    if len(found) == _LIMIT:
        following = {**place, "offset": offset + _LIMIT, "newest": newest}
        return Page(said, orjson.dumps(following).decode(), False)
    at = instant(newest)
    since = text_of(at - _OVERLAP) if at else place.get("since", "")
    return Page(said, orjson.dumps({"since": since}).decode(), True)


CONNECTOR = Connector(
    kind="brevo",
    title="Brevo",
    namespace="brevo",
    fields=(
        Field(SIGNING, told("The token that you make up for the webhook."), is_secret=True),
        Field("token", told("An API key, to ask for all contacts."), is_secret=True),
        Field("api", told("Where Brevo's API answers, if not at api.brevo.com.")),
    ),
    about=told("Who is on your lists, what they allow, and who left."),
    steps=(
        told("In Brevo, open Contacts → Settings → Webhooks and add the address above."),
        told("Choose “token” as its authentication, make one up, and give the same one here."),
        told("An API key is made under SMTP & API → API keys."),
    ),
    hear=hear,
    streams=("contacts",),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
