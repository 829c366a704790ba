"""What every page's frame needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulars import sectors
from regulars.accounts import business
from regulars.accounts.actors import of_member

# Word, address, permission; the order is the data's path.
_MENU = (
    (_("Today"), "today", "today.see"),
    (_("People"), "people", "people.see"),
    (_("Voices"), "voices", "people.see"),
    (_("Insights"), "insights", "metrics.see"),
    (_("Sources"), "sources", "imports.see"),
    (_("Settings"), "settings", None),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the menu."""

    word: Any
    path: str
    is_here: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """The business, the menu for this member's role, what the member may do, and what a person, an
    order or a place is called in this trade."""
    user = getattr(request, "user", None)
    here = business.find()
    if user is None or not user.is_authenticated:
        return {"business": here, "menu": ()}
    actor = of_member(user, "page")
    menu = [
        Entry(word, path, _is_here(request.path, path))
        for word, name, permission in _MENU
        if permission is None or actor.may(permission)
        for path in (reverse(name),)
    ]
    words = sectors.pack(here.sector).words if here else {}
    return {"business": here, "menu": menu, "actor": actor, "called": words}


def _is_here(current: str, path: str) -> bool:
    # What hangs on the first page has an address of its own.
    return current == path or current.startswith("/today/" if path == "/" else path)
