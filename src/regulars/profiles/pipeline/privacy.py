"""How leads, their moves and what forms brought give out and forget one person."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.pipeline import board, leads
from regulars.profiles.pipeline.models import FormSubmission, Lead, LeadContact, LeadMove
from regulars.sources.naming import naming_of
from regulars.sources.privacy import delete_rows, exported
from regulars.sources.turns import in_turns

NOT_PERSONAL = {
    "profiles_pipeline": "Names of pipelines.",
    "profiles_stage": "Names of stages.",
    "profiles_leadform": "What forms ask for, and their wording.",
    "profiles_formknock": "Keyed hashes of network addresses that change daily, for a day.",
}
Ids = frozenset[int]
_LEFT_OUT = "(named the person; left out)"
_ERASED = told("Until you erase the person or take the lead away.")
_HELD = told("Until you erase the person, take the lead away or throw away what is held.")


def _leads(identifiers: Ids) -> models.QuerySet[Lead]:
    return Lead.objects.filter(board.theirs(identifiers))


def _of_leads(model: Any, identifiers: Ids) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model.objects.filter(
        lead__in=_leads(identifiers).order_by().values("pk")
    )
    return rows


def _sent(identifiers: Ids) -> models.QuerySet[FormSubmission]:
    emails, phones = leads.keys_of(identifiers)
    typed = Q(email_key__in=emails) | Q(phone_key__in=phones)
    return FormSubmission.objects.filter(
        Q(lead__in=_leads(identifiers).order_by().values("pk")) | typed
    )


def _left_out(model: Any, fields: tuple[str, ...], identifiers: Ids) -> int:
    """Take texts out of what is somebody else's where they name the person; how many rows."""
    sought = naming_of(identifiers)
    rows = model.objects.order_by("pk").values_list("pk", *fields).iterator()
    found = ((pk, [sought.in_text(text) for text in texts]) for pk, *texts in rows)
    named = {pk: told_of for pk, told_of in found if any(told_of)}
    for part in in_turns(model, named):
        for row in part:
            for field, is_named in zip(fields, named[row.pk], strict=True):
                if is_named:
                    setattr(row, field, _LEFT_OUT)
            row.save(update_fields=fields)
    return len(named)


def _handler(model: Any, rows: Any, texts: tuple[str, ...], kept: Kept) -> PrivacyHandler:
    def erase(identifiers: Ids, _: Ids) -> int:
        return delete_rows(rows(identifiers)) + _left_out(model, texts, identifiers)

    table = model._meta.db_table
    return PrivacyHandler(table, lambda ids, _: exported(rows(ids)), erase, kept)


# Erased from the last to the first: a lead goes after all that hangs on it.
HANDLERS = (
    _handler(
        Lead, _leads, ("title", "name", "next_step", "source", "note"),
        Kept(told("Leads: who might buy, what they were told and what is next"),
             told("To answer, and to do what was promised."), _ERASED),
    ),
    _handler(
        LeadMove, lambda ids: _of_leads(LeadMove, ids), ("reason",),
        Kept(told("Which way a lead went, and why it was lost"),
             told("To know what works, and to undo a slip."), _ERASED),
    ),
    _handler(
        LeadContact, lambda ids: _of_leads(LeadContact, ids), ("words",),
        Kept(told("When you were in touch about a lead, and what was said"),
             told("To go on where you left off."), _ERASED),
    ),
    _handler(
        FormSubmission, _sent, ("name", "message"),
        Kept(told("What was sent by forms, with the wording that was agreed to"),
             told("To answer, and as evidence of what was allowed."), _HELD),
    ),
)  # fmt: skip
