"""Views of the list of people: kept under a name, shared, renamed, replaced, removed, put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from regulars.accounts.actors import Actor, audit
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.pipeline import texts
from regulars.profiles.viewing.filters import Filters, of_pairs
from regulars.profiles.viewing.models import SavedView

_SHARE = "people.set_up"
_LONGEST_NAME = 80
_MOST = 100


@dataclass(frozen=True, slots=True)
class View:
    """A view as it is listed. ``is_mine``: whoever asks may change it."""

    id: int
    name: str
    filters: Filters
    is_shared: bool
    is_mine: bool
    by: str
    at: datetime
    changed_at: datetime | None

    @property
    def address(self) -> str:
        """Its query, its number with it."""
        query = self.filters.address()
        return f"{query}&view={self.id}" if query else f"view={self.id}"

    def as_json(self) -> dict[str, Any]:
        """It as programs get it, with its query."""
        return {
            "id": self.id, "name": self.name, "query": self.filters.address(),
            "is_shared": self.is_shared, "is_mine": self.is_mine, "by": self.by, "at": self.at,
            "changed_at": self.changed_at,
        }  # fmt: skip


def save(actor: Actor, name: str, filters: Filters, *, is_shared: bool = False) -> int:
    """Keep a view under a name; returns its number. Needs ``people.see``; shared with everybody,
    ``people.set_up``. `WrongUse` without a name, for one that is taken, or one too many."""
    actor.require("people.see")
    if is_shared:
        actor.require(_SHARE)
    name, now = _name(name), clock.now()
    with transaction.atomic():
        _refuse_taken(actor, name)
        if _seen(actor).count() >= _MOST:
            raise WrongUse(told("There are %(n)s views. Remove one first.", n=_MOST))
        row = SavedView.objects.create(
            name=name, query=filters.kept().pairs(), at=now, member_id=actor.member_id,
            shared_at=now if is_shared else None,
            shared_by_id=actor.member_id if is_shared else None,
        )  # fmt: skip
        audit(actor, "views.save", f"view {row.pk}", shared=is_shared)
    return row.pk


def rename(actor: Actor, view_id: int, name: str) -> None:
    """Give a view another name. For whoever made it; a shared one needs ``people.set_up``.
    `NotFound`, `NotAllowed`, `WrongUse`."""
    name = _name(name)
    with transaction.atomic():
        row = _mine(actor, view_id)
        _refuse_taken(actor, name, but=row.pk)
        row.name = name
        _change(actor, row, "views.rename", "name")


def replace(actor: Actor, view_id: int, filters: Filters) -> None:
    """Have a view show something else from now on. Rights as for `rename`."""
    with transaction.atomic():
        row = _mine(actor, view_id)
        row.query = filters.kept().pairs()
        _change(actor, row, "views.replace", "query")


def share(actor: Actor, view_id: int, *, is_shared: bool) -> None:
    """Share a view with everybody, or no longer. Needs ``people.set_up``."""
    actor.require(_SHARE)
    with transaction.atomic():
        row = _mine(actor, view_id)
        row.shared_at = clock.now() if is_shared else None
        row.shared_by_id = actor.member_id if is_shared else None
        _change(actor, row, "views.share", "shared_at", "shared_by")


def change(
    actor: Actor, view_id: int, *,
    name: str | None = None, filters: Filters | None = None, is_shared: bool | None = None,
) -> View:  # fmt: skip
    """Do what is named of `rename`, `replace` and `share`, or nothing; returns the view as it is
    now, which may be somebody else's own again. Needs ``people.see`` and what each needs."""
    with transaction.atomic():
        get(actor, view_id)
        if name is not None:
            rename(actor, view_id, name)
        if filters is not None:
            replace(actor, view_id, filters)
        if is_shared is not None:
            share(actor, view_id, is_shared=is_shared)
        return _view(actor, SavedView.objects.select_related("member").get(pk=view_id))


def remove(actor: Actor, view_id: int) -> None:
    """Take a view away; `put_back` brings it again. Rights as for `rename`."""
    with transaction.atomic():
        row = _mine(actor, view_id)
        row.removed_at, row.removed_by_id = clock.now(), actor.member_id
        _change(actor, row, "views.remove", "removed_at", "removed_by")


def put_back(actor: Actor, view_id: int) -> None:
    """Bring a removed view again. Rights as for `rename`."""
    with transaction.atomic():
        row = _mine(actor, view_id, is_removed=True)
        _refuse_taken(actor, row.name)
        row.removed_at = row.removed_by = None
        _change(actor, row, "views.put_back", "removed_at", "removed_by")


def listing(actor: Actor) -> list[View]:
    """One's own views and the shared ones, by name. Needs ``people.see``."""
    actor.require("people.see")
    rows = _seen(actor).select_related("member").order_by("name", "pk")
    return [_view(actor, one) for one in rows]


def get(actor: Actor, view_id: int) -> View:
    """One view. Needs ``people.see``; `NotFound` where there is none that one may see."""
    actor.require("people.see")
    return _view(actor, _find(actor, view_id))


def by_name(actor: Actor, name: str) -> View:
    """The view of that name, one's own first. Needs ``people.see``; `NotFound`."""
    found = [one for one in listing(actor) if one.name.casefold() == name.strip().casefold()]
    found.sort(key=lambda one: (one.is_shared, one.id))
    if not found:
        raise NotFound(told("There is no view %(name)s.", name=repr(name[:_LONGEST_NAME])))
    return found[0]


def _seen(actor: Actor, *, is_removed: bool = False) -> QuerySet[SavedView]:
    rows = SavedView.objects.filter(removed_at__isnull=not is_removed)
    return rows.filter(Q(member_id=actor.member_id) | Q(shared_at__isnull=False))


def _find(actor: Actor, view_id: int, *, is_removed: bool = False) -> SavedView:
    rows = _seen(actor, is_removed=is_removed).select_related("member")
    found = rows.filter(pk=view_id if 0 < view_id < 2**63 else 0).first()
    if found is None:
        raise NotFound(told("There is no such view."))
    return found


def _mine(actor: Actor, view_id: int, *, is_removed: bool = False) -> SavedView:
    actor.require("people.see")
    row = _find(actor, view_id, is_removed=is_removed)
    if not _may_change(actor, row):
        raise NotAllowed(told("This view is everybody's. Ask the owner, or keep one of your own."))
    return row


def _may_change(actor: Actor, row: SavedView) -> bool:
    return actor.may(_SHARE) if row.shared_at else row.member_id == actor.member_id


def _change(actor: Actor, row: SavedView, verb: str, *fields: str) -> None:
    row.changed_at, row.changed_by_id = clock.now(), actor.member_id
    row.save(update_fields=[*fields, "changed_at", "changed_by"])
    audit(actor, verb, f"view {row.pk}")


def _name(text: str) -> str:
    name = texts.line(text, _LONGEST_NAME, told("The name"))
    if not name:
        raise WrongUse(told("Give the view a name."))
    return name


def _refuse_taken(actor: Actor, name: str, *, but: int | None = None) -> None:
    wanted = name.casefold()
    if any(one.name.casefold() == wanted and one.pk != but for one in _seen(actor)):
        raise WrongUse(told("There is a view %(name)s already.", name=name))


def _view(actor: Actor, row: SavedView) -> View:
    return View(
        row.pk, row.name, of_pairs(row.query), row.shared_at is not None,
        _may_change(actor, row), str(row.member or ""), row.at, row.changed_at,
    )  # fmt: skip
