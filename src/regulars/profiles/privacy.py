"""How cards and the search forget one person. The index follows the cards' table by itself."""

from __future__ import annotations

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.models import Card, NameWord
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL = {
    "profiles_erasure": "Counts of rows and, while it runs, numbers that mean nothing afterwards.",
}

_FOUND = told("To find a person by what you remember.")
_ERASED = told("Until you erase the person or undo what told it.")
HANDLERS = (
    PrivacyHandler(
        "profiles_card",
        lambda _, people: exported(Card.objects.filter(pk__in=people)),
        lambda _, people: delete_rows(Card.objects.filter(pk__in=people)),
        Kept(told("Names, addresses and numbers as the search shows them"), _FOUND, _ERASED),
    ),
    PrivacyHandler(
        "profiles_nameword",
        lambda _, people: exported(NameWord.objects.filter(profile_id__in=people)),
        lambda _, people: delete_rows(NameWord.objects.filter(profile_id__in=people)),
        Kept(told("The words of names"), _FOUND, _ERASED),
    ),
)
