"""What a visitor sends by a form: landed as a lead once, held for a look, or asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.accounts.permissions import VISITOR
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.pipeline import forms, leads, spam, texts
from regulars.profiles.pipeline.models import FormSubmission, Lead, LeadForm

Outcome = Literal["taken", "again", "wait"]
_MOST_HELD = 500
_LACKING = {
    "name": told("Please give your name."),
    "email": told("Please give your e-mail address."),
    "phone": told("Please give your phone number."),
    "message": told("Please write a message."),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What came: the fields as typed, the consent box, the trap and the page's stamp."""

    name: str = ""
    email: str = ""
    phone: str = ""
    message: str = ""
    is_consenting: bool = False
    trap: str = ""
    stamp: str = ""
    address: str = ""
    language: str = ""


def take(form: LeadForm, sent: Sent) -> Outcome:
    """Take what a visitor sent: ``taken`` (a lead, held, or there already), ``again`` when its page
    was too quick or too old, ``wait`` when its address sent too many. `WrongUse` for what is
    missing, no address or too long; ``detail["missing"]`` names the field."""
    page = spam.read(form, sent.stamp)
    said = _checked(form, sent)
    if page is None or spam.is_to_be_asked_again(page):
        return "again"
    once = spam.digest("once", str(form.pk), page.number)
    if FormSubmission.objects.filter(once=once).exists():
        return "taken"
    count = spam.knock(sent.address)
    if count > spam.MOST_AN_HOUR:
        return "wait"
    with transaction.atomic():
        # One at a time: of the same content twice at once, the second must see the first.
        LeadForm.objects.select_for_update(no_key=True).get(pk=form.pk)
        if _is_known(form, once, said.content):
            return "taken"
        said.once = once
        said.held_why = spam.suspicion(
            trap=sent.trap, message=said.message, name=said.name, count=count
        )
        said.save()
        if not said.held_why:
            _land(_visitor(form), said)
        audit(_visitor(form), "lead_form.take", f"form {form.pk}", held=bool(said.held_why))
    return "taken"


def _visitor(form: LeadForm) -> Actor:
    return Actor(VISITOR, "page", None, form.name)


def _is_known(form: LeadForm, once: str, content: str) -> bool:
    if FormSubmission.objects.filter(once=once).exists():
        return True
    since = spam.an_hour_before(clock.now())
    return FormSubmission.objects.filter(form=form, content=content, at__gte=since).exists()


def _checked(form: LeadForm, sent: Sent) -> FormSubmission:
    """A submission of what the form asks for, or `WrongUse`; anything else is not kept."""
    given = {one: getattr(sent, one) if one in form.fields else "" for one in forms.NAMES}
    for one in form.fields:
        if form.fields[one] == forms.REQUIRED and not given[one].strip():
            raise WrongUse(_LACKING[one], detail={"missing": one})
    reach = texts.reach(given["name"], given["email"], given["phone"])
    message = texts.paragraphs(given["message"], 4000, told("The message"))
    texts.require_address(reach)
    if not (reach.email or reach.phone):
        raise WrongUse(told("Please say how to reach you."),
                       detail={"missing": next(one for one in ("email", "phone")
                                               if one in form.fields)})  # fmt: skip
    if form.consent and not sent.is_consenting:
        raise WrongUse(told("Please tick the box to agree."), detail={"missing": "consent"})
    now = clock.now()
    parts = (reach.name, reach.email, reach.phone, message)
    return FormSubmission(
        form=form, at=now, name=reach.name, email=reach.email, phone=reach.phone, message=message,
        email_key=reach.email_key, phone_key=reach.phone_key, language=sent.language[:10],
        consent_wording=form.consent, consented_at=now if form.consent else None,
        content=spam.digest("content", str(form.pk), *parts),
    )  # fmt: skip


def _land(actor: Actor, said: FormSubmission) -> Lead:
    told_of = leads.Told(
        title=said.name or said.email or said.phone, name=said.name, email=said.email,
        phone=said.phone, source=said.form.name[:80], note=said.message,
    )  # fmt: skip
    lead = Lead(**leads.checked(told_of))
    leads.put(actor, lead, leads.first_open(said.form.pipeline_id))
    said.lead = lead
    said.save(update_fields=["lead"])
    return lead


def held(actor: Actor) -> list[FormSubmission]:
    """Submissions that wait for a look, the newest first. Needs ``leads.work``."""
    actor.require("leads.work")
    rows = FormSubmission.objects.filter(lead=None).select_related("form")
    return list(rows.order_by("-pk")[:_MOST_HELD])


def held_count() -> int:
    """How many wait for a look."""
    return FormSubmission.objects.filter(lead=None).count()


def let_in(actor: Actor, submission_id: int) -> Lead:
    """Make a lead of a held submission. Needs ``leads.work``. `NotFound` where none is held."""
    actor.require("leads.work")
    with transaction.atomic():
        said = _held(submission_id)
        lead = _land(actor, said)
        said.let_in_at, said.let_in_by_id = clock.now(), actor.member_id
        said.save(update_fields=["let_in_at", "let_in_by"])
        audit(actor, "lead_form.let_in", f"lead {lead.pk}")
    return lead


def throw_away(actor: Actor, submission_id: int) -> None:
    """Delete a held submission for good. Needs ``leads.work``. `NotFound` where none is held."""
    actor.require("leads.work")
    with transaction.atomic():
        said = _held(submission_id)
        audit(actor, "lead_form.throw_away", f"form {said.form_id}")
        said.delete()


def _held(submission_id: int) -> FormSubmission:
    rows = FormSubmission.objects.select_related("form").select_for_update(of=("self",))
    found = rows.filter(pk=texts.number(submission_id), lead=None).first()
    if found is None:
        raise NotFound(told("No submission of that number is held."))
    return found
