"""A change to everybody on a list: looked at before, done at once or in the background, undone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from regulars.accounts.actors import Actor
from regulars.identity.numbers import numbers_now
from regulars.insights import people_list
from regulars.jobs.queue import enqueue
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles.models import BulkEdit, Card
from regulars.profiles.viewing import bulk, tags
from regulars.profiles.viewing.filters import Filters, of_pairs, tagged

DO, UNDO = "insights.edit_many", "insights.undo_many"
AT_ONCE = 1_000
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: to how many people, how many of them have the tag, and the first
    few of their names."""

    verb: str
    tag: str
    count: int
    tagged: int
    names: list[str]

    @property
    def changes(self) -> int:
        """How many it would change."""
        return self.count - self.tagged if self.verb == bulk.TAG else self.tagged


def preview(
    actor: Actor, verb: str, tag: str, filters: Filters, chosen: Collection[int] | None = None
) -> Preview:
    """Return what it would do to ``chosen`` people, or (None) to all that ``filters`` find. Needs
    ``people.write``. `WrongUse` as for `act`."""
    actor.require("people.write")
    bulk.check(verb, tag)
    rows = _meant(actor, filters, chosen)
    names = rows.exclude(name="").values_list("name", flat=True)[:_NAMED]
    count = rows.order_by().count()
    own = rows.order_by().filter(pk__in=tagged(tag)).count()
    return Preview(verb, tags.read(tag), count, own, list(names))


def act(
    actor: Actor, verb: str, tag: str, filters: Filters, chosen: Collection[int] | None = None
) -> BulkEdit:
    """Give or take a tag; of more than 1,000 people in the background. Needs ``people.write``.

    `WrongUse` for nobody, for too many chosen one by one, or for a tag that cannot be.
    """
    actor.require("people.write")
    count = _meant(actor, filters, chosen).order_by().count()
    own = None if chosen is None else list(chosen)
    with transaction.atomic():
        row = bulk.begin(actor, verb, tag, filters, chosen=own, counted=count)
        if count > AT_ONCE:
            enqueue(DO, {"edit_id": row.pk, "member_id": actor.member_id},
                    unique_key=f"{DO} {row.pk}")  # fmt: skip
    if count <= AT_ONCE:
        carry_out(actor, row.pk)
    row.refresh_from_db()
    return row


def carry_out(actor: Actor, edit_id: int) -> None:
    """Do a change that was begun, turn by turn, from where it stood."""
    row = BulkEdit.objects.get(pk=edit_id)
    meant = _meant(actor, of_pairs(row.query), row.chosen)
    numbers = list(meant.order_by("pk").filter(pk__gt=row.last).values_list("pk", flat=True))
    for start in range(0, max(1, len(numbers)), bulk.TURN):
        part = numbers[start : start + bulk.TURN]
        if not bulk.turn(row.pk, part, is_last=start + bulk.TURN >= len(numbers)):
            return


def undo(actor: Actor, edit_id: int) -> BulkEdit:
    """Undo a change, once; one to more than 1,000 people in the background. See `bulk.undo`."""
    with transaction.atomic():
        row = bulk.undo(actor, edit_id)
        if row.changed > AT_ONCE:
            enqueue(UNDO, {"edit_id": row.pk}, unique_key=f"{UNDO} {row.pk}")
    if row.changed <= AT_ONCE:
        bulk.restore(row.pk)
    row.refresh_from_db()
    return row


def _meant(actor: Actor, filters: Filters, chosen: Collection[int] | None) -> QuerySet[Card]:
    if chosen is None:
        return people_list.found(actor, filters)
    if len(chosen) > bulk.MOST_CHOSEN:
        raise WrongUse(told("Choose at most %(n)s people one by one.", n=bulk.MOST_CHOSEN))
    # Some may have been merged since they were ticked.
    return Card.objects.filter(pk__in=set(numbers_now(chosen).values())).order_by("name", "pk")
