"""One lead with everything about it: its moves, who was in touch, what was agreed to, its score."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Count, Max, Q

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.profiles.pipeline import board, leads, moving, stages
from regulars.profiles.pipeline.models import (
    FormSubmission,
    Lead,
    LeadContact,
    LeadMove,
)
from regulars.profiles.pipeline.scoring import Facts, Score, score
from regulars.sources.live import standing
from regulars.sources.models import Order

# Medians are taken over the latest so many; more would tell nothing new and cost time.
_LATEST = 1000
_SHOWN = 200
_DAY = 86_400


def show(actor: Actor, lead_id: int) -> dict[str, Any]:
    """One lead with its history, contacts, evidence of consent and score with reasons. Needs
    ``leads.see``; money is null without ``people.see_money``. `NotFound` where there is none."""
    actor.require("leads.see")
    lead = leads.get(lead_id)
    card = board.as_card(lead)
    scored = score_of(actor, lead, card.person_id) if lead.stage.kind == stages.OPEN else None
    return {
        **board.as_json(actor, card),
        "moves": [_move_json(one) for one in _moves(lead)],
        "can_undo": moving.can_undo(lead),
        "contacts": [
            {"at": one.at, "who": str(one.member) if one.member else None, "words": one.words}
            for one in lead.contacts.select_related("member").order_by("-pk")[:_SHOWN]
        ],
        "consents": [
            {"at": one.consented_at, "wording": one.consent_wording, "form": one.form.name}
            for one in FormSubmission.objects.filter(lead=lead, consented_at__isnull=False)
            .select_related("form").order_by("pk")
        ],
        "score": _score_json(scored) if scored else None,
    }  # fmt: skip


def score_of(actor: Actor, lead: Lead, person_id: int | None) -> Score:
    """The score of an open lead."""
    return score(facts_of(lead, person_id, shows_money=actor.may("people.see_money")))


def facts_of(lead: Lead, person_id: int | None, *, shows_money: bool = True) -> Facts:
    """The facts that the score is made from."""
    now, zone = clock.now(), businesses.get().timezone
    today = clock.today_of(now, zone)
    since = (today - clock.today_of(_last_contact(lead), zone)).days
    won, closed, own_won, own_closed = _past(lead.source)
    is_told = closed > 0
    return Facts(
        days_since_contact=since,
        has_step=bool(lead.next_step or lead.next_on),
        step_in_days=(lead.next_on - today).days if lead.next_on else None,
        source=lead.source, source_won=own_won, source_closed=own_closed, won=won, closed=closed,
        value_minor=lead.value_minor,
        median_value_minor=_median_value() if is_told else None,
        days_in_stage=max(0.0, (now - lead.entered_at).total_seconds() / _DAY),
        median_days_in_stage=_median_stay(lead.stage_id) if is_told else None,
        is_customer=_has_bought(person_id),
        shows_money=shows_money,
    )  # fmt: skip


def _last_contact(lead: Lead) -> datetime:
    """The latest of: being written down, a contact that was noted, a message by a form."""
    noted = LeadContact.objects.filter(lead=lead).aggregate(at=Max("at"))["at"]
    sent = FormSubmission.objects.filter(lead=lead).aggregate(at=Max("at"))["at"]
    return max(at for at in (lead.made_at, noted, sent) if at is not None)


def _past(source: str) -> tuple[int, int, int, int]:
    """Won and closed leads of the business, and those of one source."""
    own = Q(source=source) if source else Q(pk=None)
    found = Lead.objects.filter(stage__kind__in=stages.CLOSED).aggregate(
        won=Count("pk", filter=Q(stage__kind=stages.WON)),
        closed=Count("pk"),
        own_won=Count("pk", filter=own & Q(stage__kind=stages.WON)),
        own_closed=Count("pk", filter=own),
    )
    return found["won"], found["closed"], found["own_won"], found["own_closed"]


def _median_value() -> int | None:
    rows = Lead.objects.filter(stage__kind=stages.WON, value_minor__isnull=False)
    values = [
        one or 0 for one in rows.order_by("-pk").values_list("value_minor", flat=True)[:_LATEST]
    ]
    return int(median(values)) if values else None


def _median_stay(stage_id: int) -> float | None:
    """The middle of how many days leads that are won stood in a stage."""
    rows = LeadMove.objects.filter(
        from_stage_id=stage_id, undone_at=None, lead__stage__kind=stages.WON
    )
    stays = list(rows.order_by("-pk").values_list("stayed_seconds", flat=True)[:_LATEST])
    return median(one or 0 for one in stays) / _DAY if stays else None


def _has_bought(person_id: int | None) -> bool | None:
    if person_id is None:
        return None
    orders = Order.objects.filter(identifier_id__in=identifiers_of(person_id))
    return orders.filter(of_import__in=standing()).exists()


def _moves(lead: Lead) -> list[LeadMove]:
    rows = lead.moves.select_related("member", "from_stage", "to_stage", "undone_by")
    return list(rows.order_by("-pk")[:_SHOWN])


def _move_json(one: LeadMove) -> dict[str, Any]:
    return {
        "at": one.at, "who": str(one.member) if one.member else None,
        "from_stage": one.from_stage.name if one.from_stage else None,
        "to_stage": one.to_stage.name,
        "reason": one.reason or None, "undone_at": one.undone_at,
        "undone_by": str(one.undone_by) if one.undone_by else None,
    }  # fmt: skip


def _score_json(scored: Score) -> dict[str, Any]:
    return {
        "points": scored.points,
        "parts": [asdict(one) for one in scored.parts],
        "closed_leads": scored.closed,
        "is_prior": scored.is_prior,
    }
