"""A pipeline as a board, and leads as a list: counts and sums by one question, cards by pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles.models import Card
from regulars.profiles.pipeline import leads, stages
from regulars.profiles.pipeline.models import Lead, Pipeline, Stage

AT_ONCE = 50
_MOST = 1000
_CURSOR = re.compile(r"(-?\d{1,18})_(\d{1,18})")


@dataclass(frozen=True, slots=True)
class CardOnBoard:
    """A lead as its column shows it."""

    lead: Lead
    who: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with how much stands there. Sums are ``None`` for whoever may not see money, and
    cards are the first of it; ``more`` is where the next begin."""

    stage: Stage
    count: int
    value_minor: int | None
    weighted_minor: int | None
    cards: list[CardOnBoard]
    more: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many leads stand somewhere, and what they may bring."""

    count: int
    value_minor: int
    weighted_minor: int


def show(
    actor: Actor, pipeline_id: int, *, stage_id: int | None = None, after: str | None = None
) -> tuple[Pipeline, list[Column]]:
    """A pipeline's columns; with ``stage_id`` that one alone, from ``after`` on. Needs
    ``leads.see``. `NotFound`, or `WrongUse` for a stage of another or a cursor of nobody's."""
    actor.require("leads.see")
    pipeline = stages.get(pipeline_id)
    shown = stages.of(pipeline) if stage_id is None else [stages.stage(pipeline.pk, stage_id)]
    sums = tallies(pipeline.pk, shown)
    pages = [_page(Lead.objects.filter(stage=one), after, AT_ONCE) for one in shown]
    cards = {one.lead.pk: one for one in _cards(lead for page, _ in pages for lead in page)}
    sees_money = actor.may("people.see_money")
    columns = [
        Column(
            one,
            sums[one.pk].count,
            sums[one.pk].value_minor if sees_money else None,
            sums[one.pk].weighted_minor if sees_money else None,
            [cards[lead.pk] for lead in page],
            more,
        )
        for one, (page, more) in zip(shown, pages, strict=True)
    ]
    return pipeline, columns


def tallies(pipeline_id: int, shown: Iterable[Stage]) -> dict[int, Tally]:
    """Stage → how much stands there: one question that an index answers alone."""
    rows = (
        Lead.objects.filter(pipeline_id=pipeline_id)
        .order_by()
        .values("stage_id")
        .annotate(
            n=Count("pk"),
            total=Sum("value_minor"),
            own=Sum(F("value_minor") * F("probability")),
            usual=Sum("value_minor", filter=Q(probability=None)),
        )
    )
    found: dict[int, dict[str, Any]] = {row["stage_id"]: dict(row) for row in rows}
    return {one.pk: _tally(one, found.get(one.pk)) for one in shown}


