"""One change to many people, in short turns, and its undoing.

A turn holds the write lock for at most 150 rows. What a change did are the tagging rows that name
it, so an undo touches those alone: whoever had the tag before keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.identity.models import Link
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.models import BulkEdit, Tag, Tagging
from regulars.profiles.viewing import tags
from regulars.profiles.viewing.filters import Filters
from regulars.sources.files.identifiers import kind_rank
from regulars.sources.models import Identifier

TAG, UNTAG = "tag", "untag"
VERBS = (TAG, UNTAG)
TURN = 150
MOST_CHOSEN = 1_000


@dataclass(frozen=True, slots=True)
class Edit:
    """A change as it is listed. ``may_undo``: by whoever asks, and not undone yet."""

    id: int
    verb: str
    tag: str
    counted: int
    changed: int
    by: str
    at: datetime
    is_done: bool
    is_undone: bool
    is_restored: bool
    may_undo: bool


def begin(
    actor: Actor, verb: str, name: str, filters: Filters, *,
    chosen: Sequence[int] | None, counted: int,
) -> BulkEdit:  # fmt: skip
    """Write down what is about to be done to ``chosen`` people, or to all that ``filters`` find.
    Needs ``people.write``. `WrongUse` for another verb, nobody, too many, or a tag nobody has."""
    actor.require("people.write")
    check(verb, name)
    if not counted:
        raise WrongUse(told("Choose somebody first."))
    with transaction.atomic():
        tag = tags.made(actor, name) if verb == TAG else _known(name)
        row = BulkEdit.objects.create(
            verb=verb, tag=tag, query=filters.pairs(), counted=counted, at=clock.now(),
            chosen=None if chosen is None else sorted(set(chosen)), member_id=actor.member_id,
        )  # fmt: skip
        audit(actor, f"people.{verb}_many", f"edit {row.pk}", tag=row.tag_id, count=counted)
    return row


def check(verb: str, name: str) -> None:
    """Whether it can be done at all; `WrongUse` says why not."""
    if verb not in VERBS:
        raise WrongUse(told("Say what to do: give a tag, or take one."))
    name = tags.read(name)
    if verb == UNTAG:
        _known(name)


def _known(name: str) -> Tag:
    found = tags.known(name)
    if found is None:
        raise WrongUse(told("Nobody has the tag %(name)s.", name=tags.read(name)))
    return found


def turn(edit_id: int, people: Sequence[int], *, is_last: bool) -> bool:
    """Do the next ``people`` of a change, at most 150, in order of their numbers; returns whether
    it goes on. A turn that was done already, or is undone, changes nothing."""
    row = BulkEdit.objects.get(pk=edit_id)
    todo = [one for one in people if one > row.last]
    plan = _missing(row, todo) if row.verb == TAG else _having(row, todo)
    with transaction.atomic():
        row = BulkEdit.objects.select_for_update().get(pk=edit_id)
        if row.undone_at or row.done_at:
            return False
        row.changed += _give(row, plan) if row.verb == TAG else _take(row, plan)
        row.last = max(todo, default=row.last)
        row.done_at = clock.now() if is_last else None
        row.save(update_fields=["changed", "last", "done_at"])
    return not is_last


def _missing(row: BulkEdit, people: Sequence[int]) -> list[int]:
    """The anchors of those who do not have the tag."""
    known: dict[int, list[tuple[int, int]]] = {}
    links = Link.objects.filter(profile_id__in=people)
    for person, number, kind in links.values_list(
        "profile_id", "identifier_id", "identifier__kind"
    ):
        known.setdefault(person, []).append((kind_rank(kind), number))
    own = {number for numbers in known.values() for _, number in numbers}
    rows = Tagging.objects.filter(tag_id=row.tag_id, identifier__in=own, ended_at=None)
    tagged = set(rows.values_list("identifier_id", flat=True))
    return [
        min(numbers)[1]
        for numbers in known.values()
        if not tagged.intersection(number for _, number in numbers)
    ]


def _having(row: BulkEdit, people: Sequence[int]) -> list[int]:
    links = Link.objects.filter(profile_id__in=people).values("identifier")
    rows = Tagging.objects.filter(tag_id=row.tag_id, identifier__in=links, ended_at=None)
    return list(rows.values_list("pk", flat=True))


def _give(row: BulkEdit, anchors: list[int]) -> int:
    # Somebody may have been erased, or tagged by hand, since we read.
    standing = set(Identifier.objects.filter(pk__in=anchors).values_list("pk", flat=True))
    rows = Tagging.objects.filter(tag_id=row.tag_id, identifier__in=anchors, ended_at=None)
    standing -= set(rows.values_list("identifier_id", flat=True))
    now = clock.now()
    Tagging.objects.bulk_create(
        [
            Tagging(tag_id=row.tag_id, identifier_id=one, at=now, member_id=row.member_id, edit=row)
            for one in anchors
            if one in standing
        ],
        ignore_conflicts=True,
    )
    return len(standing)


def _take(row: BulkEdit, numbers: list[int]) -> int:
    rows = Tagging.objects.filter(pk__in=numbers, ended_at=None)
    return rows.update(ended_at=clock.now(), ended_by=row.member_id, ended_edit=row)


def undo(actor: Actor, edit_id: int) -> BulkEdit:
    """Claim the undoing of a change; `restore` carries it out. Needs ``people.write``, and for
    somebody else's change ``people.set_up``. `WrongUse` the second time."""
    actor.require("people.write")
    with transaction.atomic():
        row = _find(edit_id, lock=True)
        if row.member_id != actor.member_id and not actor.may("people.set_up"):
            raise NotAllowed(told("This is somebody else's change. Ask them, or the owner."))
        if row.undone_at is not None:
            raise WrongUse(told("That is undone already."))
        row.undone_at, row.undone_by_id = clock.now(), actor.member_id
        row.save(update_fields=["undone_at", "undone_by"])
        audit(actor, "people.undo_many", f"edit {row.pk}")
    return row


