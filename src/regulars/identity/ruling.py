"""What the owner says joins people: kept where it is not the default, read once for each run.

A change joins nobody by itself: whoever makes one has everybody resolved anew (a refresh), as links
are derived from what was told and from these rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.identity.models import BlockedValue, JoiningRule
from regulars.identity.rules import DEFAULTS, WINDOWS, Most, Rules, family
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.files.identifiers import MADE_UP
from regulars.sources.models import Identifier

PERMISSION = "people.set_rules"
MOST_OF_A_KIND = 1_000


@dataclass(frozen=True, slots=True)
class KindRule:
    """The rule of one kind. ``limit``: how many values one person may have in ``window``;
    ``beside``: how many values of one stronger kind a value may stand beside before it is shared.
    ``None`` is any number."""

    kind: str
    limit: int | None = None
    window: str = "ever"
    beside: int | None = None


def in_force() -> Rules:
    """The rules that hold now: the defaults, but for what the owner said."""
    rows = list(JoiningRule.objects.order_by("place", "kind"))
    if not rows:
        return DEFAULTS
    most, beside = dict(DEFAULTS.most), dict(DEFAULTS.beside)
    for row in rows:
        _put(most, row.kind, Most(row.most, row.window) if row.most is not None else None)
        _put(beside, row.kind, row.beside)
    order = tuple(row.kind for row in rows if row.place is not None)
    return Rules(order or DEFAULTS.priority, beside, most)


def blocked_identifiers() -> set[int]:
    """The identifiers whose values the owner blocked."""
    said = set(BlockedValue.objects.values_list("kind", "value"))
    rows = Identifier.objects.filter(value__in={value for _, value in said})
    return {
        number
        for number, kind, value in rows.values_list("id", "kind", "value")
        if (family(kind), value) in said
    }


def mark() -> str:
    """A mark of everything that was said here: the same for the same rules and blocked values."""
    rows = JoiningRule.objects.order_by("kind").values_list(
        "kind", "place", "most", "window", "beside"
    )
    blocked = BlockedValue.objects.order_by("kind", "value").values_list("kind", "value")
    said = json.dumps([list(rows), list(blocked)])
    return blake2b(said.encode(), digest_size=12).hexdigest()


def kind_rules(rules: Rules | None = None) -> list[KindRule]:
    """The rule of every kind, those in use and those that have one, the strongest first; not of
    the kind that is made up for people written down by hand."""
    rules = in_force() if rules is None else rules
    used = {family(kind) for kind in Identifier.objects.values_list("kind", flat=True).distinct()}
    kinds = (used | set(DEFAULTS.priority) | set(rules.priority)) - {MADE_UP}
    return [_of(kind, rules) for kind in sorted(kinds, key=lambda one: (rules.rank(one), one))]


def shown(actor: Actor) -> dict[str, Any]:
    """Every kind's rule beside its default. Needs ``people.set_rules``."""
    actor.require(PERMISSION)
    defaults = {one.kind: one for one in kind_rules(DEFAULTS)}
    places = {kind: rank for rank, kind in enumerate(defaults, 1)}
    kinds = []
    for rank, one in enumerate(kind_rules(), 1):
        usual = defaults.get(one.kind, KindRule(one.kind))
        default = _said(usual, places.get(one.kind, rank))
        kinds.append({"kind": one.kind, **_said(one, rank), "default": default})
    return {
        "kinds": kinds,
        "is_default": not JoiningRule.objects.exists(),
        "blocked": [
            {
                "id": one.pk, "kind": one.kind, "value": one.value, "at": one.at.isoformat(),
                "by": str(one.member) if one.member else None,
            }
            for one in BlockedValue.objects.select_related("member").order_by("kind", "value")
        ],
    }  # fmt: skip


