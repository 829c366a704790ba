"""The list's filters, kept as views and taken away as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from regulars.accounts.models import AuditEntry
from regulars.profiles.models import SavedView

pytestmark = pytest.mark.django_db
Browse = Callable[[str | None], Any]


def names(answer: Any) -> list[str]:
    return [one["name"] for one in answer.context["listing"]["people"]]


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_filters_keep_people_out_and_columns_are_chosen(world: Any, browse: Browse) -> None:
    owner = browse("owner")
    every = names(owner.get("/people?sort=name"))
    assert every == sorted(every)
    assert names(owner.get("/people?allows=email&has=phone&q=lovelace")) == ["Ada Lovelace"]
    assert names(owner.get("/people?allows=post")) == []
    assert "Nobody is like that" in owner.get("/people?country=Atlantis").content.decode()
    page = owner.get("/people?show=email&show=tags").content.decode()
    assert "adalovelace@example.org" in page and "£" not in page
    helper = browse("helper").get("/people?show=spent&show=email").content.decode()
    assert "£" not in helper


def test_what_a_person_no_longer_allows_keeps_them_out(world: Any, browse: Browse) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    said = {"what": "allow", "channel": "email", "state": "withdrawn", "said": "No more, please"}
    owner.post(f"/people/{ada}/facts", {**said, "do": "allow", "purpose": "marketing"})
    assert "Ada Lovelace" not in names(owner.get("/people?allows=email"))


def test_a_view_is_kept_opened_renamed_replaced_and_removed(world: Any, browse: Browse) -> None:
    owner = browse("owner")
    made = owner.post("/people/views", {"name": "Quiet", "query": "quiet=1&show=email"})
    view = SavedView.objects.get()
    assert made["Location"] == f"/people?quiet=1&show=email&view={view.pk}"
    shown = owner.get(made["Location"])
    assert names(shown) == ["Eve Quiet"] and shown.context["columns"] == ["email"]
    again = owner.post("/people/views", {"name": "quiet", "query": ""})
    assert again.status_code == 422 and "already" in again.content.decode()
    here = f"/people/views/{view.pk}"
    owner.post(here, {"do": "rename", "name": "Gone quiet"})
    owner.post(here, {"do": "replace", "query": "sort=name"})
    assert owner.get(here)["Location"] == f"/people?sort=name&view={view.pk}"
    gone = owner.post(here, {"do": "remove"})["Location"]
    assert "Undo" in owner.get(gone).content.decode()
    assert owner.get(here).status_code == 404
    owner.post(here, {"do": "put_back"})
    assert "Gone quiet" in owner.get("/people").content.decode()


def test_only_leads_share_a_view_and_others_do_not_see_one_s_own(
    world: Any, browse: Browse
) -> None:
    helper, manager = browse("helper"), browse("manager")
    shared = {"name": "All", "query": "sort=name", "shared": "yes"}
    assert helper.post("/people/views", shared).status_code == 403
    helper.post("/people/views", {"name": "Mine", "query": "sort=name"})
    mine = SavedView.objects.get()
    assert manager.get(f"/people/views/{mine.pk}").status_code == 404
    manager.post("/people/views", shared)
    all_s = SavedView.objects.exclude(pk=mine.pk).get()
    assert helper.get(f"/people/views/{all_s.pk}").status_code == 302
    assert helper.post(f"/people/views/{all_s.pk}", {"do": "remove"}).status_code == 403
    assert helper.post(f"/people/views/{mine.pk}", {"do": "share"}).status_code == 403
    manager.post(f"/people/views/{all_s.pk}", {"do": "unshare"})
    assert helper.get(f"/people/views/{all_s.pk}").status_code == 404


@pytest.mark.parametrize("name", ["", " ", "\x00", "x" * 81])
def test_a_view_needs_a_name(world: Any, browse: Browse, name: str) -> None:
    answer = browse("owner").post("/people/views", {"name": name, "query": "q=%ed%b3%bf"})
    assert answer.status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["segment=x", "sort=up", "has=wings", "allows=fax", "show=soul", "sort=name&after=x",
     "sort=name&after=99999999999999999999"],
)  # fmt: skip
def test_a_filter_that_is_none_is_refused(world: Any, browse: Browse, query: str) -> None:
    assert browse("owner").get(f"/people?{query}").status_code == 422
    assert browse("owner").post("/people/views", {"name": "x", "query": query}).status_code in (
        302, 422,
    )  # fmt: skip


@pytest.mark.parametrize("query", ["foo=1", "foo=", "foo", "tag=VIP&cuontry=DE"])
def test_a_view_is_not_kept_of_everybody_by_mistake(world: Any, browse: Browse, query: str) -> None:
    owner = browse("owner")
    refused = owner.post("/people/views", {"name": "x", "query": query})
    assert refused.status_code == 422 and not SavedView.objects.exists()
    many = {"query": query, "all": "yes", "do": "tag", "tag": "VIP", "is_meant": "yes"}
    assert owner.post("/people/edit", many).status_code == 422


def test_an_odd_address_finds_nobody(world: Any, browse: Browse) -> None:
    odd = "/people?tag=%00&country=%ff&view=99999999999999999999&edit=x&after=999999999&sort=name"
    assert browse("owner").get(odd).status_code == 200


def test_the_file_is_the_list_as_it_is_shown(world: Any, browse: Browse) -> None:
    query = "allows=email&has=phone&sort=name&show=email&show=spent"
    shown = names(browse("owner").get(f"/people?{query}"))
    rows = rows_of(browse("owner").get(f"/people/list.csv?{query}"))
    assert [row["name"].removeprefix("'") for row in rows] == shown
    assert list(rows[0]) == ["id", "name", "email", "spent", "currency"]
    kept = AuditEntry.objects.get(verb="people.export_list")
    assert ["allows", "email"] in kept.detail["filters"] and kept.detail["count"] == len(shown)


def test_a_view_is_taken_away_by_a_program(world: Any, browse: Browse, client: Any) -> None:
    kept = {"name": "Quiet", "query": "quiet=1&show=email", "shared": "yes"}
    browse("owner").post("/people/views", kept)

    def ask(role: str, query: str) -> Any:
        key = {"authorization": f"Bearer {world.keys[role]}"}
        return client.get(f"/api/v1/people/list.csv?{query}", headers=key)

    assert [row["name"] for row in rows_of(ask("manager", "view=quiet"))] == ["Eve Quiet"]
    assert [row["name"] for row in rows_of(ask("manager", "q=lovelace&has=phone"))] == [
        "Ada Lovelace"
    ]
    assert ask("manager", "view=quiet&sort=name").status_code == 422
    assert ask("manager", "view=none").status_code == 404
    assert ask("analyst", "").status_code == 403


def test_a_view_forgets_whom_it_named(world: Any, browse: Browse) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    owner.post("/people/views", {"name": "Ada Lovelace", "query": "q=Ada+Lovelace&sort=name"})
    owner.post(f"/people/{ada}/erase", {"sure": "yes"})
    view = SavedView.objects.get()
    assert "Ada" not in view.name and view.query == [["sort", "name"]]


def test_looks_are_shown_of_one_day(world: Any, browse: Browse) -> None:
    browse("helper").get(f"/people/{world.person('Ada')}")
    owner = browse("owner")
    assert "Ada Lovelace" in owner.get("/people/looks").content.decode()
    for day in ("2001-01-01", "0001-01-01", "9999-12-31"):
        assert "Ada Lovelace" not in owner.get(f"/people/looks?on={day}").content.decode()
    assert owner.get("/people/looks?on=soon").status_code == 422