def restore(edit_id: int) -> None:
    """Put back everything a claimed change did, in turns; what was done is not done twice."""
    row, last = BulkEdit.objects.get(pk=edit_id), 0
    if row.undone_at is None or row.restored_at is not None:
        return
    own = {"edit": row, "ended_at": None} if row.verb == TAG else {"ended_edit": row}
    while True:
        rows = Tagging.objects.filter(pk__gt=last, **own).order_by("pk")
        part = list(rows.values_list("pk", flat=True)[:TURN])
        if not part:
            break
        with transaction.atomic():
            _end(row, part) if row.verb == TAG else _reopen(row, part)
        last = part[-1]
    with transaction.atomic():
        BulkEdit.objects.filter(pk=row.pk).update(restored_at=clock.now())


def _end(row: BulkEdit, numbers: list[int]) -> None:
    rows = Tagging.objects.filter(pk__in=numbers, ended_at=None)
    rows.update(ended_at=clock.now(), ended_by=row.undone_by_id, ended_edit=row)


def _reopen(row: BulkEdit, numbers: list[int]) -> None:
    """Take the ending back; whoever was given the tag anew since has it already, and what another
    undone change gave is not to come again."""
    rows = Tagging.objects.filter(pk__in=numbers, ended_edit=row, edit__undone_at=None)
    places = rows.values_list("identifier_id", flat=True)
    again = Tagging.objects.filter(tag_id=row.tag_id, identifier__in=list(places), ended_at=None)
    rows.exclude(identifier__in=list(again.values_list("identifier_id", flat=True))).update(
        ended_at=None, ended_by=None, ended_edit=None
    )


def get(actor: Actor, edit_id: int) -> Edit:
    """One change. Needs ``people.see``; `NotFound`."""
    actor.require("people.see")
    return _edit(actor, _find(edit_id))


def listing(actor: Actor, most: int = 50) -> list[Edit]:
    """The latest changes to many, the newest first. Needs ``people.write``."""
    actor.require("people.write")
    rows = BulkEdit.objects.select_related("tag", "member").order_by("-pk")
    return [_edit(actor, one) for one in rows[:most]]


def _find(edit_id: int, *, lock: bool = False) -> BulkEdit:
    number = edit_id if 0 < edit_id < 2**63 else 0
    if lock:
        BulkEdit.objects.select_for_update().filter(pk=number).values_list("pk").first()
    row = BulkEdit.objects.select_related("tag", "member").filter(pk=number).first()
    if row is None:
        raise NotFound(told("There is no such change."))
    return row


def _edit(actor: Actor, row: BulkEdit) -> Edit:
    tag: Tag = row.tag
    is_mine = row.member_id == actor.member_id or actor.may("people.set_up")
    return Edit(
        row.pk, row.verb, tag.name, row.counted, row.changed, str(row.member or ""), row.at,
        row.done_at is not None, row.undone_at is not None, row.restored_at is not None,
        actor.may("people.write") and is_mine and row.undone_at is None,
    )  # fmt: skip
