"""What somebody typed about a lead, read as the verbs want it, and the same as a form shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.kernel.errors import WrongUse
from regulars.kernel.money import to_major, to_minor
from regulars.kernel.telling import told
from regulars.profiles.pipeline.leads import Told
from regulars.profiles.pipeline.texts import MOST_MINOR

TEXTS = ("title", "name", "email", "phone", "source", "next_step", "note")
NUMBERS = ("value", "probability", "next_on", "owner", "person")
_WHOLE = re.compile(r"[0-9]{1,18}")


def read(given: Mapping[str, str]) -> Told:
    """Read a form about a lead; `WrongUse` for a number or day that is none."""
    return Told(
        **{name: given.get(name, "") for name in TEXTS},
        value_minor=_money(given.get("value", "")),
        probability=_whole(given.get("probability", ""), told("The probability")),
        next_on=_day(given.get("next_on", "")),
        owner_id=_whole(given.get("owner", ""), told("Who looks after it")),
        person_id=_whole(given.get("person", ""), told("The person")),
    )


def shown(said: Told) -> dict[str, Any]:
    """What is said of a lead as the fields of its form."""
    value = said.value_minor
    currency = businesses.get().currency
    return {
        **{name: getattr(said, name) for name in TEXTS},
        "value": "" if value is None else str(to_major(value, currency)),
        "probability": "" if said.probability is None else said.probability,
        "next_on": said.next_on.isoformat() if said.next_on else "",
        "owner": said.owner_id or "",
        "person": said.person_id or "",
    }


def typed(given: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a form as they were typed, to be shown again."""
    return {name: given.get(name, "") for name in (*TEXTS, *NUMBERS)}


def context(actor: Actor) -> dict[str, Any]:
    """What a form about a lead needs besides: who may look after it, and the currency."""
    members = Member.objects.filter(is_active=True).order_by("name", "email")
    currency = businesses.get().currency
    return {
        "members": [(str(one.pk), str(one)) for one in members],
        "currency": currency,
        "step": str(to_major(1, currency)),
        "sees_money": actor.may("people.see_money"),
    }


def _whole(text: str, what: str) -> int | None:
    said = text.strip()
    if not said:
        return None
    if not _WHOLE.fullmatch(said) or not said.isascii():
        raise WrongUse(told("%(kind)s is no whole number: %(given)s.", kind=what,
                            given=repr(said[:20])))  # fmt: skip
    return int(said)


def _money(text: str) -> int | None:
    said = text.strip()
    if not said:
        return None
    try:
        amount = Decimal(said) if len(said) < 40 else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MOST_MINOR:
        raise WrongUse(told("%(given)s is no amount such as 1250.50.", given=repr(said[:20])))
    return to_minor(amount, businesses.get().currency)


def _day(text: str) -> date | None:
    said = text.strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise WrongUse(told("%(day)s is no day; write it like 2026-11-30.",
                            day=repr(said[:20]))) from None  # fmt: skip
