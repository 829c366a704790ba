"""How profiles and links forget one person; who belongs together is derived and needs no trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from regulars.identity.models import (
    BlockedValue,
    Decision,
    Ending,
    Holder,
    Link,
    Profile,
    Proposal,
)
from regulars.identity.rules import family
from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.sources.models import Identifier
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL: dict[str, str] = {
    "identity_joiningrule": "How many values of a kind a person may have: kinds and numbers.",
    "identity_matchrun": "When people were last compared, and how many were alike.",
    "identity_profilechange": "Numbers of people whose cards are to be drawn anew, for seconds.",
}


def _export_links(identifiers: frozenset[int], _: frozenset[int]) -> Iterator[Mapping[str, Any]]:
    return exported(Link.objects.filter(identifier_id__in=identifiers))


def _erase_links(identifiers: frozenset[int], profiles: frozenset[int]) -> int:
    return delete_rows(Link.objects.filter(identifier_id__in=identifiers)) + delete_rows(
        Link.objects.filter(profile_id__in=profiles)
    )


def _export_held(_: frozenset[int], profiles: frozenset[int]) -> Iterator[Mapping[str, Any]]:
    for row in Holder.objects.filter(profile_id__in=profiles).select_related("identifier"):
        yield {"kind": row.identifier.kind, "value": row.identifier.value}


def _erase_held(identifiers: frozenset[int], profiles: frozenset[int]) -> int:
    return delete_rows(
        Holder.objects.filter(Q(identifier_id__in=identifiers) | Q(profile_id__in=profiles))
    )


def _decisions(identifiers: frozenset[int]) -> QuerySet[Decision]:
    return Decision.objects.filter(Q(low_id__in=identifiers) | Q(high_id__in=identifiers))


def _proposals(identifiers: frozenset[int]) -> QuerySet[Proposal]:
    return Proposal.objects.filter(Q(low_id__in=identifiers) | Q(high_id__in=identifiers))


def _endings(identifiers: frozenset[int]) -> QuerySet[Ending]:
    return Ending.objects.filter(decision__in=_decisions(identifiers))


def _blocked(identifiers: frozenset[int]) -> QuerySet[BlockedValue]:
    found = Q(pk__in=())
    rows = Identifier.objects.filter(pk__in=identifiers)
    for kind, value in rows.values_list("kind", "value"):
        found |= Q(kind=family(kind), value=value)
    return BlockedValue.objects.filter(found)


_ERASED = told("Until you erase the person or undo what told it.")
_UNDONE = told("So that every join can be undone exactly, and stays undone.")
HANDLERS = (
    PrivacyHandler(
        "identity_decision",
        lambda identifiers, _: exported(_decisions(identifiers)),
        lambda identifiers, _: delete_rows(_decisions(identifiers)),
        Kept(told("Who was joined with whom, or kept apart, by whom and why"), _UNDONE, _ERASED),
    ),
    PrivacyHandler(
        "identity_proposal",
        lambda identifiers, _: exported(_proposals(identifiers)),
        lambda identifiers, _: delete_rows(_proposals(identifiers)),
        Kept(
            told("Who may be the same person as somebody else, and what speaks for it"),
            told("To ask you before two pages become one."),
            told("Until you answer, or the next look finds otherwise."),
        ),
    ),
    PrivacyHandler(
        "identity_ending",
        lambda identifiers, _: exported(_endings(identifiers)),
        lambda identifiers, _: delete_rows(_endings(identifiers)),
        Kept(told("Which joins were undone, by whom and why"), _UNDONE, _ERASED),
    ),
    PrivacyHandler(
        "identity_blockedvalue",
        lambda identifiers, _: exported(_blocked(identifiers)),
        lambda identifiers, _: delete_rows(_blocked(identifiers)),
        Kept(
            told("Addresses and numbers that you said are nobody's"),
            told("So that they join nobody."),
            told("Until you take one off the list, or erase whose it was."),
        ),
    ),
    PrivacyHandler(
        "identity_profile",
        lambda _, people: exported(Profile.objects.filter(pk__in=people)),
        lambda _, people: delete_rows(Profile.objects.filter(pk__in=people)),
        Kept(
            told("That there is a person, under a number of ours"),
            told("So that everything about one person has one place."),
            _ERASED,
        ),
    ),
    PrivacyHandler(
        "identity_holder",
        _export_held,
        _erase_held,
        Kept(
            told("Addresses and numbers that you and others have"),
            told("So that you are found by them, without being taken for the others."),
            _ERASED,
        ),
    ),
    PrivacyHandler(
        "identity_link",
        _export_links,
        _erase_links,
        Kept(
            told("Which addresses and numbers are whose"),
            told("So that everything about one person has one place."),
            _ERASED,
        ),
    ),
)
