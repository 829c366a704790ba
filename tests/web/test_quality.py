from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_an_empty_workspace_says_what_will_be_looked_at(owner: Any) -> None:
    text = owner.get("/sources/quality").content.decode()
    assert "There is no data yet to judge." in text
    assert "What will be looked at" in text
    assert "Import files" in text
    assert "Sales nobody is known for" in text


def test_page_file_and_program_say_the_same(browse: Callable[[str | None], Any]) -> None:
    import csv
    import io

    browser = browse("analyst")
    page = browser.get("/sources/quality")
    told = browser.get("/api/v1/quality").json()
    assert [one["key"] for one in page.context["quality"]["checks"]] == [
        one["key"] for one in told["checks"]
    ]
    assert page.context["quality"]["verdict"] == told["verdict"]
    answer = browser.get("/sources/quality?format=csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    heads = {line["check"]: line for line in lines if line["state"] and line["what"]}
    for one in told["checks"]:
        assert heads[one["key"]]["state"] == one["state"]
    waiting = next(one for one in told["checks"] if one["key"] == "waiting")
    assert waiting["count"] == 1 and waiting["cost"] > 0
    assert f'href="{waiting["action_path"]}"' in page.content.decode()
    assert "quality.csv" in answer["Content-Disposition"]


def test_the_list_of_sources_leads_there(browse: Callable[[str | None], Any]) -> None:
    assert 'href="/sources/quality"' in browse("analyst").get("/sources").content.decode()