def set_rules(actor: Actor, wanted: Sequence[KindRule]) -> bool:
    """Let ``wanted``, the strongest first, be the rules; kinds left out follow with theirs. Return
    whether that changed anything. Needs ``people.set_rules``; `WrongUse` for a kind that is not in
    use or named twice, a number out of range, or an unknown window."""
    actor.require(PERMISSION)
    with transaction.atomic():
        before = {one.kind: one for one in kind_rules()}
        for one in wanted:
            _check(one, before)
        named = {one.kind: _settled(one) for one in wanted}
        if len(named) < len(wanted):
            raise WrongUse(told("A kind is named twice."))
        after = {**named, **{kind: one for kind, one in before.items() if kind not in named}}
        if list(after.items()) == list(before.items()):
            return False
        _keep(list(after.values()))
        changed = [asdict(one) for kind, one in after.items() if before[kind] != one]
        audit(actor, PERMISSION, order=list(after), changed=changed)
    return True


def set_rule(actor: Actor, kind: str, changes: Mapping[str, Any]) -> bool:
    """Change some of ``limit``, ``window``, ``beside`` and ``rank`` (1 is the strongest) of one
    kind. Return whether that changed anything; refused as by `set_rules`."""
    actor.require(PERMISSION)
    rules = {one.kind: one for one in kind_rules()}
    if kind not in rules:
        raise _unknown(kind, rules)
    place = changes.get("rank", list(rules).index(kind) + 1)
    if not 1 <= place <= len(rules):
        raise WrongUse(told("A place in the order is from 1 to %(most)s.", most=len(rules)))
    parts = {name: value for name, value in changes.items() if name != "rank"}
    others = [one for one in rules.values() if one.kind != kind]
    others.insert(place - 1, KindRule(**(asdict(rules[kind]) | parts)))
    return set_rules(actor, others)


def back_to_defaults(actor: Actor) -> bool:
    """Let go of what was said about kinds and their order; blocked values stay. Return whether that
    changed anything. Needs ``people.set_rules``."""
    actor.require(PERMISSION)
    with transaction.atomic():
        gone, _ = JoiningRule.objects.all().delete()
        if gone:
            audit(actor, PERMISSION, "defaults")
    return bool(gone)


def _put(known: dict[str, Any], kind: str, value: Any) -> None:
    if value is None:
        known.pop(kind, None)
    else:
        known[kind] = value


def _of(kind: str, rules: Rules) -> KindRule:
    most = rules.most.get(kind)
    count, window = (most.count, most.window) if most else (None, "ever")
    return KindRule(kind, count, window, rules.beside.get(kind))


def _said(one: KindRule, rank: int) -> dict[str, Any]:
    return {"rank": rank, "limit": one.limit, "window": one.window, "beside": one.beside}


def _settled(one: KindRule) -> KindRule:
    """A window says nothing where any number is allowed."""
    return one if one.limit is not None else KindRule(one.kind, beside=one.beside)


def _check(one: KindRule, known: Iterable[str]) -> None:
    if one.kind not in known:
        raise _unknown(one.kind, known)
    if one.window not in WINDOWS:
        raise WrongUse(
            told("%(window)s is no window. There are: %(windows)s.",
                 window=one.window, windows=", ".join(WINDOWS))
        )  # fmt: skip
    for least, number in ((1, one.limit), (0, one.beside)):
        if number is not None and not least <= number <= MOST_OF_A_KIND:
            raise WrongUse(
                told("A limit is from %(least)s to %(most)s, or none.",
                     least=least, most=MOST_OF_A_KIND)
            )  # fmt: skip


def _unknown(kind: str, known: Iterable[str]) -> WrongUse:
    return WrongUse(
        told("There is no kind %(kind)s. There are: %(kinds)s.", kind=kind, kinds=", ".join(known))
    )


def _keep(wanted: list[KindRule]) -> None:
    usual = kind_rules(DEFAULTS)
    defaults = {one.kind: one for one in usual}
    order = [one.kind for one in wanted]
    is_usual = order == [one.kind for one in usual]
    JoiningRule.objects.all().delete()
    JoiningRule.objects.bulk_create(
        JoiningRule(
            kind=one.kind, place=None if is_usual else place, most=one.limit, window=one.window,
            beside=one.beside,
        )
        for place, one in enumerate(wanted, 1)
        if not is_usual or one != defaults.get(one.kind)
    )  # fmt: skip
