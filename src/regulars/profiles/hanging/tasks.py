"""Tasks: what somebody is to do, by when, about whom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from regulars.accounts import business
from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Member
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import anchor_of, people_of
from regulars.profiles.hanging.models import Task
from regulars.profiles.models import Card

_LONGEST = 300
_MOST_OPEN, _MOST_DONE = 500, 50
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ToDo:
    """A task as it stands. ``profile_id`` is whom it is about, ``who`` their name."""

    id: int
    what: str
    due_on: date | None
    is_overdue: bool
    for_member: str
    profile_id: int | None
    who: str
    done_at: datetime | None
    done_by: str


def add(
    actor: Actor,
    *,
    what: str,
    due_on: date | None = None,
    profile_id: int | None = None,
    member_id: int | None = None,
) -> int:
    """Write down something to do; returns its number. Needs ``people.write``. `WrongUse` for an
    empty or too long one, `NotFound` for a person or member who is not there."""
    actor.require("people.write")
    what = " ".join(_CONTROLS.sub(" ", what).split())
    if not what or len(what) > _LONGEST:
        raise WrongUse(told("Say in 1 to %(most)s letters what is to be done.", most=_LONGEST))
    anchor = None if profile_id is None else anchor_of(profile_id)
    if member_id is not None and not Member.objects.filter(pk=member_id, is_active=True).exists():
        raise NotFound(told("Nobody here has the number %(n)s.", n=member_id))
    with transaction.atomic():
        task = Task.objects.create(
            what=what, due_on=due_on, identifier_id=anchor, for_member_id=member_id,
            at=clock.now(), member_id=actor.member_id,
        )  # fmt: skip
        audit(actor, "tasks.add", f"task {task.pk}")
    return task.pk


def mark(actor: Actor, task_id: int, *, is_done: bool) -> None:
    """Say that a task is done, or open again. Needs ``people.write``. `NotFound` for none."""
    actor.require("people.write")
    with transaction.atomic():
        task = Task.objects.filter(pk=task_id if 0 < task_id < 2**63 else 0).first()
        if task is None:
            raise NotFound(told("There is no such task."))
        task.done_at = clock.now() if is_done else None
        task.done_by_id = actor.member_id if is_done else None
        task.save(update_fields=["done_at", "done_by"])
        audit(actor, "tasks.done" if is_done else "tasks.reopen", f"task {task.pk}")


def listing(actor: Actor, *, is_mine: bool = False) -> list[ToDo]:
    """Open tasks, the earliest due first, then the latest done. Needs ``people.see``. ``is_mine``:
    of this member and of nobody in particular."""
    actor.require("people.see")
    rows = Task.objects.all()
    if is_mine:
        rows = rows.filter(Q(for_member=actor.member_id) | Q(for_member=None))
    return _shown(rows)


def of(profile_id: int) -> list[ToDo]:
    """The tasks about a person, in the same order."""
    return _shown(Task.objects.filter(identifier__in=identifiers_of(profile_id)))


def _shown(rows: QuerySet[Task]) -> list[ToDo]:
    waiting = rows.filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "pk")
    done = rows.filter(done_at__isnull=False).order_by("-done_at", "-pk")
    return _todo([*waiting[:_MOST_OPEN], *done[:_MOST_DONE]])


def _todo(rows: Iterable[Task]) -> list[ToDo]:
    found = list(rows)
    here = business.find()
    today = clock.today(here.timezone if here else "UTC")
    ids = {one for row in found for one in (row.for_member_id, row.done_by_id) if one}
    members = {number: str(one) for number, one in Member.objects.in_bulk(ids).items()}
    people = people_of(row.identifier_id for row in found if row.identifier_id)
    names = dict(Card.objects.filter(pk__in=set(people.values())).values_list("pk", "name"))
    return [
        ToDo(
            row.pk, row.what, row.due_on,
            row.done_at is None and row.due_on is not None and row.due_on < today,
            members.get(row.for_member_id or 0, ""),
            number := people.get(row.identifier_id or 0), names.get(number or 0, ""),
            row.done_at, members.get(row.done_by_id or 0, ""),
        )
        for row in found
    ]  # fmt: skip
