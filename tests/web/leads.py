"""Leads and forms for the tests of the pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from regulars.accounts import actors
from regulars.kernel import clock
from regulars.profiles.models import Lead, LeadForm, Stage
from regulars.profiles.pipeline import forms, leads, spam, stages, taking
from regulars.profiles.pipeline.leads import Told

CONSENT = "Yes, write to me about <b>cakes</b>."


def add_lead(title: str = "Wedding cake", **said: Any) -> Lead:
    return leads.add(actors.owner("cli"), Told(title=title, **said))


def stage(name: str) -> Stage:
    return next(one for one in stages.of(stages.listing(actors.owner("cli"))[0])
                if one.name == name)  # fmt: skip


def add_form(consent: str = CONSENT, **asks: str) -> LeadForm:
    owner = actors.owner("cli")
    asked = asks or {"name": "asked", "email": "required", "message": "asked"}
    return forms.add(owner, name="Website", pipeline_id=stages.listing(owner)[0].pk, asks=asked,
                     consent=consent)  # fmt: skip


def stamped(form: LeadForm, *, seconds: float = 10) -> str:
    """The stamp of a page that was opened so long ago."""
    with clock.frozen(clock.now() - timedelta(seconds=seconds)):
        return spam.stamp(form)


def add_held(form: LeadForm) -> int:
    sent = taking.Sent(name="Bot", email="bot@crumb.test", message="Buy", is_consenting=True,
                       trap="http://x.test", stamp=stamped(form), address="192.0.2.9")  # fmt: skip
    assert taking.take(form, sent) == "taken"
    return taking.held(actors.owner("cli"))[0].pk


def stamp_in(page: str) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', page)
    assert found is not None
    return found[1]
