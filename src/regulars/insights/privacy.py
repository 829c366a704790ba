"""How scores, outlooks and decisions forget one person. What they taught the models is a sum over
everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from regulars.insights import outlook
from regulars.insights.models import Decision, Outlook, Score
from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.sources.naming import Naming, naming_of
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL = {
    "insights_refresh": "Counts and row numbers.",
    "insights_sharelink": "A member's link to sums over everybody; filters name goods and places.",
    "insights_scorerun": "A model's parameters and back-test over everybody.",
    "insights_findingrun": "How many products, places and hours were looked at.",
    "insights_finding": "Sums over many people, by product, place and hour.",
}
LEFT_OUT = "(named the person; left out)"
Ids = frozenset[int]
Rows = Iterator[Mapping[str, Any]]


def without(value: Any, people: Ids) -> Any:
    """``value`` (JSON) less every entry of a list that is about one of ``people``."""
    if isinstance(value, dict):
        return {name: without(one, people) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    return [without(one, people) for one in value if not _is_about(one, people)]


def _is_about(entry: Any, people: Ids) -> bool:
    if isinstance(entry, dict):
        return entry.get("profile_id") in people
    return isinstance(entry, str) and entry in {f"person:{one}" for one in people}


def _decisions(identifiers: Ids, people: Ids) -> Iterator[tuple[Decision, dict[str, Any]]]:
    """The decisions that are about the person, each with what is to be changed in it."""
    sought = naming_of(identifiers)
    for made in Decision.objects.order_by("pk").iterator():
        changes = _changes(made, sought, people)
        if changes:
            yield made, changes


def _changes(made: Decision, sought: Naming, people: Ids) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    kept = without(made.shown, people)
    for name in ("title", "reason"):
        if sought.in_own_text(str(kept.get(name, ""))):
            kept = {**kept, name: LEFT_OUT}
    # The address of a thing about one person ends in their number.
    if any(str(kept.get("action_path", "")) == f"/people/{one}" for one in people):
        kept = {**kept, "action_path": "/people"}
    if kept != made.shown:
        changes["shown"] = kept
    if sought.in_own_text(made.words):
        changes["words"] = LEFT_OUT
    return changes


def _export_decisions(identifiers: Ids, people: Ids) -> Rows:
    for made, _ in _decisions(identifiers, people):
        yield {"at": made.at.isoformat(), "what": made.what, "title": made.shown.get("title"),
               "words": made.words}  # fmt: skip


def _erase_decisions(identifiers: Ids, people: Ids) -> int:
    found = list(_decisions(identifiers, people))
    for made, changes in found:
        with transaction.atomic():
            Decision.objects.filter(pk=made.pk).update(**changes)
    return len(found)


def _outlooks(people: Ids) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, facts in Outlook.objects.order_by("pk").values_list("pk", "facts"):
        kept = without(facts, people)
        if kept != facts:
            yield number, kept


def _export_outlooks(_: Ids, people: Ids) -> Rows:
    for number, facts in Outlook.objects.order_by("pk").values_list("pk", "facts"):
        for kind, found in facts.items():
            for one in found.get("people", ()) if isinstance(found, dict) else ():
                if one.get("profile_id") in people:
                    yield {"outlook": number, "kind": kind, **one}


def _erase_outlooks(_: Ids, people: Ids) -> int:
    found = list(_outlooks(people))
    for number, kept in found:
        # With one person less they are counted anew.
        kept.pop(outlook.SEGMENTS, None)
        with transaction.atomic():
            rows = Outlook.objects.filter(pk=number)
            rows.update(facts=kept, version=F("version") + 1)
    return len(found)


HANDLERS = (
    PrivacyHandler(
        "insights_score",
        lambda _, people: exported(Score.objects.filter(profile_id__in=people)),
        lambda _, people: delete_rows(Score.objects.filter(profile_id__in=people)),
        Kept(
            told("What is likely: buying again, value, having gone quiet"),
            told("To say whom it is worth turning to, with the reason."),
            told("Until the next time figures are brought up to date, or you erase the person."),
        ),
    ),
    PrivacyHandler(
        "insights_decision",
        _export_decisions,
        _erase_decisions,
        Kept(
            told("What you decided about things that concern people"),
            told("Not to ask again, and to count what came of it."),
            told("Until you erase the person; the decision stays without the name."),
        ),
    ),
    PrivacyHandler(
        "insights_outlook",
        _export_outlooks,
        _erase_outlooks,
        Kept(
            told("Whom the things worth doing today are about"),
            told("To have Today at once in the morning."),
            told("Until the next time figures are brought up to date, or you erase the person."),
        ),
    ),
)
