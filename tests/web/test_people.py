from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def ada(world: Any, db: None) -> int:
    return int(world.person("Ada"))


def test_the_person_s_page_and_the_list_say_the_same(
    ada: int, browse: Callable[[str | None], Any]
) -> None:
    from regulars.web.templatetags.figures import exact, money

    owner = browse("owner")
    listed = {one["id"]: one for one in owner.get("/people").context["listing"]["people"]}
    page = owner.get(f"/people/{ada}")
    spent = page.context["person"]["totals"]["spent_minor"]["GBP"]
    assert money(spent, "GBP") == exact(listed[ada]["spent"], "GBP")
    assert exact(listed[ada]["spent"], "GBP") in page.content.decode()


def test_a_page_names_origins_and_reasons(ada: int, browse: Callable[[str | None], Any]) -> None:
    text = browse("owner").get(f"/people/{ada}").content.decode()
    for said in ("people.csv", "Usually comes every", "accepts_marketing", "Loaf", "+4477009000"):
        assert said in text


def test_earlier_doings_are_a_link_away(ada: int, browse: Callable[[str | None], Any]) -> None:
    owner = browse("owner")
    first = owner.get(f"/people/{ada}").context
    assert len(first["person"]["timeline"]) == 50
    later = owner.get(f"/people/{ada}", {"before": first["more"]}).context
    assert later["person"]["timeline"][0]["at"] < first["person"]["timeline"][-1]["at"]


def test_everything_known_is_handed_out_as_a_file(
    ada: int, browse: Callable[[str | None], Any]
) -> None:
    answered = browse("manager").get(f"/people/{ada}/export")
    assert "attachment" in answered["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answered.content)) as archive:
        assert "adalovelace@example.org" in archive.read("data.json").decode()
        assert "adalovelace@example.org" in archive.read("index.html").decode()


def test_erasing_asks_twice(ada: int, browse: Callable[[str | None], Any]) -> None:
    owner = browse("owner")
    unsure = owner.post(f"/people/{ada}/erase", {"why": "asked"})
    assert "Nothing was erased" in unsure.content.decode()
    assert owner.get(f"/people/{ada}").status_code == 200
    owner.post(f"/people/{ada}/erase", {"why": "asked", "sure": "yes"})
    assert owner.get(f"/people/{ada}").status_code == 404


def test_a_name_that_looks_like_markup_stays_text(
    world: Any, browse: Callable[[str | None], Any]
) -> None:
    text = browse("owner").get("/people?q=hyperlink").content.decode()
    assert "=HYPERLINK(&quot;evil&quot;)" in text


def test_today_defines_each_number(world: Any, browse: Callable[[str | None], Any]) -> None:
    page = browse("analyst").get("/")
    text = page.content.decode()
    numbers = page.context["today"]["numbers"]
    assert 1 <= len(numbers) <= 5
    assert len(page.context["today"]["things"]) <= 3
    for number in numbers:
        assert number["command"] in text
        assert number["sentence"] in text.replace("&#x27;", "'")
    assert "days ago" in text, "the data is a year old, and the page says so"
