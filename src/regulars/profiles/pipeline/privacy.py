"""How leads, their moves and what forms brought give out and forget one person."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.pipeline import board, leads
from regulars.profiles.pipeline.models import FormSubmission, Lead, LeadContact, LeadMove
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL = {
    "profiles_pipeline": "Names of pipelines.",
    "profiles_stage": "Names of stages.",
    "profiles_leadform": "What forms ask for, and their wording.",
    "profiles_formknock": "Keyed hashes of network addresses that change daily, for a day.",
}
Ids = frozenset[int]
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


def _handler(table: str, rows: Any, kept: Kept) -> PrivacyHandler:
    return PrivacyHandler(
        table,
        lambda identifiers, _: exported(rows(identifiers)),
        lambda identifiers, _: delete_rows(rows(identifiers)),
        kept,
    )


# Erased from the last to the first: a lead goes after all that hangs on it.
HANDLERS = (
    _handler(
        "profiles_lead", _leads,
        Kept(told("Leads: who might buy, what they were told and what is next"),
             told("To answer, and to do what was promised."), _ERASED),
    ),
    _handler(
        "profiles_leadmove", lambda ids: _of_leads(LeadMove, ids),
        Kept(told("Which way a lead went, and why it was lost"),
             told("To know what works, and to undo a slip."), _ERASED),
    ),
    _handler(
        "profiles_leadcontact", lambda ids: _of_leads(LeadContact, ids),
        Kept(told("When you were in touch about a lead, and what was said"),
             told("To go on where you left off."), _ERASED),
    ),
    _handler(
        "profiles_formsubmission", _sent,
        Kept(told("What was sent by forms, with the wording that was agreed to"),
             told("To answer, and as evidence of what was allowed."), _HELD),
    ),
)  # fmt: skip
