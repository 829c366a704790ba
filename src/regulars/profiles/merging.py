"""Merges and splits as members do them: the same verbs, and the people's cards with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.accounts.actors import Actor
from regulars.identity import merging
from regulars.identity.merging import Outcome
from regulars.identity.models import Decision, Ending
from regulars.identity.resolving import Resolution
from regulars.profiles import cards


def merge(
    actor: Actor,
    one: int,
    other: int,
    *,
    reason: str,
    by: str = Decision.PERSON,
    score: float | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> Outcome:
    """Say that two people are one; see `identity.merging.merge`. Their card is drawn with it."""
    return merging.merge(
        actor, one, other, reason=reason, by=by, score=score, evidence=evidence, changed=_draw
    )


def split(actor: Actor, merge_id: str, *, reason: str = "", kind: str = Ending.PARTED) -> Outcome:
    """Take a join back; see `identity.merging.split`. Both cards are drawn with it."""
    return merging.split(actor, merge_id, reason=reason, kind=kind, changed=_draw)


def _draw(resolution: Resolution) -> None:
    cards.rebuild(resolution.changed, resolution.gone)
