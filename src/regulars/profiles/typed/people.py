"""A person written down by hand, and an address or a number learnt later.

They land like what a program sends: under one import a month of a source of their own, so that they
count, join and are undone like everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.identity.models import ProfileChange
from regulars.identity.queries import profiles_of
from regulars.identity.resolving import resolve_near
from regulars.jobs import leases
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles import cards, person
from regulars.profiles.anchors import anchor_of
from regulars.sources import forgetting
from regulars.sources.files.identifiers import MADE_UP, in_order, normaliser
from regulars.sources.intake.landing import stream_of
from regulars.sources.landing.identifiers import IdentifierBook
from regulars.sources.models import Identifier, Import, Source

HAND = "hand"
BY_HAND = told("Written down by hand")
KINDS = ("email", "phone", "card")
_WAIT_SECONDS = 30.0
Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """Who was written down; ``was_known``: an address or number was somebody's already, and it is
    their page; ``is_shared``: several people have it, so it joins nobody; ``replaced``: trait →
    what stood there of somebody known and is history now."""

    profile_id: int
    was_known: bool
    is_shared: bool = False
    replaced: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """It as programs get it."""
        return {
            "id": self.profile_id, "was_known": self.was_known, "replaced": dict(self.replaced),
        }  # fmt: skip


def add(actor: Actor, given: Mapping[str, str]) -> Written:
    """Write a person down. Needs ``people.write``. ``given``: any of email, phone, card, and traits
    (see `typed.fields`), which also stand from then on for somebody who was known. `WrongUse` for
    an address or number that cannot be one, or nothing at all.
    """
    from regulars.profiles.typed import saying

    actor.require("people.write")
    named = _named(given)
    traits = {key: text for key, text in given.items() if key not in KINDS and text.strip()}
    if not named and not traits:
        raise WrongUse(told("Write down a name, an address or a number."))
    group = in_order(named) or ((MADE_UP, uuid4().hex),)
    with leases.hold(leases.IDENTITY, wait_seconds=_WAIT_SECONDS), transaction.atomic():
        known = Identifier.objects.filter(value__in=[value for _, value in group])
        was_known = bool(profiles_of(one.pk for one in known if (one.kind, one.value) in group))
        number = _land(group)
        is_shared = not profiles_of([number])
        if is_shared:
            # What several people have joins nobody; whoever is written down is somebody still.
            own = (MADE_UP, uuid4().hex)
            number = _land((*group, own), own)
        profile_id = profiles_of([number])[number]
        before = person.counting(profile_id) if was_known else {}
        if traits:
            saying.say(actor, profile_id, traits)
        audit(actor, "people.add", f"person {profile_id}", kinds=sorted(dict(named)))
        now = person.counting(profile_id) if was_known else {}
    replaced = {
        key: was for key, was in before.items() if key in traits and was and was != now[key]
    }
    return Written(profile_id, was_known, is_shared, replaced)


def learn(actor: Actor, profile_id: int, kind: str, text: str) -> Written:
    """Write down an address or a number of a person who is known. Needs ``people.write``.

    Somebody else's with the same value becomes one with them, by the rules of identity; a split
    takes that back. `WrongUse` where it cannot be one, `NotFound` for nobody.
    """
    actor.require("people.write")
    named = _named({kind: text} if kind in KINDS else {})
    if not named:
        raise WrongUse(told("Write down an e-mail address, a telephone number or a card."))
    with leases.hold(leases.IDENTITY, wait_seconds=_WAIT_SECONDS), transaction.atomic():
        anchor = Identifier.objects.get(pk=anchor_of(profile_id))
        theirs = profiles_of(
            Identifier.objects.filter(kind=kind, value=named[0][1]).values_list("pk", flat=True)
        )
        told_of = _land(in_order([(anchor.kind, anchor.value), *named]), named[0])
        audit(actor, "people.learn", f"person {profile_id}", kind=kind)
        now, is_shared = profiles_of([anchor.pk])[anchor.pk], not profiles_of([told_of])
    return Written(now, bool(set(theirs.values()) - {profile_id}), is_shared)


def _named(given: Mapping[str, str]) -> list[Named]:
    region = businesses.get().country
    found = []
    for kind in KINDS:
        text = given.get(kind, "").strip()
        if not text:
            continue
        value = normaliser(kind, region)(text)
        if value is None:
            raise WrongUse(told("%(text)s cannot be reached or told apart.", text=text[:80]))
        found.append((kind, value))
    without = forgetting.sieve()
    if without is not None and without.is_forgotten(found):
        raise WrongUse(told("They were erased. The owner can let them come back."))
    return found


def _land(group: tuple[Named, ...], wanted: Named | None = None) -> int:
    """Write identifiers that belong together, bring people in line, and return the number of the
    one that is ``wanted``: the anchor's, if none is named."""
    book = IdentifierBook(_run().pk)
    book.write([group])
    number = book.number(wanted or group[0])
    assert number is not None
    resolution = resolve_near([number])
    ProfileChange.objects.bulk_create(
        ProfileChange(profile_number=one) for one in sorted(resolution.changed | resolution.gone)
    )
    cards.rebuild(resolution.changed, resolution.gone)
    return number


def _run() -> Import:
    source, _ = Source.objects.get_or_create(
        namespace=HAND, defaults={"name": BY_HAND, "kind": HAND}
    )
    return stream_of(source, f"{clock.now():%Y-%m}")
