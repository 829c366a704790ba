"""Tags of one person, and which tags there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from regulars.accounts.actors import Actor, audit
from regulars.identity.models import Link
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import anchor_of
from regulars.profiles.folding import fold
from regulars.profiles.models import Tag, Tagging
from regulars.profiles.pipeline import texts

_LONGEST = 60
_MOST = 500


def tag(actor: Actor, profile_id: int, name: str) -> bool:
    """Give a person a tag; returns False where they have it. Needs ``people.write``. `NotFound` for
    nobody, `WrongUse` for an empty or too long one."""
    actor.require("people.write")
    read(name)
    known, anchor = identifiers_of(profile_id), anchor_of(profile_id)
    with transaction.atomic():
        one = made(actor, name)
        if Tagging.objects.filter(tag=one, identifier__in=known, ended_at=None).exists():
            return False
        Tagging.objects.create(
            tag=one, identifier_id=anchor, at=clock.now(), member_id=actor.member_id
        )
        audit(actor, "tags.give", f"person {profile_id}", tag=one.pk)
    return True


def untag(actor: Actor, profile_id: int, tag_id: int) -> None:
    """Take a tag from a person. Needs ``people.write``. `NotFound` where they do not have it."""
    actor.require("people.write")
    known = identifiers_of(profile_id)
    number = tag_id if 0 < tag_id < 2**63 else 0
    with transaction.atomic():
        rows = Tagging.objects.filter(tag=number, identifier__in=known, ended_at=None)
        if not rows.update(ended_at=clock.now(), ended_by=actor.member_id):
            raise NotFound(told("They do not have that tag."))
        audit(actor, "tags.take", f"person {profile_id}", tag=number)


def read(name: str) -> str:
    """A tag's name as it is kept; `WrongUse` for an empty or too long one."""
    name = texts.line(name, _LONGEST, told("A tag"))
    if not fold(name):
        raise WrongUse(told("Write the tag."))
    return name


def made(actor: Actor, name: str) -> Tag:
    """The tag of that name, made where there is none; inside the caller's transaction."""
    name = read(name)
    one = known(name)
    if one is None:
        one, _ = Tag.objects.get_or_create(
            folded=_folded(name),
            defaults={"name": name, "at": clock.now(), "member_id": actor.member_id},
        )
    return one


def known(name: str) -> Tag | None:
    """The tag of that name, however it is written."""
    return Tag.objects.filter(folded=_folded(name)).first()


def _folded(name: str) -> str:
    return fold(name)[:120]


def names(actor: Actor) -> list[str]:
    """The tags that somebody has, by name. Needs ``people.see``."""
    actor.require("people.see")
    used = Tagging.objects.filter(tag=OuterRef("pk"), ended_at=None)
    rows = Tag.objects.filter(Exists(used)).order_by("folded")
    return list(rows.values_list("name", flat=True)[:_MOST])


def of(profile_id: int) -> list[Tag]:
    """A person's tags, by name."""
    rows = Tagging.objects.filter(identifier__in=identifiers_of(profile_id), ended_at=None)
    return list(Tag.objects.filter(pk__in=rows.values("tag")).order_by("folded"))


def as_json(profile_id: int) -> dict[str, Any]:
    """A person's tags as programs get them."""
    return {"id": profile_id, "tags": [{"id": one.pk, "name": one.name} for one in of(profile_id)]}


def of_many(profile_ids: Iterable[int]) -> dict[int, list[str]]:
    """Person → names of their tags."""
    owner = dict(
        Link.objects.filter(profile_id__in=list(profile_ids)).values_list(
            "identifier_id", "profile_id"
        )
    )
    found: dict[int, dict[str, None]] = defaultdict(dict)
    rows = Tagging.objects.filter(identifier__in=owner, ended_at=None)
    for identifier, name in rows.order_by("tag__folded").values_list("identifier_id", "tag__name"):
        found[owner[identifier]][name] = None
    return {number: list(names) for number, names in found.items()}
