"""What a member types about a person: traits, and what the person allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles import cards
from regulars.profiles.anchors import anchor_of
from regulars.profiles.consents import CHANNELS, PURPOSES
from regulars.profiles.models import TypedConsent, TypedTrait
from regulars.profiles.typed import fields
from regulars.sources.files.dates import day_first_in

STATES = ("granted", "withdrawn")
_LONGEST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Change:
    """A trait as it was typed: an earlier one is history."""

    name: str
    value: str
    at: datetime
    by: str


def say(actor: Actor, profile_id: int, given: Mapping[str, str]) -> list[str]:
    """Type traits of a person; an empty one lets the files speak again. Needs ``people.write``.

    Only what differs from what was typed last is written; returns the names of those. `NotFound`
    for a person or field that is not there, `WrongUse` for a value that does not fit its field.
    """
    actor.require("people.write")
    here = businesses.find()
    day_first = day_first_in(here.country if here else "")
    wanted = {
        key: fields.read(fields.known(key), text, day_first=day_first)
        for key, text in given.items()
    }
    anchor, now = anchor_of(profile_id), clock.now()
    with transaction.atomic():
        before = typed_of(profile_id)
        shown = {name: value for (_, name), value in before.items() if value}
        fresh = {key: value for key, value in wanted.items() if shown.get(key, "") != value}
        # What is emptied is emptied wherever it was typed; what is typed stands above all.
        places = {
            key: [anchor] if value else [of for of, name in before if name == key]
            for key, value in fresh.items()
        }
        TypedTrait.objects.bulk_create(
            TypedTrait(identifier_id=of, name=key, value=fresh[key], at=now,
                       member_id=actor.member_id)
            for key, ofs in places.items()
            for of in ofs
        )  # fmt: skip
        if fresh:
            # Which fields, never what: the trail outlives the person.
            audit(actor, "people.say", f"person {profile_id}", fields=sorted(fresh))
            cards.rebuild([profile_id])
    return sorted(fresh)


def allow(
    actor: Actor,
    profile_id: int,
    *,
    channel: str,
    state: str,
    said: str,
    purpose: str = "marketing",
) -> None:
    """Write down what a person said they allow, in their words. Needs ``people.write``.

    `WrongUse` for another channel, purpose or state, or without the words: they are the evidence.
    """
    actor.require("people.write")
    said = " ".join(said.split())
    if channel not in CHANNELS or purpose not in PURPOSES or state not in STATES:
        raise WrongUse(told("Say on which channel, for what, and whether they allow it."))
    if not said or len(said) > _LONGEST_WORDS:
        raise WrongUse(
            told("Write down what they said, in at most %(most)s letters.", most=_LONGEST_WORDS)
        )
    # Said of all they are known by: else what a file once said of one address would outlast it.
    known, now = sorted(identifiers_of(profile_id)), clock.now()
    with transaction.atomic():
        TypedConsent.objects.bulk_create(
            TypedConsent(
                identifier_id=one, channel=channel, purpose=purpose, state=state, said=said,
                at=now, member_id=actor.member_id,
            )
            for one in known
        )  # fmt: skip
        audit(
            actor, "people.allow", f"person {profile_id}",
            channel=channel, purpose=purpose, state=state,
        )  # fmt: skip
        cards.rebuild([profile_id])


def typed_of(profile_id: int) -> dict[tuple[int, str], str]:
    """(identifier, name) → what was typed last, empty values too; later ones stand behind."""
    rows = TypedTrait.objects.filter(identifier__in=identifiers_of(profile_id))
    found: dict[tuple[int, str], str] = {}
    for of, name, value in rows.order_by("at", "pk").values_list("identifier_id", "name", "value"):
        found.pop((of, name), None)
        found[of, name] = value
    return found


def history(profile_id: int, name: str) -> list[Change]:
    """What was typed into one field of a person, the latest first."""
    rows = TypedTrait.objects.filter(
        identifier__in=identifiers_of(profile_id), name=name
    ).select_related("member")
    return [
        Change(one.name, one.value, one.at, str(one.member or "")) for one in rows.order_by("-at")
    ]
