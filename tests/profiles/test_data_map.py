"""The data map is made from what the program runs on: nothing that is kept is missing from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.accounts import actors
from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotAllowed
from regulars.profiles import data_map, erasure
from regulars.sources import imports, origins
from regulars.sources.intake import ageing
from regulars.sources.intake.landing import land_waiting
from tests import world
from tests.sources.door import knock

pytestmark = pytest.mark.django_db


def rows() -> dict[str, dict[str, object]]:
    return {one["table"]: one for one in data_map.data_map(actors.owner("cli"))["rows"]}


def test_every_table_that_gives_out_a_person_is_on_it() -> None:
    world.open_shop()
    found = rows()
    assert {one.table for one in erasure.handlers()} < found.keys()
    assert all(one["what"] and one["why"] and one["until"] for one in found.values())
    assert "accounts_member" in found and not any(one["from"] for one in found.values())


def test_it_names_the_sources_and_fields_that_there_are(tmp_path: Path) -> None:
    owner = world.open_shop().owner
    header = ("E-mail", "First name", "Birthday", "Favourite cake")
    path = world.write(tmp_path / "people.csv", header,
                       [("ada@crumb.test", "Ada", "1990-01-02", "Plum")])  # fmt: skip
    [run] = imports.import_file(owner, path, kind="customers", is_confirmed=True)
    site = origins.add(owner, "web", name="Website")
    page = {"type": "page", "anonymousId": "a1", "properties": {"title": "Bread"}}
    assert knock("/v1/b", {"batch": [page]}, key=str(site.write_key)).status == 200
    while land_waiting():
        pass
    ageing.keep_for(owner, 7)
    found = rows()
    records = found["sources_customerrecord"]
    assert records["from"] == [run.source.name]
    assert {"first_name", "birthday", "consents"} <= set(records["fields"])  # type: ignore[call-overload]
    assert found["sources_event"]["from"] == ["Website"]
    assert found["sources_intakerecord"]["from"] == ["Website"]
    assert "7 days" in str(found["sources_intakerecord"]["until"])
    assert "email" in found["sources_identifier"]["fields"]  # type: ignore[operator]
    assert "ada" not in str(found)
    imports.undo(owner, run.pk)
    assert rows()["sources_customerrecord"]["from"] == []


def test_who_may_see_it() -> None:
    world.open_shop()
    with pytest.raises(NotAllowed):
        data_map.data_map(Actor("helper", "cli"))
