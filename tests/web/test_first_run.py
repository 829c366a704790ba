from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

GIVEN = {
    "name": "Crumb",
    "sector": "bakery",
    "country": "GB",
    "currency": "GBP",
    "timezone": "Europe/London",
    "email": "olive@crumb.test",
    "password": "a long and quiet street",
}


@pytest.mark.parametrize("path", ["/", "/people", "/account/login", "/sources/new"])
def test_before_set_up_every_page_leads_there(
    path: str, data_folder: Path, db: None, client: Any
) -> None:
    answered = client.get(path)
    assert (answered.status_code, answered["Location"]) == (302, "/setup")


def test_set_up_signs_the_owner_in_and_offers_to_import(
    data_folder: Path, db: None, client: Any
) -> None:
    from regulars.accounts.models import Business, Member

    answered = client.post("/setup", GIVEN)
    assert (answered.status_code, answered["Location"]) == (302, "/sources/new")
    assert Business.objects.get().currency == "GBP"
    assert Member.objects.get().role == "owner"
    page = client.get("/").content.decode()
    assert "Nothing was imported yet" in page
    assert "regulars demo" in page
    assert client.get("/setup")["Location"] == "/"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("password", "password", "too common"),
        ("email", "olive", "valid email"),
        ("country", "XX", "valid choice"),
        ("name", "", "required"),
    ],
)
def test_what_is_off_is_said_and_nothing_is_made(
    field: str, value: str, said: str, data_folder: Path, db: None, client: Any
) -> None:
    from regulars.accounts.models import Business

    page = client.post("/setup", {**GIVEN, field: value})
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not Business.objects.exists()


def test_a_second_set_up_changes_nothing(owner: Any) -> None:
    from regulars.accounts.models import Business

    answered = owner.post("/setup", {**GIVEN, "name": "Other"})
    assert answered["Location"] == "/"
    assert Business.objects.get().name == "Crumb"
