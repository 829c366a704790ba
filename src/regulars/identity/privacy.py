"""How profiles and links forget one person; who belongs together is derived and needs no trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regulars.identity.models import Link, Profile
from regulars.kernel.declarations import PrivacyHandler
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL: dict[str, str] = {
    "identity_profilechange": "Numbers of people whose cards are to be drawn anew, for seconds.",
}


def _export_links(identifiers: frozenset[int], _: frozenset[int]) -> Iterator[Mapping[str, Any]]:
    return exported(Link.objects.filter(identifier_id__in=identifiers))


def _erase_links(identifiers: frozenset[int], profiles: frozenset[int]) -> int:
    return delete_rows(Link.objects.filter(identifier_id__in=identifiers)) + delete_rows(
        Link.objects.filter(profile_id__in=profiles)
    )


HANDLERS = (
    PrivacyHandler(
        "identity_profile",
        lambda _, people: exported(Profile.objects.filter(pk__in=people)),
        lambda _, people: delete_rows(Profile.objects.filter(pk__in=people)),
    ),
    PrivacyHandler("identity_link", _export_links, _erase_links),
)
