"""Every join of a person, with its evidence: what stood side by side, and what was decided."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from regulars.accounts.actors import Actor
from regulars.identity.decisions import standing
from regulars.identity.models import Decision, Ending, Link
from regulars.identity.queries import identifiers_of
from regulars.sources.bulk import fetch_by_keys
from regulars.sources.files.identifiers import kind_rank
from regulars.sources.live import standing_ids
from regulars.sources.models import Identifier, IdentifierPair, Import

_PAIR = re.compile(r"(\d{1,18})-(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Value:
    """One identifier."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One join of two identifiers. ``by`` is rule, person or match; ``score`` the chance that it is
    right, as far as matching can tell; ``actor`` the member. ``ended_at`` is when it was split."""

    id: str
    by: str
    one: Value
    other: Value
    score: float | None
    evidence: dict[str, Any]
    reason: str
    actor: str | None
    at: datetime | None
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it counts."""
        return self.ended_at is None

    def as_json(self) -> dict[str, Any]:
        """Plain values; instants in ISO 8601."""
        said = asdict(self) | {"stands": self.stands}
        for name in ("at", "ended_at"):
            said[name] = said[name].isoformat() if said[name] else None
        return said


def pair_of(merge_id: str) -> tuple[int, int] | None:
    """Return the identifiers that a join by rule is named after; ``None`` for another name."""
    found = _PAIR.fullmatch(merge_id)
    return (int(found[1]), int(found[2])) if found and merge_id.isascii() else None


def anchor_among(identifiers: Iterable[int]) -> int:
    """Return the one of ``identifiers`` that speaks for a person: of the strongest kind, the oldest
    of those."""
    rows = fetch_by_keys(Identifier, ("id", "kind"), "id", identifiers)
    return int(min((kind_rank(kind), number) for number, kind in rows)[1])


def edges_of(actor: Actor, profile_id: int) -> list[Edge]:
    """Return every join that concerns a person, the standing and the split ones, decided ones first
    and the latest first. Needs ``people.see``. `NotFound` when there is no such person."""
    actor.require("people.see")
    known = identifiers_of(profile_id)
    concerning = Q(low__in=known) | Q(high__in=known)
    decisions = list(
        Decision.objects.filter(concerning).select_related("low", "high", "member").order_by("-pk")
    )
    standing_numbers = set(standing().filter(concerning).values_list("pk", flat=True))
    ends = _ends(one.pk for one in decisions if one.pk not in standing_numbers)
    joins = [_decided(one, ends) for one in decisions if one.word == Decision.TOGETHER]
    parted = {
        (one.low_id, one.high_id): one
        for one in decisions
        if one.word == Decision.APART and one.pk in standing_numbers
    }
    return joins + _told(known, parted)


def _ends(decisions: Iterable[int]) -> dict[int, Ending]:
    rows = Ending.objects.filter(decision__in=list(decisions)).select_related("member")
    return {one.decision_id: one for one in rows.order_by("pk")}


def _decided(one: Decision, ends: dict[int, Ending]) -> Edge:
    end = ends.get(one.pk)
    return Edge(
        str(one.pk), one.by, _value(one.low), _value(one.high), one.score, one.evidence,
        one.reason, str(one.member) if one.member else None, one.at,
        end.at if end else None, str(end.member) if end and end.member else None,
    )  # fmt: skip


def _told(known: frozenset[int], parted: dict[tuple[int, int], Decision]) -> list[Edge]:
    """What stood side by side in what was told, each pair once."""
    # What joins nobody parts nobody either.
    given = Link.objects.filter(identifier__in=known, evidence=Link.ALL_ONE)
    known = known.difference(given.values_list("identifier_id", flat=True))
    # Asked for with the imports, SQLite would read all pairs of an import.
    rows = IdentifierPair.objects.filter(Q(low__in=known) | Q(high__in=known))
    stand = standing_ids()
    imports: dict[tuple[int, int], list[int]] = {}
    for low, high, of_import in rows.values_list("low_id", "high_id", "of_import_id"):
        if of_import in stand:
            imports.setdefault((low, high), []).append(of_import)
    pairs = {pair for pair in imports if known.issuperset(pair) or pair in parted}
    values = Identifier.objects.in_bulk({one for pair in pairs for one in pair})
    told = Import.objects.select_related("source").in_bulk(
        {number for pair in pairs for number in imports[pair]}
    )
    return [
        _stood(pair, values, [told[number] for number in sorted(imports[pair])], parted.get(pair))
        for pair in sorted(pairs)
    ]


def _stood(
    pair: tuple[int, int],
    values: dict[int, Identifier],
    told: list[Import],
    parted: Decision | None,
) -> Edge:
    where = [
        {"import_id": one.pk, "source": one.source.name, "file": one.file_name} for one in told
    ]
    return Edge(
        f"{pair[0]}-{pair[1]}", "rule", _value(values[pair[0]]), _value(values[pair[1]]), None,
        {"side_by_side_in": where}, parted.reason if parted else "", None, told[0].started_at,
        parted.at if parted else None,
        str(parted.member) if parted and parted.member else None,
    )  # fmt: skip


def _value(one: Identifier) -> Value:
    return Value(one.kind, one.value)
