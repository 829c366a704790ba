"""Notes about a person: written, changed, removed and put back; colleagues are mentioned by @."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Member
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import anchor_of, people_of
from regulars.profiles.hanging.models import Mention, Note, NoteText

_LONGEST = 4000
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_MENTION = re.compile(r"(?<![\w.+-])@([\w.+-]{1,80})")


@dataclass(frozen=True, slots=True)
class Written:
    """A note as it reads now. ``was_changed``: it has an earlier text."""

    id: int
    text: str
    at: datetime
    by: str
    is_mine: bool
    was_changed: bool
    mentions: list[str]
    profile_id: int | None = None


def write(actor: Actor, profile_id: int, text: str) -> int:
    """Write a note about a person; returns its number. Needs ``people.write``. `WrongUse` for an
    empty or too long one, `NotFound` for nobody."""
    actor.require("people.write")
    text, anchor, now = _read(text), anchor_of(profile_id), clock.now()
    with transaction.atomic():
        note = Note.objects.create(identifier_id=anchor, at=now, member_id=actor.member_id)
        _say(note, text, actor, now)
        audit(actor, "notes.write", f"note {note.pk}")
    return note.pk


def change(actor: Actor, note_id: int, text: str) -> None:
    """Say it otherwise; the earlier text stays as history. Needs ``people.write``, and for somebody
    else's note ``people.set_up``."""
    text = _read(text)
    with transaction.atomic():
        note = _mine(actor, note_id)
        _say(note, text, actor, clock.now())
        audit(actor, "notes.change", f"note {note.pk}")


def remove(actor: Actor, note_id: int) -> None:
    """Take a note away; `put_back` brings it again. Rights as for `change`."""
    with transaction.atomic():
        note = _mine(actor, note_id)
        note.removed_at, note.removed_by_id = clock.now(), actor.member_id
        note.save(update_fields=["removed_at", "removed_by"])
        audit(actor, "notes.remove", f"note {note.pk}")


def put_back(actor: Actor, note_id: int) -> None:
    """Bring a removed note again. Rights as for `change`."""
    with transaction.atomic():
        note = _mine(actor, note_id, is_removed=True)
        note.removed_at = note.removed_by = None
        note.save(update_fields=["removed_at", "removed_by"])
        audit(actor, "notes.put_back", f"note {note.pk}")


def of(profile_id: int, actor: Actor | None = None) -> list[Written]:
    """A person's notes, the latest first."""
    rows = Note.objects.filter(identifier__in=identifiers_of(profile_id), removed_at=None)
    return _written(rows.order_by("-at", "-pk"), actor)


def mentioning(actor: Actor, most: int = 30) -> list[Written]:
    """The latest notes that ask this member to read them. Needs ``people.see``."""
    actor.require("people.see")
    rows = Note.objects.filter(mentions__member=actor.member_id, removed_at=None)
    return _written(rows.order_by("-at", "-pk")[:most], actor)


def _written(notes: Iterable[Note], actor: Actor | None) -> list[Written]:
    rows = list(notes)
    texts: dict[int, list[NoteText]] = {}
    for one in NoteText.objects.filter(note__in=rows).order_by("pk"):
        texts.setdefault(one.note_id, []).append(one)
    named: dict[int, list[str]] = {}
    for mention in Mention.objects.filter(note__in=rows).select_related("member"):
        named.setdefault(mention.note_id, []).append(str(mention.member))
    members = Member.objects.in_bulk({one.member_id for one in rows if one.member_id})
    people = people_of(one.identifier_id for one in rows)
    return [
        Written(
            one.pk, texts[one.pk][-1].text, one.at, str(members.get(one.member_id or 0, "")),
            actor is not None and one.member_id == actor.member_id, len(texts[one.pk]) > 1,
            named.get(one.pk, []), people.get(one.identifier_id),
        )
        for one in rows
        if one.pk in texts
    ]  # fmt: skip


def _mine(actor: Actor, note_id: int, *, is_removed: bool = False) -> Note:
    actor.require("people.write")
    rows = Note.objects.filter(removed_at__isnull=not is_removed)
    note = rows.filter(pk=note_id if 0 < note_id < 2**63 else 0).first()
    if note is None:
        raise NotFound(told("There is no such note."))
    if note.member_id != actor.member_id and not actor.may("people.set_up"):
        raise NotAllowed(told("This is somebody else's note. Ask them, or the owner."))
    return note


def _say(note: Note, text: str, actor: Actor, at: datetime) -> None:
    NoteText.objects.create(note=note, text=text, at=at, member_id=actor.member_id)
    wanted = {one.rstrip(".").casefold() for one in _MENTION.findall(text)}
    found = [one for one in Member.objects.filter(is_active=True) if _names(one) & wanted]
    Mention.objects.filter(note=note).delete()
    Mention.objects.bulk_create(Mention(note=note, member=one) for one in found)


def _names(member: Member) -> set[str]:
    names = {member.email.partition("@")[0].casefold(), member.email.casefold()}
    return names | set(member.name.casefold().split()[:1])


def _read(text: str) -> str:
    text = _CONTROLS.sub(" ", text).strip()
    if not text:
        raise WrongUse(told("Write something."))
    if len(text) > _LONGEST:
        raise WrongUse(told("A note has at most 4,000 letters."))
    return text
