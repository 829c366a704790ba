"""How cards and the search forget one person. The index follows the cards' table by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles import person
from regulars.profiles.counter import privacy as of_counter
from regulars.profiles.hanging import privacy as of_hanging
from regulars.profiles.looks import privacy as of_looks
from regulars.profiles.models import Card, EnrichmentObjection
from regulars.profiles.pipeline import privacy as of_pipeline
from regulars.profiles.typed import privacy as of_typed
from regulars.profiles.viewing import privacy as of_viewing
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL = {
    **of_pipeline.NOT_PERSONAL,
    **of_typed.NOT_PERSONAL,
    "profiles_enrichment": "From whom a table of third parties is, and what it is for.",
    "profiles_enrichedday": "Holidays and weather of days.",
    "profiles_erasure": "Counts of rows and, while it runs, numbers that mean nothing afterwards.",
}

_FOUND = told("To find a person by what you remember.")
_ERASED = told("Until you erase the person or undo what told it.")
_PUBLISHED = told("Until you remove the table.")


def _export_surroundings(_: frozenset[int], people: frozenset[int]) -> Iterator[Mapping[str, Any]]:
    for profile_id in sorted(people):
        yield from person.third_party(profile_id)


HANDLERS = (
    *of_pipeline.HANDLERS,
    *of_typed.HANDLERS,
    *of_hanging.HANDLERS,
    *of_counter.HANDLERS,
    *of_viewing.HANDLERS,
    *of_looks.HANDLERS,
    PrivacyHandler(
        "profiles_enrichmentobjection",
        lambda _, people: exported(EnrichmentObjection.objects.filter(profile_id__in=people)),
        lambda _, people: delete_rows(EnrichmentObjection.objects.filter(profile_id__in=people)),
        Kept(
            told("To what people objected"),
            told("Not to use it for them again."),
            told("Until you erase the person or remove what they objected to."),
        ),
    ),
    PrivacyHandler(
        "profiles_enrichedplace",
        _export_surroundings,
        # It says nothing of anybody, and is joined when somebody looks: nothing of it is theirs.
        lambda _, people: 0,
        Kept(
            told("What others publish of postcodes"),
            told("As you said when you added each table."),
            _PUBLISHED,
        ),
    ),
    PrivacyHandler(
        "profiles_card",
        lambda _, people: exported(Card.objects.filter(pk__in=people)),
        lambda _, people: delete_rows(Card.objects.filter(pk__in=people)),
        Kept(told("Names, addresses and numbers as the search shows them"), _FOUND, _ERASED),
    ),
)
