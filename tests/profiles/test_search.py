from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotAllowed
from regulars.profiles import search_index
from regulars.profiles.models import Card
from regulars.profiles.search import find
from tests.profiles.people import customer, land, refresh

pytestmark = pytest.mark.django_db

PEOPLE = (
    customer(
        "1",
        ("customer_id:shop", "C-1001"),
        ("email", "zoe.muller@example.org"),
        ("phone", "+447700900123"),
        name="Zoë Müller",
    ),
    customer(
        "2",
        ("email", "moore@example.org"),
        ("card", "AB12345"),
        first_name="Ann",
        last_name="O’Moore",
    ),
    customer("3", ("customer_id:shop", "17850"), name="李小龙"),
    customer("4", ("customer_id:shop", "C-1004"), ("phone", "+390612345678"), name="محمد علي"),
    customer("5", ("customer_id:shop", "C-1005"), name="Joanna Zollmer"),
    customer("6", ("email", "bakes@example.org"), company="Mueller & Søns"),
)


@pytest.fixture
def people(db: None) -> None:
    land("customers", list(PEOPLE))
    refresh()


def names(text: str) -> list[str]:
    return [hit.name for hit in find(text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("zoe", "Zoë Müller"),
        ("MULLER zo", "Zoë Müller"),
        ("zo", "Joanna Zollmer"),
        ("oller", "Zoë Müller"),
        ("an", "Ann O’Moore"),
        ("omoore", "Ann O’Moore"),
        ("o'moore", "Ann O’Moore"),
        ("小龙", "李小龙"),
        ("李小", "李小龙"),
        ("محمد", "محمد علي"),
        ("مُحَمَّد", "محمد علي"),
        ("sons", "Mueller & Søns"),
        ("07700 900123", "Zoë Müller"),
        ("+44 7700 900 123", "Zoë Müller"),
        ("0044 (0)7700 900123", "Zoë Müller"),
        ("900 12", "Zoë Müller"),
        ("06 1234", "محمد علي"),
        ("٠٦١٢٣٤", "محمد علي"),
        ("c-1001", "Zoë Müller"),
        ("AB 123-45", "Ann O’Moore"),
        ("17850", "李小龙"),
        ("moore@exa", "Ann O’Moore"),
        ("zoe 900123", "Zoë Müller"),
    ],
)
def test_people_are_found(people: None, text: str, first: str) -> None:
    found = names(text)
    if text == "zo":
        assert set(found) == {"Joanna Zollmer", "Zoë Müller"}
    elif text == "oller":
        assert found == []
    else:
        assert first in found


def test_ranking(people: None) -> None:
    hits = find("mu")
    assert [hit.matched for hit in hits] == ["name", "name"]
    assert find("zoe.muller@example.org")[0].matched == "email"
    assert find("C-1001")[0].matched == "customer_id"
    assert find("ab12345")[0].matched == "card"
    assert find("07700900123")[0].matched == "phone"
    assert [hit.name for hit in find("ann")] == ["Ann O’Moore", "Joanna Zollmer"]


@pytest.mark.parametrize("text", ["", " ", "z", "7", "77", "%", "__", "'", '"', "\x00", "😀"])
def test_too_little_finds_nobody(people: None, text: str) -> None:
    assert find(text) == []


HOSTILE = [
    '" OR 1',
    "a AND",
    "NEAR(",
    "haystack:zoe",
    "zoe*",
    "{zoe}",
    "-zoe",
    "^zoe",
    "'; DROP",
    "\\",
    "%%%",
    "\ud800zoe",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(people: None, text: str) -> None:
    find(text)
    assert Card.objects.count() == 6


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=30))
def test_any_text_is_safe(people: None, text: str) -> None:
    find(text)


def test_the_index_follows_cards(people: None) -> None:
    assert search_index.kind() in {"fts5", "pg_trgm"}
    land("customers", [customer("1", ("customer_id:shop", "C-1001"), name="Zita Brown")])
    refresh()
    assert names("brown") == ["Zita Brown"]
    assert [hit.matched for hit in find("zoe")] == ["email"]
    Card.objects.filter(name="Zita Brown").delete()
    assert names("rown") == []


def test_search_without_its_index(people: None) -> None:
    search_index.drop()
    assert search_index.kind() == "none"
    assert names("ollme") == ["Joanna Zollmer"]
    connection.check_constraints()
    search_index.create()
    assert search_index.kind() != "none"
    assert names("ollme") == ["Joanna Zollmer"]


def test_an_actor_needs_leave(people: None) -> None:
    find("zoe", actor=Actor("helper", "api"))
    with pytest.raises(NotAllowed):
        find("zoe", actor=Actor("stranger", "api"))
