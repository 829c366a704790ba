"""The list as a file, and the trail of who looked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from regulars.accounts.models import AuditEntry
from regulars.kernel import clock

pytestmark = pytest.mark.django_db
EVIL = '=HYPERLINK("evil")'


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_the_list_is_what_the_reader_may_see(browse: Callable[[str | None], Any]) -> None:
    rows = rows_of(browse("owner").get("/people/list.csv"))
    assert {"spent", "currency"} <= rows[0].keys() and len(rows) > 20
    # A spreadsheet would run it.
    assert any(row["name"] == "'" + EVIL for row in rows)
    kept = AuditEntry.objects.get(verb="people.export_list")
    assert kept.detail["count"] == len(rows) and "Ada" not in str(kept.detail)
    quiet = rows_of(browse("manager").get("/people/list.csv?quiet=1"))
    assert 0 < len(quiet) < len(rows)
    assert [row["name"] for row in rows_of(browse("owner").get("/people/list.csv?q=lovelace"))] == [
        "Ada Lovelace"
    ]


def test_a_workbook_holds_the_same_and_runs_nothing(browse: Callable[[str | None], Any]) -> None:
    answer = browse("owner").get("/people/list.xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    table = sheet.to_python()
    names = [row[table[0].index("name")] for row in table[1:]]
    assert EVIL in names and len(names) == len(rows_of(browse("owner").get("/people/list.csv")))


def test_who_looked_is_kept_once_an_hour_and_shown_to_leads(
    world: Any, browse: Callable[[str | None], Any]
) -> None:
    from regulars.profiles.looks import keeping
    from regulars.profiles.models import Look

    ada = world.person("Ada")
    for _again in range(2):
        browse("helper").get(f"/people/{ada}")
    browse("helper").get(f"/counter/{ada}")
    assert list(Look.objects.order_by("what").values_list("what", "face")) == [
        ("counter", "page"), ("page", "page"),
    ]  # fmt: skip
    page = browse("manager").get(f"/people/{ada}").content.decode()
    assert "Who looked" in page and "helper" in page
    assert "Who looked" not in browse("helper").get(f"/people/{ada}").content.decode()
    listed = browse("owner").get("/people/looks").content.decode()
    assert "Ada Lovelace" in listed and "at the counter" in listed
    Look.objects.filter(what="counter").update(hour=clock.now() - timedelta(days=366))
    assert keeping.age() == 1
    assert keeping.age() == 0


def test_whoever_has_not_bought_or_has_no_name_is_listed_too(
    browse: Callable[[str | None], Any],
) -> None:
    from regulars.accounts.actors import owner
    from regulars.jobs.registry import followers
    from regulars.profiles.typed import people
    from regulars.sources import origins
    from tests.sources.door import knock

    people.add(owner("cli"), {"name": "Wim Nochnie"})
    site = origins.add(owner("cli"), "web", name="Website")
    visit = {"type": "page", "anonymousId": "b-1", "properties": {"title": "Bread"}}
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    knock("/v1/batch", {"batch": [visit]}, key=str(site.write_key), headers={"User-Agent": firefox})
    while any(one() for one in followers()):
        pass
    browser = browse("owner")
    bought, unbought, nameless = (
        browser.get(f"/people{query}").content.decode()
        for query in ("?sort=name", "?who=unbought", "?who=nameless")
    )
    assert "Wim Nochnie" in unbought and "Wim Nochnie" not in bought + nameless
    assert "Visitor of the website, no. " in nameless
    assert "Ada Lovelace" in bought and "Ada" not in unbought + nameless
    rows = rows_of(browser.get("/people/list.csv?who=unbought"))
    assert [row["name"] for row in rows] == ["Wim Nochnie"]
    assert browser.get("/people?who=nobody").status_code == 422
