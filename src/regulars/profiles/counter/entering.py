"""What is done at the counter with one tap; from a tablet that was offline it lands once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from regulars.accounts.actors import Actor
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import person_of
from regulars.profiles.counter import points
from regulars.profiles.counter.models import CounterEntry
from regulars.profiles.hanging import notes, tasks

KINDS = ("note", "points", "task")
# A tablet's clock is not believed beyond this, either way.
_OLDEST = timedelta(days=7)
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


def enter(
    actor: Actor,
    anchor: int,
    *,
    key: str,
    kind: str,
    text: str = "",
    count: int = 0,
    happened_at: datetime | None = None,
) -> tuple[int, bool]:
    """Write a note, give points or write a task down for whoever ``anchor`` belongs to now.

    Returns the person and whether it landed now: ``key`` was sent before if not. Needs
    ``people.write``. `NotFound` when nobody stands behind the identifier any more, `WrongUse` for
    a malformed key, kind, note, task or count.
    """
    actor.require("people.write")
    if not _KEY.fullmatch(key) or kind not in KINDS:
        raise WrongUse(told("That is no entry of a counter."))
    person = person_of(anchor) if 0 < anchor < 2**63 else None
    if person is None:
        raise NotFound(told("This person is not here any more."))
    now = clock.now()
    at = happened_at if happened_at and abs(now - happened_at) <= _OLDEST else now
    try:
        with transaction.atomic():
            CounterEntry.objects.create(
                key=key, identifier_id=anchor, kind=kind, happened_at=min(at, now), at=now,
                member_id=actor.member_id,
            )  # fmt: skip
            _do(actor, person, kind, text, count)
    except IntegrityError:
        return person, False
    return person, True


def _do(actor: Actor, person: int, kind: str, text: str, count: int) -> None:
    if kind == "note":
        notes.write(actor, person, text)
    elif kind == "task":
        tasks.add(actor, what=text, profile_id=person)
    else:
        points.give(actor, person, count, reason=text)
