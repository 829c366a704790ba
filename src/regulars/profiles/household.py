"""A household as one: what those who live together spent and think, by the figures of one person.

It is whoever `relations` ties by ``household``, directly or through others.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.accounts.actors import Actor
from regulars.identity.queries import identifiers_of
from regulars.profiles import doings
from regulars.profiles.hanging import relations
from regulars.profiles.models import Card
from regulars.profiles.person import Totals, totals_of

# More than live under one roof; a home for the elderly is no household.
MOST = 20
_OPINIONS = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One of them."""

    profile_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Household:
    """Its members, the person asked about first; the sums over them all, events left out; and the
    latest that any of them said."""

    members: list[Member]
    totals: Totals
    feedback: list[doings.Opinion]


def of(actor: Actor, profile_id: int) -> Household | None:
    """Return the household of a person, ``None`` for somebody who lives with nobody here. Needs
    ``people.see``; money is ``None`` without ``people.see_money``."""
    actor.require("people.see")
    people = _members(profile_id)
    if len(people) < 2:
        return None
    identifiers = frozenset(one for number in people for one in identifiers_of(number))
    did = doings.of(identifiers, most_events=0)
    totals = totals_of(did)
    if not actor.may("people.see_money"):
        totals.spent_minor = None
    names = dict(Card.objects.filter(pk__in=people).values_list("pk", "name"))
    members = [Member(number, names.get(number, "")) for number in people]
    return Household(members, totals, did.feedback[:_OPINIONS])


def _members(profile_id: int) -> list[int]:
    """Who lives together, from one person on, the nearest first."""
    found = [profile_id]
    for number in found:
        for one in relations.of(number):
            far = one.profile_id
            if one.kind == "household" and far is not None and far not in found:
                if len(found) == MOST:
                    return found
                found.append(far)
    return found