def _tally(stage: Stage, row: dict[str, Any] | None) -> Tally:
    if row is None:
        return Tally(0, 0, 0)
    total = int(row["total"] or 0)
    hundred = int(row["own"] or 0) + int(row["usual"] or 0) * stage.probability
    weighted = {stages.WON: total, stages.LOST: 0}.get(stage.kind, (hundred + 50) // 100)
    return Tally(row["n"], total, weighted)


def pipelines(actor: Actor) -> dict[str, Any]:
    """Every pipeline with its stages, as programs get them. Needs ``leads.see``; sums are null
    without ``people.see_money``."""
    sees_money, currency = actor.may("people.see_money"), businesses.get().currency
    found = []
    for pipeline in stages.listing(actor):
        shown = stages.of(pipeline)
        sums = tallies(pipeline.pk, shown)
        rows = [
            {
                **stages.as_json(one),
                "leads": sums[one.pk].count,
                "value_minor": sums[one.pk].value_minor if sees_money else None,
                "weighted_minor": sums[one.pk].weighted_minor if sees_money else None,
            }
            for one in shown
        ]
        told_of = {"id": pipeline.pk, "name": pipeline.name, "currency": currency}
        found.append({**told_of, "stages": rows})
    return {"pipelines": found}


def listing(
    actor: Actor,
    *,
    pipeline_id: int | None = None,
    stage_id: int | None = None,
    person_id: int | None = None,
    cursor: str | None = None,
    limit: int = AT_ONCE,
) -> dict[str, Any]:
    """Leads, the newest first, with a cursor for the next page. Needs ``leads.see``. `NotFound`
    for an unknown pipeline, stage or person, `WrongUse` for a cursor of nobody's."""
    actor.require("leads.see")
    rows = Lead.objects.all()
    if pipeline_id is not None:
        rows = rows.filter(pipeline=stages.get(pipeline_id))
    if stage_id is not None:
        rows = rows.filter(stage=stages.known(stage_id))
    if person_id is not None:
        rows = rows.filter(theirs(leads.known_ids(person_id)))
    if cursor is not None:
        if not re.fullmatch(r"[0-9]{1,18}", cursor):
            raise WrongUse(told("This cursor is not ours; begin without one."))
        rows = rows.filter(pk__lt=int(cursor))
    limit = max(1, min(limit, _MOST))
    found = list(rows.select_related("stage", "pipeline", "owner").order_by("-pk")[: limit + 1])
    shown = _cards(found[:limit])
    return {
        "leads": [as_json(actor, one) for one in shown],
        "next_cursor": str(found[limit - 1].pk) if len(found) > limit else None,
    }


def theirs(identifier_ids: Iterable[int]) -> Q:
    """Leads (or submissions) of whoever has these identifiers: by anchor, else by what was
    typed."""
    emails, phones = leads.keys_of(identifier_ids)
    # One branch an index: both of what was typed under one condition would read every lead.
    return (
        Q(anchor_id__in=list(identifier_ids))
        | Q(email_key__in=emails, anchor=None)
        | Q(phone_key__in=phones, anchor=None)
    )


def _page(rows: QuerySet[Lead], after: str | None, most: int) -> tuple[list[Lead], str | None]:
    if after is not None:
        found = _CURSOR.fullmatch(after)
        if found is None:
            raise WrongUse(told("This cursor is not ours; begin without one."))
        place, number = int(found[1]), int(found[2])
        # The first condition alone lets an index begin at the right place.
        rows = rows.filter(place__gte=place).filter(Q(place__gt=place) | Q(pk__gt=number))
    shown = list(rows.select_related("owner").order_by("place", "pk")[: most + 1])
    if len(shown) <= most:
        return shown, None
    last = shown[most - 1]
    return shown[:most], f"{last.place}_{last.pk}"


def _cards(rows: Iterable[Lead]) -> list[CardOnBoard]:
    found = list(rows)
    people = leads.people_of(found)
    known = Card.objects.filter(pk__in=set(people.values())).values_list("pk", "name", "email")
    names = {number: name or email for number, name, email in known}
    cards = []
    for lead in found:
        person = people.get(lead.pk)
        who = names.get(person or 0) or lead.name or lead.email or lead.phone
        cards.append(CardOnBoard(lead, "" if who == lead.title else who, person))
    return cards


def as_card(lead: Lead) -> CardOnBoard:
    """One lead as its column would show it."""
    return _cards([lead])[0]


def chance_of(lead: Lead) -> int:
    """The probability of a lead in percent: its own while it is open, else its stage's."""
    own = lead.probability if lead.stage.kind == stages.OPEN else None
    return lead.stage.probability if own is None else own


def as_json(actor: Actor, card: CardOnBoard) -> dict[str, Any]:
    """One lead as programs get it; its value is null for whoever may not see money."""
    lead = card.lead
    return {
        "id": lead.pk, "title": lead.title, "who": card.who or None, "person": card.person_id,
        "name": lead.name or None, "email": lead.email or None, "phone": lead.phone or None,
        "pipeline_id": lead.pipeline_id, "pipeline": lead.pipeline.name,
        "stage_id": lead.stage_id, "stage": lead.stage.name, "stage_kind": lead.stage.kind,
        "value_minor": lead.value_minor if actor.may("people.see_money") else None,
        "currency": businesses.get().currency, "probability": chance_of(lead),
        "source": lead.source or None, "next_step": lead.next_step or None,
        "next_on": lead.next_on, "owner_id": lead.owner_id,
        "owner": str(lead.owner) if lead.owner else None, "note": lead.note or None,
        "made_at": lead.made_at, "entered_at": lead.entered_at,
    }  # fmt: skip
