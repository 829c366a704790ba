"""Google Business reviews, newest change first until what is known.

Sources: the reviews' list (orderBy updateTime desc, 50 a page), the accounts' and locations' lists
of the Business Profile APIs, and Google's OAuth 2.0 refresh tokens.
"""

from __future__ import annotations

import orjson

from regulars.kernel.telling import told
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
from regulars.sources.connectors.google import mapping
from regulars.sources.connectors.messages import clean, gather, part, parts

_TOKENS = "https://oauth2.googleapis.com/token"
_REVIEWS = "https://mybusiness.googleapis.com"
_PAGE = 50


def can_pull(account: Account) -> bool:
    """Whether access was given and it is known to what."""
    secrets = account.secrets
    return all(map(secrets.get, ("client_secret", "refresh_token"))) and all(
        map(account.settings.get, ("client_id", "locations"))
    )


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read one page of one location's reviews."""
    place: Json = orjson.loads(cursor) if cursor else {}
    locations = _locations(account.settings["locations"])
    turn = place.get("turn", 0)
    if turn >= len(locations):
        place, turn = {"seen": place.get("seen", {})}, 0
    name, title = locations[turn]
    seen = place.get("seen", {})
    asked = {"pageSize": _PAGE, "orderBy": "updateTime desc"}
    if place.get("next"):
        asked["pageToken"] = place["next"]
    base = account.settings.get("api", "").rstrip("/") or _REVIEWS
    access = f"Bearer {_access(account, client)}"
    answer = client.get(f"{base}/v4/{name}/reviews", asked, Authorization=access)
    found = parts(answer.data, "reviews")
    changed = [_changed(one) for one in found]
    newest = max([*changed, place.get("newest", "")])
    said = gather(found, lambda one: mapping.review(one, title))
    token = clean(answer.data.get("nextPageToken")) if isinstance(answer.data, dict) else ""
    is_known = bool(changed) and min(changed) < seen.get(name, "")
    if token and not is_known:
        following = {"turn": turn, "next": token, "newest": newest, "seen": seen}
        return Page(said, orjson.dumps(following).decode(), False)
    seen = {**seen, name: max(newest, seen.get(name, ""))}
    following = {"turn": turn + 1, "seen": seen}
    is_last = turn + 1 >= len(locations)
    return Page(said, orjson.dumps(following).decode(), is_last)


def _changed(review: Json) -> str:
    replied = clean(part(review, "reviewReply").get("updateTime"))
    return max(clean(review.get("updateTime")), replied)


def _locations(text: str) -> list[tuple[str, str]]:
    """``accounts/1/locations/2 = High Street; …`` as names and what the places are called."""
    found = []
    for one in filter(None, map(str.strip, text.replace("\n", ";").split(";"))):
        name, _, title = one.partition("=")
        found.append((name.strip().strip("/"), title.strip()))
    return found


def _access(account: Account, client: Client) -> str:
    said = {
        "client_id": account.settings["client_id"],
        "client_secret": account.secrets["client_secret"],
        "refresh_token": account.secrets["refresh_token"],
        "grant_type": "refresh_token",
    }
    try:
        answer = client.form(account.settings.get("tokens", "") or _TOKENS, said)
    except Refused as refused:
        # Google says 400 “invalid_grant” where access was taken back.
        raise TokenRefused(str(refused.status)) from refused
    token = clean(answer.data.get("access_token")) if isinstance(answer.data, dict) else ""
    if not token:
        raise TokenRefused("no access token")
    return token


CONNECTOR = Connector(
    kind="google",
    title=told("Google reviews"),
    namespace="google",
    fields=(
        Field("client_secret", told("The client's secret, from Google's console."), is_secret=True,
              is_required=True),
        Field("refresh_token", told("The refresh token that was given for your profile."),
              is_secret=True, is_required=True),
        Field("client_id", told("The client's id, from Google's console."), is_required=True),
        Field("locations", told("Your locations, e.g. accounts/1/locations/2 = High Street; …"),
              is_required=True),
        Field("api", told("Where the reviews are asked for, if not at mybusiness.googleapis.com.")),
        Field("tokens", told("Where access is renewed, if not at oauth2.googleapis.com.")),
    ),
    about=told("Reviews of your Google Business Profile, with your answers."),
    steps=(
        told("Google gives access to the Business Profile APIs on request; until then, hand in "
             "the Takeout of your reviews under Import files."),
        told("In Google's console, make an OAuth client of the type “web application”."),
        told("Let it into your profile with the scope business.manage, and give its refresh "
             "token here."),
    ),
    hear=takes_no_webhooks,
    streams=("reviews",),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
