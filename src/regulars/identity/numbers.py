"""Whose number this is now: numbers that people had before lead to who they are today.

A person's number is that of their oldest identifier. After a merge the younger number is nobody's,
and after the oldest identifier was blocked a person has another; both stay an identifier's.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Min, Q

from regulars.identity.models import Link
from regulars.identity.queries import profiles_of
from regulars.sources.live import standing_ids
from regulars.sources.models import IdentifierPair, IdentifierUse

_AT_ONCE = 1000


def numbers_now(numbers: Iterable[int]) -> dict[int, int]:
    """Number → the person it leads to; a number that leads to nobody is left out."""
    wanted = sorted({one for one in numbers if 0 < one < 2**63})
    found: dict[int, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        rows = Link.objects.filter(profile_id__in=part).order_by()
        own = {one: one for one in rows.values_list("profile_id", flat=True).distinct()}
        found |= profiles_of(one for one in part if one not in own) | own
    rest = {one: _stood_beside(one) for one in wanted if one not in found}
    return found | {one: person for one, person in rest.items() if person is not None}


def number_now(number: int) -> int:
    """Return the person that ``number`` leads to, and ``number`` itself where it leads to
    nobody."""
    return numbers_now([number]).get(number, number)


def _stood_beside(identifier_id: int) -> int | None:
    """The person of a value that is in nobody now: whoever it stood beside where it was first
    told, if that is one alone. What it stood beside later may be somebody else, and the first may
    have been erased."""
    standing = standing_ids()
    uses = IdentifierUse.objects.filter(identifier=identifier_id, of_import__in=standing)
    first = uses.aggregate(first=Min("of_import"))["first"]
    if first is None:
        return None
    # Asked for with the import, SQLite would read all pairs of it.
    pairs = IdentifierPair.objects.filter(Q(low=identifier_id) | Q(high=identifier_id))
    told = pairs.values_list("low_id", "high_id", "of_import_id")
    beside = {one for *pair, of_import in told if of_import == first for one in pair}
    people = set(profiles_of(beside).values())
    return people.pop() if len(people) == 1 else None
