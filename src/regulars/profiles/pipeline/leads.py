"""Leads: written down, changed, in touch with, taken away; and whose person each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Min

from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Member
from regulars.identity.queries import identifiers_of, profiles_of
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import anchor_of, person_of
from regulars.profiles.pipeline import stages, texts
from regulars.profiles.pipeline.models import Lead, LeadContact, LeadMove, Stage
from regulars.sources.models import Identifier

_MONEY = "people.see_money"
_POINTERS = {"person_id": "anchor_id", "owner_id": "owner_id"}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a lead. ``person_id`` and ``owner_id`` are a person's and a member's."""

    title: str = ""
    person_id: int | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    value_minor: int | None = None
    probability: int | None = None
    source: str = ""
    next_step: str = ""
    next_on: date | None = None
    owner_id: int | None = None
    note: str = ""


def add(
    actor: Actor, said: Told, *, pipeline_id: int | None = None, stage_id: int | None = None
) -> Lead:
    """Write a lead down, on top of a stage: the first open one unless named. Needs ``leads.work``;
    a value needs ``people.see_money``. `WrongUse` without any word for it, or for an unknown stage
    or member, `NotFound` for an unknown person."""
    actor.require("leads.work")
    if said.value_minor is not None:
        actor.require(_MONEY)
    pipeline = stages.get(pipeline_id) if pipeline_id is not None else stages.listing(actor)[0]
    into = stages.stage(pipeline.pk, stage_id) if stage_id is not None else first_open(pipeline.pk)
    if into.kind == stages.LOST:
        raise WrongUse(told("A lead begins in a stage that is not lost."))
    with transaction.atomic():
        return put(actor, Lead(**checked(said)), into)


def put(actor: Actor, lead: Lead, into: Stage) -> Lead:
    """Put a checked lead on top of a stage, inside the caller's transaction."""
    now, into = clock.now(), stages.hold(into.pk)
    lead.pipeline_id, lead.stage, lead.place = into.pipeline_id, into, top_of(into.pk)
    lead.entered_at = lead.made_at = now
    lead.made_by_id = actor.member_id
    lead.save(force_insert=True)
    LeadMove.objects.create(
        lead=lead, at=now, member_id=actor.member_id, to_stage=into, to_place=lead.place
    )
    audit(actor, "lead.add", f"lead {lead.pk}")
    return lead


def top_of(stage_id: int) -> int:
    """The place above everything in a stage."""
    least = Lead.objects.filter(stage_id=stage_id).order_by().aggregate(least=Min("place"))["least"]
    return 0 if least is None else least - 1


def first_open(pipeline_id: int) -> Stage:
    """The first open stage of a pipeline: where new leads begin."""
    rows = Stage.objects.filter(pipeline_id=pipeline_id, kind=stages.OPEN, taken_away_at=None)
    return rows.order_by("place", "pk")[0]


def change(actor: Actor, lead_id: int, said: Told) -> Lead:
    """Say a lead anew, but for where it stands. Needs ``leads.work``; without ``people.see_money``
    its value stays as it is. `NotFound`, `WrongUse` as for `add`."""
    actor.require("leads.work")
    with transaction.atomic():
        lead = get(lead_id, lock=True)
        if not actor.may(_MONEY):
            said = replace(said, value_minor=lead.value_minor)
        return _write(actor, lead, _columns(lead, said))


def change_some(actor: Actor, lead_id: int, some: Mapping[str, Any]) -> Lead:
    """Say some of a lead anew, by the names of `Told`; the rest stays as it is. Needs
    ``leads.work``; a value needs ``people.see_money``. `NotFound`, `WrongUse` as for `add`."""
    actor.require("leads.work")
    if "value_minor" in some:
        actor.require(_MONEY)
    # Read anew they might be refused or become another: a member who left, a person by an address.
    kept = {name: column for name, column in _POINTERS.items() if name not in some}
    with transaction.atomic():
        lead = get(lead_id, lock=True)
        said: dict[str, Any] = dict.fromkeys(kept) | {**some}
        now = _columns(lead, replace(said_of(lead), **said))
        for column in kept.values():
            del now[column]
        return _write(actor, lead, now)


def _columns(lead: Lead, said: Told) -> dict[str, Any]:
    # What was kept before addresses were looked at does not stand in the way of the rest.
    now = checked(said, kept_email=lead.email)
    if lead.anchor_id and person_of(lead.anchor_id) == said.person_id:
        # A split later on parts what hangs on which; another anchor would part it elsewhere.
        now["anchor_id"] = lead.anchor_id
    return now


def _write(actor: Actor, lead: Lead, now: Mapping[str, Any]) -> Lead:
    changed = sorted(name for name, value in now.items() if getattr(lead, name) != value)
    for name in changed:
        setattr(lead, name, now[name])
    if changed:
        lead.save(update_fields=changed)
        audit(actor, "lead.change", f"lead {lead.pk}", fields=changed)
    return lead


