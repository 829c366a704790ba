"""Who gets the weekly mail, and when. The owner does on Monday at 7 unless they say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Member, Role
from regulars.accounts.permissions import roles_of
from regulars.insights.models import MailWish
from regulars.jobs.models import Job
from regulars.jobs.outbox import MOVABLE, PERMISSION
from regulars.jobs.queue import enqueue
from regulars.jobs.ticker import Weekly
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources.models import ImportUndo

JOB = "insights.weekly_mail"
PURPOSE = "weekly_mail"
READING = "today.see"
WEEKDAY, HOUR = 0, 7
_BY_HAND = f"{JOB} by hand"


@dataclass(frozen=True, slots=True)
class Wish:
    """What one member wishes; ``weekday`` 0 is Monday, ``hour`` in the business's time zone."""

    member: Member
    is_wanted: bool
    weekday: int
    hour: int
    since: datetime


def everybody() -> Iterator[Wish]:
    """Yield the wish of every member who may see Today."""
    told = {one.member_id: one for one in MailWish.objects.all()}
    readers = Member.objects.filter(is_active=True, role__in=roles_of(READING))
    for member in readers.order_by("joined_at", "pk"):
        one = told.get(member.pk)
        if one is None:
            yield Wish(member, member.role == Role.OWNER, WEEKDAY, HOUR, member.joined_at)
        else:
            yield Wish(member, one.is_wanted, one.weekday, one.hour, one.decided_at)


def wanted() -> list[Wish]:
    """The wishes of those who get the mail."""
    return [one for one in everybody() if one.is_wanted]


def times() -> list[Weekly]:
    """When the mail comes round, for the ticker; nothing before the business is set up."""
    business = businesses.find()
    if business is None:
        return []
    since: dict[tuple[int, int], datetime] = {}
    for one in wanted():
        slot = one.weekday, one.hour
        since[slot] = min(since.get(slot, one.since), one.since)
    return [Weekly(*slot, business.timezone, at) for slot, at in since.items()]


def write_now(actor: Actor) -> Job:
    """Have the mail written in the background now, for all who get it. Needs ``mail.manage``;
    `WrongUse` when nobody gets it."""
    actor.require(PERMISSION)
    if not wanted():
        raise WrongUse(told("Nobody gets the weekly mail. Say under Settings, Mail who does."))
    return enqueue(JOB, {"member_id": actor.member_id}, unique_key=_BY_HAND)


def is_writing() -> bool:
    """Whether a mail that was asked for by hand is being written, or waits for it."""
    return Job.objects.filter(unique_key=_BY_HAND, finished_at=None, failed_at=None).exists()


def taken_back_since(message: Mapping[str, Any]) -> datetime | None:
    """When an import was last undone after the weekly mail ``message`` (as the outbox lists it) was
    written: it tells figures that no longer hold. ``None`` where none was, or it can go out no
    more."""
    if message["purpose"] != PURPOSE or message["state"] not in MOVABLE:
        return None
    later = ImportUndo.objects.filter(at__gt=message["put_at"])
    return later.order_by("-at").values_list("at", flat=True).first()


def listing(actor: Actor) -> list[dict[str, Any]]:
    """The wishes that the actor may change: their own, and everybody's for whoever decides about
    mail."""
    actor.require(READING)
    is_lead = actor.may(PERMISSION)
    return [as_json(one) for one in everybody() if is_lead or one.member.pk == actor.member_id]


def change(
    actor: Actor, member_id: int, *, is_wanted: bool, weekday: int, hour: int
) -> dict[str, Any]:
    """Say whether a member gets the mail, and when. Everybody who sees Today decides for
    themselves; for others, whoever decides about mail. `WrongUse` for a day or an hour there is
    not, `NotFound` for a member who sees no figures."""
    actor.require(READING)
    if member_id != actor.member_id and not actor.may(PERMISSION):
        raise NotAllowed(told("You can decide about your own mail only."))
    if weekday not in range(7) or hour not in range(24):
        raise WrongUse(told("The day is a number from 0 (Monday) to 6, the hour one from 0 to 23."))
    if member_id not in {one.member.pk for one in everybody()}:
        raise NotFound(told("No member who sees the figures has the number %(id)s.", id=member_id))
    chosen = {"is_wanted": is_wanted, "weekday": weekday, "hour": hour}
    with transaction.atomic():
        MailWish.objects.update_or_create(
            member_id=member_id, defaults={**chosen, "decided_at": clock.now()}
        )
        audit(actor, "mail.wish", f"member {member_id}", **chosen)
    return next(as_json(one) for one in everybody() if one.member.pk == member_id)


def as_json(one: Wish) -> dict[str, Any]:
    """A wish as faces show it."""
    return {
        "member": one.member.pk,
        "name": str(one.member),
        "email": one.member.email,
        "is_wanted": one.is_wanted,
        "weekday": one.weekday,
        "hour": one.hour,
    }
