from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.kernel import clock
from regulars.profiles.counter import points
from regulars.profiles.hanging import files
from regulars.profiles.looks import keeping as looks
from regulars.profiles.looks.models import Look
from tests.api.conftest import Ask
from tests.contract.world import World


@pytest.fixture
def ada(world: World, db: None) -> int:
    return world.person("Ada Lovelace")


def give(ask: Ask, person: int, **said: Any) -> Any:
    path = f"people/{person}/points"
    return ask("helper", path, "post", data=said, content_type="application/json")


def test_points_are_given_and_taken(ada: int, ask: Ask) -> None:
    assert give(ask, ada, points=10, reason="Birthday").json()["balance"] == 10
    assert give(ask, ada, points=-4, reason="A coffee").json()["balance"] == 6
    told = ask("analyst", f"people/{ada}/points").json()
    assert (told["id"], told["balance"]) == (ada, 6)
    said = [(one["points"], one["reason"]) for one in told["entries"]]
    assert said == [(-4, "A coffee"), (10, "Birthday")]


@pytest.mark.parametrize("count", [0, -6, 10_001, -10_001, 2**70, "many"])
def test_points_that_cannot_be_change_nothing(count: Any, ada: int, ask: Ask) -> None:
    give(ask, ada, points=5)
    assert give(ask, ada, points=count).status_code == 422
    assert points.balance(ada) == 5


def test_nobody_has_no_points(world: World, ask: Ask) -> None:
    assert ask("analyst", "people/999999/points").status_code == 404
    assert give(ask, 999_999, points=1).status_code == 404


def test_who_looked_is_listed_by_person_member_and_day(world: World, ada: int, ask: Ask) -> None:
    dov, today = world.person("Dov Katz"), clock.today("Europe/London")
    for person in (ada, dov):
        assert ask("helper", f"people/{person}").status_code == 200
    [look] = ask("manager", f"people/{ada}/looks").json()["looks"]
    assert (look["what"], look["profile_id"], look["name"]) == (looks.PAGE, ada, "Ada Lovelace")
    whole = ask("manager", "looks").json()["looks"]
    assert [one["profile_id"] for one in whole] == [dov, ada]
    assert ask("manager", "looks?limit=1").json()["looks"] == whole[:1]
    assert ask("manager", f"looks?on={today}").json()["looks"] == whole
    assert ask("manager", "looks?on=2001-01-01").json()["looks"] == []
    maker = Member.objects.get(role="owner").pk
    assert ask("manager", f"looks?member={maker}").json()["looks"] == whole
    assert ask("manager", f"looks?member={maker + 999}").json()["looks"] == []


def test_looking_at_the_looks_is_none(ada: int, ask: Ask) -> None:
    assert ask("manager", f"people/{ada}/looks").json() == {"looks": []}
    assert ask("manager", "people/999999/looks").status_code == 404
    assert ask("manager", "looks?on=soon").status_code == 422


@pytest.mark.parametrize("part", ["notes", "files", "relations", "tags", "points", "merges"])
def test_whatever_is_read_of_a_person_is_a_look(part: str, ada: int, ask: Ask) -> None:
    for _twice in range(2):
        assert ask("helper", f"people/{ada}/{part}").status_code == 200
    [look] = ask("manager", f"people/{ada}/looks").json()["looks"]
    assert (look["face"], look["profile_id"]) == ("api", ada)


def test_somebody_without_an_account_is_noted_once_an_hour(ada: int) -> None:
    for _twice in range(2):
        looks.see(Actor("owner", "cli"), ada)
    assert Look.objects.count() == 1


def test_opening_a_file_is_a_look(ada: int, ask: Ask, data_folder: Path) -> None:
    number = files.keep(Actor("owner", "cli"), ada, name="seat.txt", chunks=[b"four"])
    assert ask("analyst", f"files/{number}").status_code == 200
    assert [one["face"] for one in ask("manager", f"people/{ada}/looks").json()["looks"]] == ["api"]
