from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from regulars.accounts import actors
from regulars.profiles.models import SavedView
from regulars.profiles.viewing import filters, tags, views
from tests.api.conftest import Ask
from tests.contract.world import World, address

Send = Callable[..., Any]


@pytest.fixture
def send(ask: Ask) -> Send:
    def go(method: str, path: str, role: str = "manager", **said: Any) -> Any:
        return ask(role, path, method, data=said, content_type="application/json")

    return go


def named(ask: Ask, view: int, role: str = "manager") -> list[str]:
    return [one["name"] for one in ask(role, f"views/{view}/people").json()["people"]]


def test_a_tag_is_given_once_however_it_is_written(world: World, ask: Ask, send: Send) -> None:
    ada = world.person("Ada Lovelace")
    for text in ("Jury", " JURY "):
        answer = send("post", f"people/{ada}/tags", tag=text)
        assert [one["name"] for one in answer.json()["tags"]] == ["Jury"], answer.content
    assert ask("analyst", "tags").json() == {"tags": ["Jury"]}
    [tag] = ask("analyst", f"people/{ada}/tags").json()["tags"]
    answer = send("delete", f"people/{ada}/tags/{tag['id']}", "helper")
    assert answer.json() == {"id": ada, "tags": []}
    assert tags.of(ada) == []
    assert send("delete", f"people/{ada}/tags/{tag['id']}").status_code == 404


@pytest.mark.parametrize("text", ["", " ", "x" * 61])
def test_what_is_no_tag_is_refused(text: str, world: World, send: Send) -> None:
    assert send("post", f"people/{world.person('Ada Lovelace')}/tags", tag=text).status_code == 422


def test_nobody_is_not_found(world: World, ask: Ask, send: Send) -> None:
    assert ask("manager", "people/999999/tags").status_code == 404
    assert send("post", "people/999999/tags", tag="Jury").status_code == 404


def test_a_view_is_kept_and_finds_its_people(world: World, ask: Ask, send: Send) -> None:
    ada = world.person("Ada Lovelace")
    tags.tag(actors.owner("cli"), ada, "Jury")
    made = send("post", "views", name="The jury", query="tag=Jury")
    assert made.status_code == 201, made.content
    view = made.json()
    assert (view["query"], view["is_shared"], view["is_mine"]) == ("tag=Jury", False, True)
    assert ask("manager", f"views/{view['id']}").json() == view
    assert ask("manager", "views").json() == {"views": [view]}
    [person] = ask("manager", f"views/{view['id']}/people").json()["people"]
    assert (person["id"], person["tags"], person["email"]) == (
        ada,
        ["Jury"],
        address("Ada Lovelace"),
    )
    assert "spent" in person
    assert "spent" not in ask("helper", f"views/{view['id']}/people").json()["people"][0]


def test_an_unknown_filter_is_refused_and_the_known_are_named(world: World, send: Send) -> None:
    refused = send("post", "views", name="All", query="tag=Jury&foo=1")
    assert refused.status_code == 422
    said = refused.json()["error"]["message"]
    assert "'foo'" in said and "tag" in said and "country" in said
    view = send("post", "views", name="Quiet", query="quiet=1").json()["id"]
    assert send("patch", f"views/{view}", query="foo=1").status_code == 422
    assert SavedView.objects.get().query == [["quiet", "1"]]


def test_a_views_people_come_in_pages_and_as_a_table(world: World, ask: Ask, send: Send) -> None:
    view = send("post", "views", name="By name", query="sort=name").json()["id"]
    whole = ask("manager", f"views/{view}/people?limit=1000").json()["people"]
    first = ask("manager", f"views/{view}/people?limit=3").json()
    more = f"views/{view}/people?limit=1000&cursor={first['next_cursor']}"
    assert first["people"] + ask("manager", more).json()["people"] == whole
    assert [one["name"] for one in whole] == sorted(one["name"] for one in whole)
    text = ask("helper", f"views/{view}/people?format=csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert "tags" in rows[0] and "spent" not in rows[0]
    assert ask("manager", f"views/{view}/people?cursor=first").status_code == 422


def test_a_view_is_changed_as_a_whole_or_not_at_all(world: World, ask: Ask, send: Send) -> None:
    view = send("post", "views", name="Quiet", query="quiet=1").json()["id"]
    assert named(ask, view) == ["Eve Quiet"]
    changed = send("patch", f"views/{view}", name="By mail", query="allows=email", is_shared=True)
    told = changed.json()
    assert (told["name"], told["query"], told["is_shared"]) == ("By mail", "allows=email", True)
    assert told["changed_at"] and "Ada Lovelace" in named(ask, view)
    before = SavedView.objects.values().get()
    assert send("patch", f"views/{view}", "helper", name="Mine").status_code == 403
    assert send("patch", f"views/{view}", name="", query="quiet=1").status_code == 422
    assert send("patch", f"views/{view}", query="segment=kings").status_code == 422
    assert SavedView.objects.values().get() == before


def test_a_helper_shares_nothing_and_renames_nothing_by_the_way(world: World, send: Send) -> None:
    view = send("post", "views", "helper", name="Own").json()["id"]
    assert send("post", "views", "helper", name="All", is_shared=True).status_code == 403
    assert send("patch", f"views/{view}", "helper", name="All", is_shared=True).status_code == 403
    assert SavedView.objects.get().name == "Own"


def test_what_somebody_else_shared_is_taken_from_all(world: World, ask: Ask, send: Send) -> None:
    other = actors.by_email("manager@crumb.test", "cli")
    view = views.save(other, "Theirs", filters.Filters(), is_shared=True)
    answer = send("patch", f"views/{view}", is_shared=False)
    assert (answer.status_code, answer.json()["is_mine"]) == (200, False)
    assert ask("manager", f"views/{view}").status_code == 404


def test_a_view_goes_and_comes_again(world: World, ask: Ask, send: Send) -> None:
    view = send("post", "views", name="Quiet").json()["id"]
    assert send("post", "views", name="quiet").status_code == 422
    assert ask("manager", f"views/{view}", "delete").json() == {"removed": view}
    for path in (f"views/{view}", f"views/{view}/people"):
        assert ask("manager", path).status_code == 404
    assert ask("manager", f"views/{view}/put-back", "post").json()["name"] == "Quiet"
    assert ask("manager", f"views/{view}/put-back", "post").status_code == 404
    assert len(ask("manager", "views").json()["views"]) == 1
