"""Share links: one dashboard, read-only, for somebody who does not work here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.accounts.actors import Actor, audit, of_member
from regulars.accounts.permissions import VISITOR
from regulars.insights import figures
from regulars.insights.dashboard import state as states
from regulars.insights.models import ShareLink
from regulars.kernel import clock
from regulars.kernel.errors import Gone, NotFound, WrongUse

DAYS = (1, 7, 30, 90)
_PERMISSION = "insights.share"
_MOST_LISTED = 100
# 256 bits cannot be guessed; nothing else is looked up in the database.
_BYTES, _LETTERS = 32, 43
_SEEN_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opened link shows, and on whose behalf: a visitor's, who may see figures alone."""

    link: ShareLink
    state: states.State
    actor: Actor


def make(
    actor: Actor, *, state: states.State, days: int, is_rolling: bool
) -> tuple[ShareLink, str]:
    """Make a link to the dashboard in ``state`` for ``days`` days; returns the row and the token,
    which is never shown again.

    A rolling link moves on with the data; any other keeps to the days of now. `WrongUse` for
    another length or before there is any data. Needs ``insights.share``.
    """
    actor.require(_PERMISSION)
    if days not in DAYS:
        raise WrongUse(_("A link is good for 1, 7, 30 or 90 days."))
    as_of = figures.as_of()
    if as_of is None:
        raise WrongUse(_("There are no figures to share yet."))
    kept = state if is_rolling else state.settled(as_of)
    token, now = secrets.token_urlsafe(_BYTES), clock.now()
    with transaction.atomic():
        link = ShareLink.objects.create(
            digest=_digest(token),
            query=kept.query,
            is_rolling=is_rolling and state.period != "custom",
            created_at=now,
            created_by_id=actor.member_id,
            expires_at=now + timedelta(days=days),
        )
        audit(actor, "shares.make", str(link.pk), query=link.query, days=days)
    return link, token


def revoke(actor: Actor, link_id: int) -> None:
    """Take a link back at once; `NotFound` for one that does not work any more."""
    actor.require(_PERMISSION)
    with transaction.atomic():
        changed = ShareLink.objects.filter(pk=link_id, revoked_at=None).update(
            revoked_at=clock.now(), revoked_by_id=actor.member_id
        )
        if not changed:
            raise NotFound(_("No working link has that number."))
        audit(actor, "shares.revoke", str(link_id))


def listing(actor: Actor) -> list[dict[str, Any]]:
    """The links, newest first, with ``works``: whether one opens now. Needs ``insights.share``."""
    actor.require(_PERMISSION)
    now = clock.now()
    links = ShareLink.objects.select_related("created_by", "revoked_by").order_by("-pk")
    return [
        {
            "id": link.pk,
            "query": link.query,
            "is_rolling": link.is_rolling,
            "created_at": link.created_at,
            "created_by": str(link.created_by or ""),
            "expires_at": link.expires_at,
            "revoked_at": link.revoked_at,
            "revoked_by": str(link.revoked_by or ""),
            "last_seen_at": link.last_seen_at,
            "works": _works(link, now),
        }
        for link in links[:_MOST_LISTED]
    ]


def opened(token: str) -> Opened:
    """Open a link. `NotFound` for a token that was never given, `Gone` for one that has expired,
    was taken back, or whose maker may share no longer."""
    link = None
    if len(token) == _LETTERS:
        found = ShareLink.objects.select_related("created_by")
        link = found.filter(digest=_digest(token)).first()
    if link is None:
        raise NotFound(_("This link leads nowhere. Ask for it once more."))
    now = clock.now()
    if not _works(link, now):
        raise Gone(_("This link has ended. Ask whoever sent it for a new one."))
    if link.last_seen_at is None or now - link.last_seen_at > _SEEN_AGAIN:
        ShareLink.objects.filter(pk=link.pk).update(last_seen_at=now)
    state = states.read(parse_qs(link.query, keep_blank_values=True))
    return Opened(link, state, Actor(VISITOR, "page", None, f"share link {link.pk}"))


def _works(link: ShareLink, now: datetime) -> bool:
    maker = link.created_by
    may = maker is not None and maker.is_active and of_member(maker, "page").may(_PERMISSION)
    return may and link.revoked_at is None and link.expires_at > now


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
