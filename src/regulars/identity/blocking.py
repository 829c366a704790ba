"""Values that stand for nobody, as the owner said; those that never became identifiers are in
`sources.files.identifiers`."""

from __future__ import annotations

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.identity.models import BlockedValue
from regulars.identity.rules import family
from regulars.identity.ruling import PERMISSION, kind_rules
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources.files.identifiers import clean, normaliser

_LONGEST = 320


def block(actor: Actor, kind: str, text: str) -> BlockedValue:
    """Say that a value is nobody's. Needs ``people.set_rules``.

    It is kept in its one form. `WrongUse` for a kind that is not in use, for what is no such value
    or is blocked by itself, and for one that was blocked before.
    """
    actor.require(PERMISSION)
    kind = family(kind)
    known = [one.kind for one in kind_rules()]
    if kind not in known:
        raise WrongUse(
            told("There is no kind %(kind)s. There are: %(kinds)s.",
                 kind=kind, kinds=", ".join(known))
        )  # fmt: skip
    value = _in_one_form(kind, text)
    if not value:
        raise WrongUse(told("%(value)s is no such value, or joins nobody anyway.", value=text[:80]))
    with transaction.atomic():
        made, is_new = BlockedValue.objects.get_or_create(
            kind=kind, value=value, defaults={"member_id": actor.member_id, "at": clock.now()}
        )
        if not is_new:
            raise WrongUse(told("%(value)s is blocked already.", value=value))
        audit(actor, PERMISSION, f"blocked value {made.pk}", kind=kind, is_blocked=True)
    return made


def unblock(actor: Actor, number: int) -> None:
    """Let a value join people again. Needs ``people.set_rules``; `NotFound` for an unknown one."""
    actor.require(PERMISSION)
    with transaction.atomic():
        found = BlockedValue.objects.filter(pk=number if 0 < number < 2**63 else 0).first()
        if found is None:
            raise NotFound(told("There is no blocked value %(id)s.", id=number))
        audit(actor, PERMISSION, f"blocked value {number}", kind=found.kind, is_blocked=False)
        found.delete()


def _in_one_form(kind: str, text: str) -> str | None:
    # A browser's number is taken as it is told.
    if kind == "anonymous_id":
        return clean(text)[:_LONGEST]
    found = normaliser(kind, businesses.get().country)(text)
    return found[:_LONGEST] if found else None
