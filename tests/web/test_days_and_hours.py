"""Days of people as the reader writes them; hours in which somebody looked as hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
Browse = Callable[[str | None], Any]


@pytest.mark.parametrize(
    ("typed", "language", "said"),
    [
        ("1990-05-17", "en", "17 May 1990"),
        ("1990-05-17", "de", "17.05.1990"),
        ("--05-17", "en", "17 May"),
        ("--02-29", "fr", "29 février"),
    ],
)
def test_a_birthday_is_written_as_other_days(
    world: Any, browse: Browse, typed: str, language: str, said: str
) -> None:
    from regulars.accounts.models import Member

    owner, ada = browse("owner"), world.person("Ada")
    owner.post(f"/people/{ada}/facts", {"do": "say", "birthday": typed})
    Member.objects.update(language=language)
    for part in ("", "/facts"):
        text = owner.get(f"/people/{ada}{part}").content.decode()
        assert said in text
    assert typed not in owner.get(f"/people/{ada}").content.decode()
    # What is typed again is typed as before.
    assert f'value="{typed}"' in owner.get(f"/people/{ada}/facts").content.decode()


@pytest.mark.parametrize(
    "value", ["2024-13-01", "2024-02-30", "0000-01-01", "1990-05-17 or so", "٢٠٢٤-01-01", ""]
)
def test_what_is_no_day_is_left_as_it_was_said(value: str) -> None:
    from regulars.web.templatetags.figures import trait_value

    assert trait_value(value) == value


def test_a_look_is_told_by_its_hour(world: Any, browse: Browse) -> None:
    from regulars.profiles.models import Look

    owner, ada = browse("owner"), world.person("Ada")
    owner.get(f"/people/{ada}")
    Look.objects.update(hour=datetime(2026, 7, 1, 9, tzinfo=UTC))
    for page in (f"/people/{ada}", "/people/looks"):
        assert "1 Jul 2026, between 10:00 and 11:00" in owner.get(page).content.decode()
