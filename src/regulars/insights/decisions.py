"""What was decided about things of Today: done, later, not useful; and taking it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.insights import suggestions
from regulars.insights.models import Decision
from regulars.kernel import clock
from regulars.kernel.declarations import Suggestion
from regulars.kernel.errors import NotFound, WrongUse

DONE_DAYS, NOT_USEFUL_DAYS, LONGEST_SNOOZE_DAYS = 28, 90, 366
# A risk that was looked at once does not come back every month.
LASTING_DAYS = 366
# So many more members than when it was decided make a thing another one.
_MORE = 0.25


def decide(
    actor: Actor,
    *,
    key: str,
    what: str,
    reason: str = "",
    words: str = "",
    until: date | None = None,
) -> Decision:
    """Decide about the thing called ``key``, which then stays away. Needs ``today.decide``.

    ``what``: ``done`` (until the situation changes, four weeks at most), ``snoozed`` (until the
    day ``until``, exclusive) or ``not_useful`` (90 days; wants a ``reason``). `NotFound` when
    there is no such thing today, `WrongUse` for anything malformed.
    """
    actor.require("today.decide")
    thing = suggestions.find(actor, key)
    today = _today()
    last = _last_day(what, reason, until, today, thing)
    with transaction.atomic():
        made = Decision.objects.create(
            key=key,
            kind=thing.kind,
            what=what,
            reason=reason if what == Decision.What.NOT_USEFUL else "",
            words=words.strip()[:500],
            until=last,
            member_id=actor.member_id,
            shown=_shown(thing, today),
        )
        audit(actor, "today.decide", key[:120], what=what, decision=made.pk)
    return made


def take_back(actor: Actor, decision_id: int) -> Decision:
    """Take a decision back: its thing is open again. The row stays, followed by one that says so.
    Needs ``today.decide``. `NotFound` for another number, `WrongUse` when it was taken back."""
    actor.require("today.decide")
    made = Decision.objects.filter(pk=decision_id).exclude(what=Decision.What.TAKEN_BACK).first()
    if made is None:
        raise NotFound(_("There is no decision %(n)d.") % {"n": decision_id})
    try:
        with transaction.atomic():
            back = Decision.objects.create(
                key=made.key,
                kind=made.kind,
                what=Decision.What.TAKEN_BACK,
                takes_back=made,
                member_id=actor.member_id,
            )
            audit(actor, "today.take_back", made.key[:120], decision=made.pk)
    except IntegrityError:
        raise WrongUse(_("That decision was taken back already.")) from None
    return back


def get(decision_id: int) -> Decision:
    """Return one decision; `NotFound` when there is none of that number."""
    found = Decision.objects.select_related("member", "taken_back_by").filter(pk=decision_id)
    made = found.exclude(what=Decision.What.TAKEN_BACK).first()
    if made is None:
        raise NotFound(_("There is no decision %(n)d.") % {"n": decision_id})
    return made


def still_open(things: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """Those of ``things`` about which no decision is in force."""
    listed = list(things)
    latest = {
        one.key: one
        for one in Decision.objects.filter(key__in=[thing.key for thing in listed]).order_by("pk")
    }
    today = _today()
    for thing in listed:
        made = latest.get(thing.key)
        if made is None or not is_closed(made, thing, today):
            yield thing


def is_closed(made: Decision, thing: Suggestion, today: date) -> bool:
    """Whether the decision still keeps the thing away."""
    if made.what == Decision.What.TAKEN_BACK or made.until is None or today > made.until:
        return False
    return made.what != Decision.What.DONE or not _has_changed(made.shown, thing)


def _has_changed(then: dict[str, Any], thing: Suggestion) -> bool:
    """Whether what was done is another situation by now: a quarter more members than then, another
    mark, or more at stake than the range said then."""
    before, now = then.get("detail", {}), thing.detail
    if "members" in now:
        new = set(now["members"]) - set(before.get("members", ()))
        return len(new) >= max(1.0, _MORE * len(before.get("members", ())))
    if "signature" in now:
        return bool(now["signature"] != before.get("signature"))
    high = then.get("high_minor")
    return high is not None and thing.worth_minor is not None and thing.worth_minor > high


def _last_day(what: str, reason: str, until: date | None, today: date, thing: Suggestion) -> date:
    if what == Decision.What.DONE:
        days = LASTING_DAYS if thing.detail.get("lasting") else DONE_DAYS
        return today + timedelta(days=days)
    if what == Decision.What.NOT_USEFUL:
        if reason not in Decision.Reason.values:
            known = ", ".join(Decision.Reason.values)
            raise WrongUse(_("Say why it is not useful: %(known)s.") % {"known": known})
        return today + timedelta(days=NOT_USEFUL_DAYS)
    if what != Decision.What.SNOOZED:
        known = ", ".join(one for one in Decision.What.values if one != Decision.What.TAKEN_BACK)
        raise WrongUse(_("A thing can be: %(known)s.") % {"known": known})
    if until is None or not today < until <= today + timedelta(days=LONGEST_SNOOZE_DAYS):
        raise WrongUse(_("Later needs a day after today and within a year."))
    return until - timedelta(days=1)


def _shown(thing: Suggestion, today: date) -> dict[str, Any]:
    return {
        "title": thing.title,
        "reason": thing.reason,
        "worth_minor": thing.worth_minor,
        "low_minor": thing.low_minor,
        "high_minor": thing.high_minor,
        "currency": businesses.get().currency,
        "minutes": thing.minutes,
        "action_path": thing.action_path,
        "detail": dict(thing.detail),
        "on": today.isoformat(),
    }


def _today() -> date:
    return clock.today(businesses.get().timezone)
