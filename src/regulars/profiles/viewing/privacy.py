"""How views, tags and changes to many people are given out and forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.viewing.models import BulkEdit, SavedView, Tag, Tagging
from regulars.sources.naming import Naming, naming_of
from regulars.sources.privacy import delete_rows, exported

Ids = frozenset[int]
_LEFT_OUT = "(named the person; left out)"


def _tags(own: Ids) -> Iterator[Mapping[str, Any]]:
    rows = Tagging.objects.filter(identifier__in=own)
    return exported(Tag.objects.filter(pk__in=rows.values("tag")))


def _erase_tags(own: Ids) -> int:
    """A tag that names the person is a tag no more."""
    count, sought = 0, naming_of(own)
    for row in Tag.objects.order_by("pk").iterator():
        if sought.in_own_text(row.name):
            row.name, row.folded = _LEFT_OUT, f"({row.pk})"
            row.save(update_fields=["name", "folded"])
            count += 1
    return count


def _erase_views(own: Ids) -> int:
    count, sought = 0, naming_of(own)
    for row in SavedView.objects.order_by("pk").iterator():
        query, is_named = _without(sought, row.query), sought.in_own_text(row.name)
        if query != row.query or is_named:
            row.query, row.name = query, _LEFT_OUT if is_named else row.name
            row.save(update_fields=["query", "name"])
            count += 1
    return count


def _erase_edits(own: Ids, people: Ids) -> int:
    # A number from before a merge is still that of an identifier of theirs.
    count, sought, had = 0, naming_of(own), own | people
    for row in BulkEdit.objects.order_by("pk").iterator():
        chosen = [one for one in row.chosen if one not in had] if row.chosen else row.chosen
        query = _without(sought, row.query)
        if (chosen, query) != (row.chosen, row.query):
            row.chosen, row.query = chosen, query
            row.save(update_fields=["chosen", "query"])
            count += 1
    return count


def _without(sought: Naming, query: list[list[str]]) -> list[list[str]]:
    return [pair for pair in query if not sought.in_own_text(pair[1])]


def _export_edits(had: Ids) -> Iterator[Mapping[str, Any]]:
    for row in BulkEdit.objects.exclude(chosen=None).order_by("pk").iterator():
        if had.intersection(row.chosen or ()):
            yield {"id": row.pk, "verb": row.verb, "tag_id": row.tag_id, "at": row.at.isoformat()}


HANDLERS = (
    PrivacyHandler(
        "profiles_tag",
        lambda own, _: _tags(own),
        lambda own, _: _erase_tags(own),
        Kept(
            told("The words your team marks people with"),
            told("To find those who have something in common."),
            told("Until nobody needs them."),
        ),
    ),
    PrivacyHandler(
        "profiles_savedview",
        lambda _own, _: iter(()),
        lambda own, _: _erase_views(own),
        Kept(
            told("What your team searched for and kept as views"),
            told("To find them again."),
            told("Until the view is removed, or the person it names is erased."),
        ),
    ),
    PrivacyHandler(
        "profiles_bulkedit",
        lambda own, people: _export_edits(own | people),
        _erase_edits,
        Kept(
            told("What was done to many people at once"),
            told("To undo it."),
            told("Until you erase the person."),
        ),
    ),
    PrivacyHandler(
        "profiles_tagging",
        lambda own, _: exported(Tagging.objects.filter(identifier__in=own)),
        lambda own, _: delete_rows(Tagging.objects.filter(identifier__in=own)),
        Kept(
            told("Who has which tag, and had it before"),
            told("To find those who have something in common."),
            told("Until you erase the person."),
        ),
    ),
)
