from __future__ import annotations

from typing import Any

import pytest

from regulars.accounts import actors
from regulars.profiles.models import Lead
from regulars.profiles.pipeline import facts, leads
from regulars.profiles.pipeline.leads import Told
from tests.api.conftest import Ask
from tests.contract.world import World, address

_SAID = Told(title="Cake", name="Eve", email="eve@crumb.test", value_minor=45_000, source="Fair")


@pytest.fixture
def lead(world: World, db: None) -> int:
    return leads.add(actors.owner("cli"), _SAID).pk


@pytest.fixture
def change(ask: Ask, lead: int) -> Any:
    def send(role: str = "manager", **some: Any) -> Any:
        return ask(role, f"leads/{lead}", "patch", data=some, content_type="application/json")

    return send


def shown(lead: int) -> dict[str, Any]:
    return facts.show(actors.owner("cli"), lead)


def test_what_is_left_out_stays_as_it_is(lead: int, change: Any) -> None:
    before = shown(lead)
    answer = change(next_step="Call", next_on="2026-12-01", probability=80)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["next_step"], answer.json()["probability"]) == ("Call", 80)
    after = shown(lead)
    changed = {name for name in before if before[name] != after[name]}
    assert changed - {"score"} == {"next_step", "next_on", "probability"}


def test_null_empties_a_field(lead: int, change: Any) -> None:
    answer = change(source=None, value_minor=None, email=None)
    assert answer.status_code == 200, answer.content
    after = shown(lead)
    assert (after["source"], after["value_minor"], after["email"]) == (None, None, None)
    assert (after["title"], after["name"]) == ("Cake", "Eve")


def test_a_lead_by_address_follows_the_address(world: World, lead: int, change: Any) -> None:
    assert change(email=address("Ada Lovelace")).json()["person"] == world.person("Ada Lovelace")
    assert change(email=address("Dov Katz")).json()["person"] == world.person("Dov Katz")


def test_a_person_is_named_and_let_go(world: World, lead: int, change: Any) -> None:
    ada = world.person("Ada Lovelace")
    assert change(person=ada).json()["person"] == ada
    assert change(title="Rolls").json()["person"] == ada
    assert change(person=None).json()["person"] is None


def test_a_member_who_left_does_not_stand_in_the_way(lead: int, change: Any) -> None:
    member = actors.by_email("helper@crumb.test", "cli").member_id
    assert change(owner=member).json()["owner_id"] == member
    from regulars.accounts import members

    members.deactivate(actors.owner("cli"), member or 0)
    assert change(next_step="Call").json()["owner_id"] == member
    assert change(owner=member).status_code == 422


def test_whoever_sees_no_money_changes_no_value(lead: int, change: Any) -> None:
    assert change("helper", value_minor=1).status_code == 403
    assert change("helper", title="Rolls").status_code == 200
    assert shown(lead)["value_minor"] == 45_000


@pytest.mark.parametrize(
    "some",
    [{"title": "", "name": "", "email": ""}, {"value_minor": -1}, {"probability": 101},
     {"email": "bad"}, {"colour": "red"}, {"stage": 1}, {"next_on": "soon"}],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_changes_nothing(some: dict[str, Any], lead: int, change: Any) -> None:
    before = shown(lead)
    assert change(**some).status_code == 422
    assert shown(lead) == before


def test_a_lead_of_nobody_is_not_found(lead: int, change: Any, ask: Ask) -> None:
    before = shown(lead)
    assert change(person=999_999).status_code == 404
    new = {"title": "Rolls", "person": 999_999}
    answer = ask("manager", "leads", "post", data=new, content_type="application/json")
    assert answer.status_code == 404
    assert shown(lead) == before and Lead.objects.count() == 1


def test_a_contact_is_noted_and_a_lead_is_gone(lead: int, ask: Ask) -> None:
    said = {"words": "Rang up"}
    answer = ask(
        "helper", f"leads/{lead}/contacts", "post", data=said, content_type="application/json"
    )
    assert [one["words"] for one in answer.json()["contacts"]] == ["Rang up"]
    assert answer.json()["contacts"] == ask("helper", f"leads/{lead}").json()["contacts"]
    assert ask("manager", f"leads/{lead}", "delete").json() == {"removed": lead}
    assert not Lead.objects.filter(pk=lead).exists()
    for method in ("get", "patch", "delete"):
        more = {} if method == "get" else {"data": {}, "content_type": "application/json"}
        assert ask("manager", f"leads/{lead}", method, **more).status_code == 404
