"""A lead moves from stage to stage; the last move can be undone, and a column has an order."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from regulars.accounts.actors import Actor, audit
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles.pipeline import leads, stages, texts
from regulars.profiles.pipeline.models import Lead, LeadMove


def move(actor: Actor, lead_id: int, stage_id: int, reason: str = "") -> LeadMove | None:
    """Move a lead to another stage of its pipeline, on top; ``None`` where it stands there already.
    Needs ``leads.work``. `WrongUse` for a stage of another pipeline, or without a reason for one
    that is lost (``detail["missing"]`` is ``reason``)."""
    actor.require("leads.work")
    why = texts.line(reason, 300, told("The reason"))
    with transaction.atomic():
        lead = leads.get(lead_id, lock=True)
        into = stages.stage(lead.pipeline_id, stage_id)
        if into.pk == lead.stage_id:
            return None
        if into.kind == stages.LOST and not why:
            raise WrongUse(told("Say why it was lost."), detail={"missing": "reason"})
        now, into = clock.now(), stages.hold(into.pk)
        row = LeadMove.objects.create(
            lead=lead, at=now, member_id=actor.member_id, from_stage_id=lead.stage_id,
            to_stage=into, from_place=lead.place, to_place=leads.top_of(into.pk), reason=why,
            stayed_seconds=max(0, int((now - lead.entered_at).total_seconds())),
        )  # fmt: skip
        lead.stage, lead.place, lead.entered_at = into, row.to_place, now
        lead.save(update_fields=["stage", "place", "entered_at"])
        audit(actor, "lead.move", f"lead {lead.pk}", to=into.pk)
    return row


def undo(actor: Actor, lead_id: int) -> LeadMove:
    """Undo the last move that stands: the lead is back where it was, at its old place, as long
    there as if it had not left. Needs ``leads.work``. `WrongUse` where there is none to undo."""
    actor.require("leads.work")
    with transaction.atomic():
        lead = leads.get(lead_id, lock=True)
        standing = LeadMove.objects.filter(lead=lead, undone_at=None)
        last, before = [*standing.select_related("from_stage").order_by("-pk")[:2], None, None][:2]
        if last is None or before is None or last.from_stage is None:
            raise WrongUse(told("This lead was not moved yet; there is nothing to undo."))
        back = stages.hold(last.from_stage.pk)
        last.undone_at, last.undone_by_id = clock.now(), actor.member_id
        last.save(update_fields=["undone_at", "undone_by"])
        lead.stage, lead.entered_at = back, before.at
        lead.place = before.to_place if last.from_place is None else last.from_place
        lead.save(update_fields=["stage", "place", "entered_at"])
        audit(actor, "lead.undo_move", f"lead {lead.pk}", to=lead.stage_id)
    return last


def can_undo(lead: Lead) -> bool:
    """Whether a move stands that is not the first."""
    return LeadMove.objects.filter(lead=lead, undone_at=None).exclude(from_stage=None).exists()


def shift(actor: Actor, lead_id: int, *, up: bool) -> bool:
    """Change places with the lead above or below in the same stage; whether there was one. Needs
    ``leads.work``."""
    actor.require("leads.work")
    with transaction.atomic():
        # The stage before its leads: two who change places at once wait for each other.
        stages.hold(leads.get(lead_id).stage_id)
        lead = leads.get(lead_id, lock=True)
        rows = Lead.objects.filter(stage_id=lead.stage_id).select_for_update()
        if up:
            beyond = Q(place__lt=lead.place) | Q(place=lead.place, pk__lt=lead.pk)
            other = rows.filter(beyond).order_by("-place", "-pk").first()
        else:
            beyond = Q(place__gt=lead.place) | Q(place=lead.place, pk__gt=lead.pk)
            other = rows.filter(beyond).order_by("place", "pk").first()
        if other is None:
            return False
        mine = lead.place
        lead.place, other.place = other.place, mine
        if lead.place == other.place:
            lead.place += -1 if up else 1
        lead.save(update_fields=["place"])
        other.save(update_fields=["place"])
        audit(actor, "lead.shift", f"lead {lead.pk}", up=up)
    return True
