"""Things to do as page, API, command line and mail show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.accounts.actors import Actor
from regulars.insights.suggestions import best_unhappy
from regulars.kernel.declarations import Suggestion
from regulars.kernel.money import to_major
from regulars.profiles.models import Card

_NAMED = 3


def shown(actor: Actor, found: Sequence[Suggestion], currency: str) -> list[dict[str, Any]]:
    """Each thing with its worth in major units, and the first few people whom it is about."""
    first = {one.key: one.detail.get("people", ())[:_NAMED] for one in found}
    ids = {one["profile_id"] for listed in first.values() for one in listed}
    names = _names(ids)
    return [
        {
            "key": one.key,
            **thing(one, currency),
            "people": [
                _person(actor, who, names.get(who["profile_id"]), currency)
                for who in first[one.key]
                if who["profile_id"] in names
            ],
            "more_people": max(0, len(one.detail.get("people", ())) - _NAMED),
        }
        for one in found
    ]


def thing(one: Suggestion, currency: str) -> dict[str, Any]:
    """A thing without the people it is about."""

    def major(minor: int | None) -> float | None:
        return None if minor is None else float(to_major(minor, currency))

    return {
        "kind": one.kind,
        "title": one.title,
        "reason": one.reason,
        "worth": major(one.worth_minor),
        "low": major(one.low_minor),
        "high": major(one.high_minor),
        "unit": currency,
        "days": one.detail.get("days"),
        "minutes": one.minutes,
        "action_label": one.action_label,
        "action_path": one.action_path,
    }


def _names(ids: set[int]) -> dict[int, str | None]:
    cards = Card.objects.filter(pk__in=ids).values_list("pk", "name", "email", "phone")
    return {number: name or email or phone or None for number, name, email, phone in cards}


def _person(actor: Actor, who: dict[str, Any], name: str | None, currency: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": who["profile_id"],
        "name": name,
        "why": best_unhappy.why(who) if "why" in who else None,
        "usual": None,
    }
    if actor.may("people.see_money"):
        told["usual"] = float(to_major(who["usual_minor"], currency))
    return told
