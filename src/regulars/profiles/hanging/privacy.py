"""How notes, tasks, files and relations are given out and forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.hanging import files
from regulars.profiles.hanging.models import (
    Mention,
    Note,
    NoteText,
    PersonFile,
    Relation,
    Task,
)
from regulars.sources.naming import naming_of
from regulars.sources.privacy import delete_rows, exported

Ids = frozenset[int]
NOT_PERSONAL: dict[str, str] = {}
_ERASED = told("Until you erase the person, or take it away.")
_LEFT_OUT = "(named the person; left out)"


def _notes(own: Ids) -> QuerySet[Note]:
    return Note.objects.filter(identifier__in=own)


def _texts(own: Ids) -> QuerySet[NoteText]:
    return NoteText.objects.filter(note__in=_notes(own))


def _erase_texts(own: Ids) -> int:
    """Theirs go; notes about others that name them lose what names them."""
    count, sought = delete_rows(_texts(own)), naming_of(own)
    for row in NoteText.objects.order_by("pk").iterator():
        if sought.in_text(row.text):
            row.text = _LEFT_OUT
            row.save(update_fields=["text"])
            count += 1
    return count


def _erase_tasks(own: Ids) -> int:
    count, sought = delete_rows(Task.objects.filter(identifier__in=own)), naming_of(own)
    for row in Task.objects.order_by("pk").iterator():
        if sought.in_text(row.what):
            row.what = _LEFT_OUT
            row.save(update_fields=["what"])
            count += 1
    return count


def _relations(own: Ids) -> QuerySet[Relation]:
    return Relation.objects.filter(Q(one__in=own) | Q(other__in=own))


def _mentions(own: Ids) -> Iterator[Mapping[str, Any]]:
    return exported(Mention.objects.filter(note__in=_notes(own)))


HANDLERS = (
    PrivacyHandler(
        "profiles_note",
        lambda own, _: exported(_notes(own)),
        lambda own, _: delete_rows(_notes(own)),
        Kept(told("That your team wrote notes about people"), told("To remember."), _ERASED),
    ),
    PrivacyHandler(
        "profiles_notetext",
        lambda own, _: exported(_texts(own)),
        lambda own, _: _erase_texts(own),
        Kept(told("What the notes say, and said before"), told("To remember."), _ERASED),
    ),
    PrivacyHandler(
        "profiles_mention",
        lambda own, _: _mentions(own),
        lambda own, _: delete_rows(Mention.objects.filter(note__in=_notes(own))),
        Kept(told("Who of your team is to read a note"), told("To tell each other."), _ERASED),
    ),
    PrivacyHandler(
        "profiles_task",
        lambda own, _: exported(Task.objects.filter(identifier__in=own)),
        lambda own, _: _erase_tasks(own),
        Kept(told("What is to be done about people"), told("Not to forget it."), _ERASED),
    ),
    PrivacyHandler(
        "profiles_personfile",
        lambda own, _: exported(PersonFile.objects.filter(identifier__in=own)),
        lambda own, _: files.forget(PersonFile.objects.filter(identifier__in=own)),
        Kept(told("Files kept with people"), told("To have them at hand."), _ERASED),
    ),
    PrivacyHandler(
        "profiles_relation",
        lambda own, _: exported(_relations(own)),
        lambda own, _: delete_rows(_relations(own)),
        Kept(
            told("Who lives, works or belongs with whom"),
            told("To know whom one greets with them."),
            _ERASED,
        ),
    ),
)
