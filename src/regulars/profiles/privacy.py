"""How cards and the search forget one person. The index follows the cards' table by itself."""

from __future__ import annotations

from regulars.kernel.declarations import PrivacyHandler
from regulars.profiles.models import Card, NameWord
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL = {
    "profiles_erasure": "Counts of rows and, while it runs, numbers that mean nothing afterwards.",
}

HANDLERS = (
    PrivacyHandler(
        "profiles_card",
        lambda _, people: exported(Card.objects.filter(pk__in=people)),
        lambda _, people: delete_rows(Card.objects.filter(pk__in=people)),
    ),
    PrivacyHandler(
        "profiles_nameword",
        lambda _, people: exported(NameWord.objects.filter(profile_id__in=people)),
        lambda _, people: delete_rows(NameWord.objects.filter(profile_id__in=people)),
    ),
)
