"""What is known of everybody, as matching compares it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from regulars.identity.models import Link
from regulars.profiles.models import Card
from regulars.profiles.records import Record, Records
from regulars.sources.live import standing_ids

_COMPARED = ("first_name", "last_name", "name", "birthday", "street", "city", "postcode")
_AT_ONCE = 2_000


def everybody() -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each person who has a name, with what the weightiest records say of them."""
    records = Records(standing_ids())
    people = iter(Card.objects.order_by("pk").values_list("pk", "email", "phone").iterator())
    while part := list(islice(people, _AT_ONCE)):
        told = _told([number for number, _, _ in part], records)
        for number, email, phone in part:
            found = _weightiest(told.get(number, []))
            if found:
                yield number, found | {"email": email, "phone": phone}


def of_people(numbers: list[int]) -> dict[int, dict[str, str]]:
    """The same for some people, those without a name too."""
    told = _told(numbers, Records(standing_ids()))
    shown = {
        number: (email, phone)
        for number, email, phone in Card.objects.filter(pk__in=numbers).values_list(
            "pk", "email", "phone"
        )
    }
    return {
        number: _weightiest(told.get(number, [])) | {"email": email, "phone": phone}
        for number, (email, phone) in shown.items()
    }


def _told(numbers: list[int], records: Records) -> dict[int, list[Record]]:
    owner = dict(
        Link.objects.filter(profile_id__in=numbers).values_list("identifier_id", "profile_id")
    )
    told: dict[int, list[Record]] = {}
    for identifier, found in records.of(owner).items():
        told.setdefault(owner[identifier], []).extend(found)
    return told


def _weightiest(told: list[Record]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in sorted(told, key=lambda record: record.weight, reverse=True):
        for name in _COMPARED:
            if value := one.traits.get(name):
                found.setdefault(name, value)
    return found
