"""What people are called in a list and at the top of a page, and what tells namesakes apart."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from regulars.accounts import locales
from regulars.identity.rules import family
from regulars.insights.telling_apart import Beside
from regulars.sources.files.identifiers import kind_rank
from regulars.web.templatetags.figures import identifier_words

register = template.Library()
_ENDING, _LONGEST = 4, 60


@register.simple_tag
def called_by(one: Any, number: int, beside: dict[int, Beside]) -> str:
    """The name of somebody in a list, or whatever else they are known by; never empty."""
    known = beside.get(number)
    label = _labelled(number, known.kind, known.value) if known else nameless(number)
    return _own(one) or label


@register.filter
def person_name(person: Any) -> str:
    """The name at the top of a person's pages, or whatever else they are known by."""
    parts = [(_part(one, "kind"), _part(one, "value")) for one in _part(person, "identifiers")]
    known = sorted(parts, key=lambda one: kind_rank(one[0]))
    kind, value = known[0] if known else ("", "")
    return _own(person) or _labelled(_part(person, "profile_id"), kind, value)


@register.filter
def nameless(number: int) -> str:
    """Somebody of whom nothing is known that they could be called by."""
    return _("Without a name, no. %(n)s") % {"n": number}


@register.filter
def told_apart(known: Beside | None) -> str:
    """What somebody has that their namesakes do not; nothing for whoever has none."""
    if known is None or known.kind:
        return ""
    parts = [known.email]
    if known.phone:
        parts.append(_("phone …%(end)s") % {"end": known.phone[-_ENDING:]})
    return " · ".join(filter(None, [*parts, told_further(known)]))


@register.filter
def told_further(known: Beside | None) -> str:
    """The same without an address and a telephone number, where those are shown for everybody."""
    if known is None or known.kind:
        return ""
    parts = [known.town]
    if known.last_on:
        parts.append(_("last seen %(day)s") % {"day": locales.day(known.last_on)})
    if known.number is not None:
        parts.append(_("no. %(n)s") % {"n": known.number})
    return " · ".join(filter(None, parts))


def _own(one: Any) -> str:
    return next(filter(None, (_part(one, name) for name in ("name", "email", "phone"))), "") or ""


def _labelled(number: int, kind: str, value: str) -> str:
    if not kind:
        return nameless(number)
    if family(kind) == "anonymous_id":
        return _("Visitor of the website, no. %(n)s") % {"n": number}
    return f"{identifier_words(kind)} {value[:_LONGEST]}"


def _part(one: Any, name: str) -> Any:
    return one.get(name) if isinstance(one, dict) else getattr(one, name)
