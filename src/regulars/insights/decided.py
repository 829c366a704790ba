"""Decisions as page, API and command line show them, each with what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.accounts.models import Business
from regulars.insights import afterwards, suggestions
from regulars.insights.models import Decision
from regulars.insights.suggestions.titles import title_of
from regulars.kernel import clock
from regulars.kernel.declarations import Suggestion
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.money import to_major

_MOST = 200
_LOOKED_THROUGH = 20
_SHOWN = 2


def listing(actor: Actor, *, cursor: str | None = None, limit: int = 25) -> dict[str, Any]:
    """Return ``{"decisions": […], "next_cursor"}``, newest first. Needs ``today.see``.

    `WrongUse` for a cursor this list did not give.
    """
    actor.require("today.see")
    rows = _made()
    if cursor is not None:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise WrongUse(_("That cursor is not one this list gave."))
        rows = rows.filter(pk__lt=int(cursor))
    limit = max(1, min(limit, _MOST))
    found = list(rows.order_by("-pk")[: limit + 1])
    page = found[:limit]
    now = {one.key: one for one in suggestions.everything(actor)} if page else {}
    business = businesses.get()
    return {
        "decisions": [as_json(one, now, business) for one in page],
        "next_cursor": str(page[-1].pk) if len(found) > limit else None,
    }


def one(actor: Actor, decision_id: int) -> dict[str, Any]:
    """One decision. `NotFound` when there is none of that number. Needs ``today.see``."""
    actor.require("today.see")
    made = _made().filter(pk=decision_id).first()
    if made is None:
        raise NotFound(_("There is no decision %(n)d.") % {"n": decision_id})
    now = {thing.key: thing for thing in suggestions.everything(actor)}
    return as_json(made, now, businesses.get())


def on_today(business: Business, now: Mapping[str, Suggestion]) -> dict[str, Any]:
    """What was decided today, and what came of decisions before: ``{"today", "came_of_it"}``."""
    day = clock.today(business.timezone).isoformat()
    rows = [
        as_json(made, now, business)
        for made in _made().filter(taken_back_by=None).order_by("-pk")[:_LOOKED_THROUGH]
    ]
    earlier = [one for one in rows if one["on"] < day and one["is_known"]]
    return {"today": [one for one in rows if one["on"] == day], "came_of_it": earlier[:_SHOWN]}


def as_json(made: Decision, now: Mapping[str, Suggestion], business: Business) -> dict[str, Any]:
    """One decision with the thing as it was shown, and what came of it."""
    shown = made.shown
    currency = str(shown.get("currency") or business.currency)
    came = afterwards.told(made, now, business.currency)
    back = getattr(made, "taken_back_by", None)

    def major(name: str) -> float | None:
        minor = shown.get(name)
        return None if minor is None else float(to_major(minor, currency))

    return {
        "id": made.pk,
        "key": made.key,
        "kind": made.kind,
        "what": made.what,
        "reason": made.reason or None,
        "words": made.words or None,
        "on": shown["on"],
        "at": made.at.isoformat(),
        "until": made.until,
        "by": str(made.member) if made.member else None,
        "taken_back_at": back.at.isoformat() if back else None,
        "title": title_of(made.kind, shown),
        "worth": major("worth_minor"),
        "low": major("low_minor"),
        "high": major("high_minor"),
        "unit": currency,
        "days": shown.get("detail", {}).get("days"),
        "came_of_it": came["words"],
        "is_known": came["is_known"],
    }


def _made() -> Any:
    rows = Decision.objects.exclude(what=Decision.What.TAKEN_BACK)
    return rows.select_related("member", "taken_back_by")


def as_text(page: dict[str, Any]) -> str:
    """The list for a terminal."""
    lines = []
    for made in page["decisions"]:
        ended = " (taken back)" if made["taken_back_at"] else ""
        lines.append(f"  [{made['id']}] {made['on']}  {made['what']}{ended}: {made['title']}")
        lines.append(f"      {made['came_of_it']}")
    return "\n".join(lines) or "Nothing was decided yet."
