"""Forms on a website: made, changed, closed; and what of them a visitor sees."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.kernel import clock
from regulars.kernel.errors import Gone, NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.pipeline import stages, texts
from regulars.profiles.pipeline.models import LeadForm

NAMES = ("name", "email", "phone", "message")
ASKED, REQUIRED = "asked", "required"
_BYTES, _MOST_LISTED = 18, 200
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,43}")


def listing(actor: Actor) -> list[LeadForm]:
    """Every form, the newest first. Needs ``leads.see``."""
    actor.require("leads.see")
    return list(LeadForm.objects.select_related("pipeline").order_by("-pk")[:_MOST_LISTED])


def add(
    actor: Actor, *, name: str, pipeline_id: int, asks: Mapping[str, str], consent: str
) -> LeadForm:
    """Make a form. ``asks``: field → ``asked`` or ``required``; ``consent`` "" for no box. Needs
    ``leads.set_up``. `WrongUse` without a name or a way to answer."""
    actor.require("leads.set_up")
    made = LeadForm(
        token=secrets.token_urlsafe(_BYTES), made_at=clock.now(), made_by_id=actor.member_id,
        **_checked(name, pipeline_id, asks, consent),
    )  # fmt: skip
    with transaction.atomic():
        made.save()
        audit(actor, "lead_form.add", f"form {made.pk}", name=made.name)
    return made


def change(
    actor: Actor, form_id: int, *, name: str, pipeline_id: int, asks: Mapping[str, str],
    consent: str,
) -> LeadForm:  # fmt: skip
    """Change a form; what was sent before keeps the wording it was sent with. Needs
    ``leads.set_up``."""
    actor.require("leads.set_up")
    with transaction.atomic():
        form = get(form_id)
        for field, value in _checked(name, pipeline_id, asks, consent).items():
            setattr(form, field, value)
        form.save()
        audit(actor, "lead_form.change", f"form {form.pk}", name=form.name)
    return form


def close(actor: Actor, form_id: int) -> LeadForm:
    """Take no more submissions by a form. Needs ``leads.set_up``."""
    return _set_closed(actor, form_id, is_closed=True)


def reopen(actor: Actor, form_id: int) -> LeadForm:
    """Take submissions by a closed form again. Needs ``leads.set_up``."""
    return _set_closed(actor, form_id, is_closed=False)


def _set_closed(actor: Actor, form_id: int, *, is_closed: bool) -> LeadForm:
    actor.require("leads.set_up")
    with transaction.atomic():
        form = get(form_id)
        form.closed_at = clock.now() if is_closed else None
        form.save(update_fields=["closed_at"])
        verb = "lead_form.close" if is_closed else "lead_form.reopen"
        audit(actor, verb, f"form {form.pk}")
    return form


def get(form_id: int) -> LeadForm:
    """One form; `NotFound` where there is none of that number."""
    rows = LeadForm.objects.select_related("pipeline")
    found = rows.filter(pk=texts.number(form_id)).first()
    if found is None:
        raise NotFound(told("There is no form %(n)s.", n=form_id))
    return found


def opened(token: str) -> LeadForm:
    """The form that a visitor opens. `NotFound` for a token of nobody's, `Gone` once closed."""
    rows = LeadForm.objects.select_related("pipeline")
    # PostgreSQL refuses to look for what no text of its can hold.
    found = rows.filter(token=token).first() if _TOKEN.fullmatch(token) else None
    if found is None:
        raise NotFound(told("There is no form at this address."))
    if found.closed_at is not None:
        raise Gone(told("This form is closed."))
    return found


def _checked(name: str, pipeline_id: int, asks: Mapping[str, str], consent: str) -> dict[str, Any]:
    said = texts.line(name, 120, told("The name"))
    if not said:
        raise WrongUse(told("A form needs a name."))
    fields = {field: asks[field] for field in NAMES if asks.get(field) in (ASKED, REQUIRED)}
    if not {"email", "phone"} & fields.keys():
        raise WrongUse(told("Ask for an e-mail address or a phone number, to be able to answer."))
    return {
        "name": said, "pipeline": stages.get(pipeline_id), "fields": fields,
        "consent": texts.line(consent, 1000, told("The sentence of consent")),
    }  # fmt: skip