def touch(actor: Actor, lead_id: int, words: str = "") -> LeadContact:
    """Note that somebody was in touch about a lead, now. Needs ``leads.work``."""
    actor.require("leads.work")
    said = texts.line(words, 500, told("What was said"))
    with transaction.atomic():
        lead = get(lead_id, lock=True)
        row = LeadContact.objects.create(
            lead=lead, at=clock.now(), member_id=actor.member_id, words=said
        )
        audit(actor, "lead.touch", f"lead {lead.pk}")
    return row


def remove(actor: Actor, lead_id: int) -> None:
    """Take a lead away for good, with its moves and what its form brought. Needs
    ``leads.set_up``."""
    actor.require("leads.set_up")
    with transaction.atomic():
        lead = get(lead_id, lock=True)
        audit(actor, "lead.remove", f"lead {lead.pk}")
        lead.delete()


def get(lead_id: int, *, lock: bool = False) -> Lead:
    """One lead with its stage; `NotFound` where there is none. ``lock`` holds it until the
    transaction ends."""
    number = texts.number(lead_id)
    if lock:
        # Alone: beside its stage, PostgreSQL takes a lead that moved while we waited for no row.
        Lead.objects.select_for_update().filter(pk=number).values_list("pk").first()
    found = Lead.objects.select_related("stage", "pipeline", "owner").filter(pk=number).first()
    if found is None:
        raise NotFound(told("There is no lead %(n)s.", n=lead_id))
    return found


def checked(said: Told, *, kept_email: str = "") -> dict[str, Any]:
    """What is said of a lead as its columns hold it, or `WrongUse`; ``detail["missing"]`` names the
    field of what is no address. ``kept_email`` stands already and may stay. `NotFound` for a person
    there is none of."""
    reach = texts.reach(said.name, said.email, said.phone)
    if reach.email != kept_email:
        texts.require_address(reach)
    title = texts.line(said.title, 200, told("The title"))
    title = title or reach.name or reach.email or reach.phone
    if not title:
        raise WrongUse(told("Say what it is about, or who it is."))
    return {
        "title": title[:200], "name": reach.name, "email": reach.email, "phone": reach.phone,
        "email_key": reach.email_key, "phone_key": reach.phone_key,
        "anchor_id": None if said.person_id is None else anchor_of(said.person_id),
        "value_minor": texts.minor(said.value_minor),
        "probability": texts.percent(said.probability),
        "source": texts.line(said.source, 80, told("The source")),
        "next_step": texts.line(said.next_step, 200, told("The next step")),
        "next_on": texts.day(said.next_on),
        "owner_id": _member(said.owner_id),
        "note": texts.paragraphs(said.note, 4000, told("The note")),
    }  # fmt: skip


def _member(member_id: int | None) -> int | None:
    if member_id is None:
        return None
    if not Member.objects.filter(pk=texts.number(member_id), is_active=True).exists():
        raise WrongUse(told("There is no member %(n)s.", n=member_id))
    return member_id


def said_of(lead: Lead) -> Told:
    """What a lead says now, to be changed in part. The person is the one it points at now."""
    own = {one.name: getattr(lead, one.name) for one in fields(Told) if one.name != "person_id"}
    return Told(person_id=people_of([lead]).get(lead.pk), **own)


def people_of(leads: Iterable[Lead]) -> dict[int, int]:
    """Lead → person, by its anchor; else by the address or number that was typed, once an
    identifier says whose that is."""
    rows = list(leads)
    anchors = {one.pk: one.anchor_id for one in rows if one.anchor_id}
    loose = [one for one in rows if not one.anchor_id and (one.email_key or one.phone_key)]
    values = {one.email_key for one in loose} | {one.phone_key for one in loose}
    known: dict[tuple[str, str], int] = {}
    if values - {""}:
        found = Identifier.objects.filter(value__in=values - {""}, kind__in=("email", "phone"))
        known = {(kind, value): pk for pk, kind, value in found.values_list("pk", "kind", "value")}
    for one in loose:
        number = known.get(("email", one.email_key)) or known.get(("phone", one.phone_key))
        if number:
            anchors[one.pk] = number
    people = profiles_of(set(anchors.values())) if anchors else {}
    return {lead: people[number] for lead, number in anchors.items() if number in people}


def keys_of(identifier_ids: Iterable[int]) -> tuple[list[str], list[str]]:
    """The addresses and the numbers among some identifiers, as leads keep them."""
    rows = list(
        Identifier.objects.filter(pk__in=list(identifier_ids), kind__in=("email", "phone"))
        .values_list("kind", "value")
    )  # fmt: skip
    return [value for kind, value in rows if kind == "email"], [
        value for kind, value in rows if kind == "phone"
    ]


def known_ids(person_id: int) -> frozenset[int]:
    """The identifiers of a person; `NotFound` when there is no such person."""
    return identifiers_of(person_id)
