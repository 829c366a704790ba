"""What a person takes away is written for a reader, not for the program."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.accounts.models import Business
from regulars.profiles.taken_words import in_words

pytestmark = pytest.mark.django_db
HERE = Business(name="Crumb", country="GB", currency="GBP", timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"amount_minor": 420, "currency": "EUR"}, [("amount", "€4.20"), ("currency", "EUR")]),
        ({"amount_minor": -250}, [("amount", "−£2.50")]),
        ({"happened_at": "2026-10-04T22:30:00+00:00"}, [("happened at", "5 Oct 2026, 00:30")]),
        ({"day": "2026-10-04", "note": "2026-10-04 or so"},
         [("day", "4 Oct 2026"), ("note", "2026-10-04 or so")]),
        ({"is_return": True, "is_open": False}, [("return", "yes"), ("open", "no")]),
        ({"id": 3, "record_key": -8639618364219109895, "place": -1, "of_import_id": 7, "digest": 1,
          "segment": "", "recency": 1, "kind": "email"}, [("kind", "email")]),
        ({"kind": "person", "value": "0f0d50c94abf49aba65ffb8f0aa9e817"}, []),
        ({"place": "York", "traits": {"Likes": "rye", "born": "1990-05-17"}},
         [("place", "York"), ("traits", "Likes: rye\nborn: 17 May 1990")]),
    ],
)  # fmt: skip
def test_a_row_is_told_in_words(row: dict[str, Any], said: list[tuple[str, str]]) -> None:
    assert list(in_words(row, HERE)) == said
