"""Today's forms: plain, and by htmx; and what the page shows afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HX = {"HX-Request": "true"}


def keys(page: Any) -> set[str]:
    return {one["key"] for one in page.context["things"]}


def test_done_goes_and_can_be_taken_back(world: Any, browse: Callable[[str | None], Any]) -> None:
    client = browse("manager")
    said = {"key": "quarantine", "what": "done", "from": "things"}
    assert client.post("/today/decide", said).url == "/today/all"
    assert "quarantine" not in keys(client.get("/today/all"))
    page = client.get("/")
    [made] = page.context["decided"]
    assert "Take back" in page.content.decode()
    listed = client.get("/today/decisions").content.decode()
    assert made["title"] in listed
    answer = client.post(f"/today/decisions/{made['id']}/take-back", {"from": "decisions"})
    assert answer.url == "/today/decisions"
    assert "Taken back" in client.get("/today/decisions").content.decode()
    assert "quarantine" in keys(client.get("/today/all"))


def test_htmx_gets_the_list_alone(world: Any, browse: Callable[[str | None], Any]) -> None:
    said = {"key": "quarantine", "what": "snoozed", "days": "7"}
    part = browse("owner").post("/today/decide", said, headers=HX)
    text = part.content.decode()
    assert "<html" not in text
    assert 'id="things"' in text
    assert "quarantine" not in keys(part)


@pytest.mark.parametrize(
    "said",
    [
        {"key": "nothing", "what": "done"},
        {"key": "quarantine", "what": "snoozed", "until": "soon"},
        {"key": "quarantine", "what": "snoozed"},
        {"key": "quarantine", "what": "not_useful", "reason": ""},
        {},
    ],
    ids=str,
)
def test_what_cannot_be_decided_is_said_in_its_place(
    said: dict[str, str], world: Any, browse: Callable[[str | None], Any]
) -> None:
    from regulars.insights.models import Decision

    part = browse("owner").post("/today/decide", said, headers=HX)
    assert part.status_code == 200
    assert "notice-error" in part.content.decode()
    assert not Decision.objects.exists()


def test_an_analyst_reads_and_has_no_buttons(
    world: Any, browse: Callable[[str | None], Any]
) -> None:
    text = browse("analyst").get("/today/all").content.decode()
    assert "could not land" in text
    assert "/today/decide" not in text


def test_the_page_says_what_would_change_a_number(
    world: Any, browse: Callable[[str | None], Any]
) -> None:
    page = browse("owner").get("/")
    text = page.content.decode()
    for number in page.context["today"]["numbers"]:
        assert number["would_change"] in text.replace("&#x27;", "'")


def test_later_says_the_morning_on_which_it_comes_back(
    world: Any, browse: Callable[[str | None], Any]
) -> None:
    from datetime import date, timedelta

    from regulars.accounts import locales

    client = browse("owner")
    client.post("/today/decide", {"key": "quarantine", "what": "snoozed", "days": "1"})
    [made] = [one for one in client.get("/").context["decided"] if one["key"] == "quarantine"]
    day = date.fromisoformat(made["on"]) + timedelta(days=1)
    text = client.get("/today/decisions").content.decode()
    assert f"Comes back on the morning of {locales.day(day)}." in text
    assert made["until"] < day


def test_decisions_are_read_in_the_readers_language_whoever_made_them(
    world: Any, browse: Callable[[str | None], Any]
) -> None:
    from regulars.insights.models import Decision

    owner, german = browse("owner"), {"Accept-Language": "de"}
    before = {one["key"]: one for one in owner.get("/today/all").context["things"]}
    spoken = {one["key"]: one for one in owner.get("/today/all", headers=german).context["things"]}
    assert before and all(spoken[key]["title"] != before[key]["title"] for key in before)
    for key in before:
        owner.post("/today/decide", {"key": key, "what": "done"})
    listed = owner.get("/today/decisions", headers=german).context["listing"]["decisions"]
    assert {one["key"]: one["title"] for one in listed} == {
        key: one["title"] for key, one in spoken.items()
    }
    # A row that an older version wrote has fewer facts: it says what it said then.
    made = Decision.objects.get(key="quarantine")
    del made.shown["detail"]["count"]
    made.save()
    assert (
        before["quarantine"]["title"]
        in owner.get("/today/decisions", headers=german).content.decode()
    )
