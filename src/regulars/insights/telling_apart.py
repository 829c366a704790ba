"""How to tell people in a list apart: namesakes by what differs, and nameless ones by what they are
known by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count

from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.insights.models import Score
from regulars.insights.people import latest_run
from regulars.profiles.folding import fold
from regulars.profiles.models import Card
from regulars.profiles.records import Record, Records
from regulars.sources.files.identifiers import INNER_KINDS, kind_rank
from regulars.sources.live import standing_ids

_PARTS = ("email", "phone", "town", "last_on")


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside somebody's name, as far as it differs from their namesakes'; ``number`` is
    told where nothing else does. Of whoever has no name: ``kind`` and ``value`` of an identifier,
    none where only their number is theirs."""

    email: str = ""
    phone: str = ""
    town: str = ""
    last_on: date | None = None
    number: int | None = None
    kind: str = ""
    value: str = ""


def beside(actor: Actor, people: Iterable[int]) -> dict[int, Beside]:
    """Return it for those of ``people`` who share their name with somebody, or have nothing that
    they could be called by. Needs ``people.see``."""
    actor.require("people.see")
    cards = Card.objects.in_bulk(list(people))
    nameless = [one.pk for one in cards.values() if not (one.name or one.email or one.phone)]
    return _identified(nameless) | _apart([one for one in cards.values() if one.name])


def _identified(nameless: list[int]) -> dict[int, Beside]:
    links = Link.objects.filter(profile_id__in=nameless).select_related("identifier")
    found: dict[int, tuple[int, int, str, str]] = {}
    for link in links:
        one = link.identifier
        place = (kind_rank(one.kind), one.pk, one.kind, one.value)
        if one.kind not in INNER_KINDS:
            found[link.profile_id] = min(place, found.get(link.profile_id, place))
    return {
        number: Beside(number=number, kind=found[number][2], value=found[number][3])
        if number in found
        else Beside(number=number)
        for number in nameless
    }


def _apart(cards: list[Card]) -> dict[int, Beside]:
    alike = Counter(fold(one.name) for one in cards)
    # The other one may stand on another page of the list.
    rows = Card.objects.filter(name__in={one.name for one in cards}).order_by()
    counted = rows.values("name").annotate(n=Count("pk")).filter(n__gt=1)
    elsewhere = set(counted.values_list("name", flat=True))
    namesakes = [one for one in cards if alike[fold(one.name)] > 1 or one.name in elsewhere]
    if not namesakes:
        return {}
    known = _known(namesakes)
    groups: dict[str, list[int]] = defaultdict(list)
    for one in namesakes:
        groups[fold(one.name)].append(one.pk)
    return {
        number: _differing(number, [known[one] for one in group], known[number])
        for group in groups.values()
        for number in group
    }


def _known(cards: list[Card]) -> dict[int, Beside]:
    numbers = [one.pk for one in cards]
    run, towns = latest_run(), _towns(numbers)
    scores = Score.objects.filter(run=run.pk if run else 0, profile__in=numbers)
    seen = dict(scores.values_list("profile_id", "last_order_on"))
    return {
        one.pk: Beside(one.email, one.phone, towns.get(one.pk, ""), seen.get(one.pk))
        for one in cards
    }


def _towns(numbers: list[int]) -> dict[int, str]:
    links = Link.objects.filter(profile_id__in=numbers)
    owner = dict(links.values_list("identifier_id", "profile_id"))
    told: dict[int, list[Record]] = defaultdict(list)
    for identifier, records in Records(standing_ids()).of(owner).items():
        told[owner[identifier]] += [one for one in records if one.traits.get("city")]
    return {
        number: max(records, key=lambda one: one.weight).traits["city"]
        for number, records in told.items()
        if records
    }


def _differing(number: int, group: list[Beside], own: Beside) -> Beside:
    """``own`` without what everybody in ``group`` has alike."""
    is_alone = len(group) == 1
    same = {
        name: getattr(Beside(), name)
        for name in _PARTS
        if not is_alone and len({getattr(one, name) for one in group}) == 1
    }
    found = replace(own, **same)
    says_something = any(getattr(found, name) for name in _PARTS)
    is_unlike_all = is_alone or group.count(own) == 1
    return found if says_something and is_unlike_all else replace(found, number=number)
