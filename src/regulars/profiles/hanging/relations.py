"""Who belongs together without being one person: a household, a firm, who brought whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from regulars.accounts.actors import Actor, audit
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import anchor_of, people_of
from regulars.profiles.hanging.models import Relation
from regulars.profiles.models import Card

# Kind → the word seen from the first, and from the second. The first *is* that to the second.
KINDS = {
    "household": (told("Lives with"), told("Lives with")),
    "family": (told("Family of"), told("Family of")),
    "friend": (told("Friend of"), told("Friend of")),
    "colleague": (told("Works with"), told("Works with")),
    "works_for": (told("Works for"), told("Employs")),
    "guardian": (told("Looks after"), told("Is looked after by")),
    "referred": (told("Brought along"), told("Was brought along by")),
}
_LONGEST_COMPANY = 200
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Related:
    """A relation seen from one person: the word, and who the other is (``profile_id``) or which
    company."""

    id: int
    kind: str
    word: str
    profile_id: int | None
    name: str
    at: datetime


def relate(
    actor: Actor, profile_id: int, *, kind: str, other: int | None = None, company: str = ""
) -> int:
    """Say how a person stands to another, or for which company they work; returns the number.
    Needs ``people.write``. `WrongUse` for an unknown kind, oneself, nobody or the same said before.
    """
    actor.require("people.write")
    company = " ".join(_CONTROLS.sub(" ", company).split())[:_LONGEST_COMPANY]
    if kind not in KINDS:
        raise WrongUse(told("A relation is one of: %(kinds)s.", kinds=", ".join(KINDS)))
    if (other is None) == (not company) or (company and kind != "works_for"):
        raise WrongUse(told("Say to whom; a company is worked for."))
    if other == profile_id:
        raise WrongUse(told("That is the same person."))
    one = anchor_of(profile_id)
    with transaction.atomic():
        said = [(known.kind, known.profile_id, "" if known.profile_id else known.name)
                for known in of(profile_id)]  # fmt: skip
        if (kind, other, company) in said:
            raise WrongUse(told("That was said before."))
        row = Relation.objects.create(
            kind=kind, one_id=one, other_id=None if other is None else anchor_of(other),
            company=company, at=clock.now(), member_id=actor.member_id,
        )  # fmt: skip
        audit(actor, "relations.relate", f"relation {row.pk}", kind=kind)
    return row.pk


def end(actor: Actor, relation_id: int) -> None:
    """It is so no more. Needs ``people.write``. `NotFound` for none that stands."""
    actor.require("people.write")
    number = relation_id if 0 < relation_id < 2**63 else 0
    with transaction.atomic():
        ended = Relation.objects.filter(pk=number, ended_at=None).update(
            ended_at=clock.now(), ended_by=actor.member_id
        )
        if not ended:
            raise NotFound(told("There is no such relation."))
        audit(actor, "relations.end", f"relation {relation_id}")


def of(profile_id: int) -> list[Related]:
    """What stands between a person and others, seen from them."""
    known = identifiers_of(profile_id)
    rows = list(
        Relation.objects.filter(Q(one__in=known) | Q(other__in=known), ended_at=None).order_by("pk")
    )
    people = people_of(end for row in rows for end in (row.one_id, row.other_id) if end)
    names = dict(Card.objects.filter(pk__in=set(people.values())).values_list("pk", "name"))
    found = []
    for row in rows:
        is_first = row.one_id in known
        far = people.get((row.other_id if is_first else row.one_id) or 0)
        # Two who were related and are one person now have nothing between them.
        if far == profile_id or (far is None and not row.company):
            continue
        word = KINDS[row.kind][0 if is_first else 1]
        name = row.company or names.get(far or 0, "")
        found.append(Related(row.pk, row.kind, word, far, name, row.at))
    return found
