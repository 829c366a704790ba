"""Mailchimp: an audience by webhooks, and page by page by what changed since."""

from __future__ import annotations

import base64
from datetime import timedelta

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.contract import (
    Account,
    Client,
    Connector,
    Field,
    Json,
    Page,
)
from regulars.sources.connectors.mailchimp import mapping
from regulars.sources.connectors.mailchimp.webhook import hear
from regulars.sources.connectors.messages import clean, gather, parts, text_of
from regulars.sources.intake.protocol import instant

_COUNT = 500
_OVERLAP = timedelta(minutes=5)
_FIELDS = ("members.email_address,members.status,members.merge_fields,members.last_changed,"
           "members.timestamp_opt,members.language,total_items")  # fmt: skip


def can_pull(account: Account) -> bool:
    """Whether there is a key and an audience to ask for."""
    return bool(account.secrets.get("token")) and bool(account.settings.get("audience"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of the members that changed since the last reading, oldest change first."""
    place: Json = orjson.loads(cursor) if cursor else {}
    key = account.secrets["token"]
    base = account.settings.get("api", "").rstrip("/") or _base(key)
    asked = {"count": _COUNT, "offset": place.get("offset", 0), "sort_field": "last_changed",
             "sort_dir": "ASC", "fields": _FIELDS}  # fmt: skip
    if place.get("since"):
        asked["since_last_changed"] = place["since"]
    password = base64.b64encode(f"regulars:{key}".encode()).decode()
    url = f"{base}/3.0/lists/{account.settings['audience']}/members"
    answer = client.get(url, asked, Authorization=f"Basic {password}")
    found = parts(answer.data, "members")
    stamps = [at for one in found if (at := instant(clean(one.get("last_changed"))))]
    newest = max([*map(text_of, stamps), place.get("newest", "")])
    said = gather(found, mapping.member)
    if len(found) == _COUNT:
        following = {**place, "offset": place.get("offset", 0) + _COUNT, "newest": newest}
        return Page(said, orjson.dumps(following).decode(), False)
    at = instant(newest)
    since = text_of(at - _OVERLAP) if at else place.get("since", "")
    return Page(said, orjson.dumps({"since": since}).decode(), True)


def _base(key: str) -> str:
    """Which machine answers stands at the end of the key: ``…-us21``."""
    centre = key.rpartition("-")[2]
    return f"https://{centre if centre.isalnum() else 'us1'}.api.mailchimp.com"


CONNECTOR = Connector(
    kind="mailchimp",
    title="Mailchimp",
    namespace="mailchimp",
    fields=(
        Field("token", told("An API key, to ask for the whole audience."), is_secret=True),
        Field("audience", told("The audience's id.")),
        Field("api", told("Where Mailchimp's API answers, if another machine does.")),
    ),
    about=told("Who is on your newsletter, what they allow, and who left."),
    steps=(
        told("In Mailchimp, open Audience → Settings → Webhooks and add the address above."),
        told("Tick subscribes, unsubscribes, profile updates, cleaned and e-mail changes."),
        told("Make a key under Account → Extras → API keys; the audience's id stands in its "
             "settings."),
    ),
    hear=hear,
    streams=("members",),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
