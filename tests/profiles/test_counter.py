from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.identity.resolving import resolve
from regulars.insights import counter as glances
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.profiles import cards, erasure, merging, search
from regulars.profiles.anchors import anchor_of
from regulars.profiles.counter import entering, points
from regulars.profiles.hanging import notes, tasks
from regulars.profiles.models import CounterEntry, PointsEntry
from regulars.profiles.typed import saying
from regulars.sources import imports
from tests import world

HEAD = ("Customer ID", "Name", "Phone", "Card")
ROWS = (("C1", "Ada Lovelace", "+441134960001", "L-7001"), ("C2", "Bob Stone", "", "L-7002"))
SALES = ("Order", "Date", "Customer ID", "Item", "Qty", "Price")


@pytest.fixture
def owner(db: None, data_folder: Path, tmp_path: Path) -> Actor:
    shop = world.open_shop().owner
    world.write(tmp_path / "people.csv", HEAD, ROWS)
    changes = dict(zip(("customer_id", "name", "phone", "card"), HEAD, strict=True))
    imports.import_file(
        shop, tmp_path / "people.csv", kind="customers", is_confirmed=True, changes=changes
    )
    rows = [(str(n), f"2026-03-{n:02}", "C1", "Rye loaf", 1, "4.00") for n in range(1, 6)]
    world.write(tmp_path / "sales.csv", SALES, rows)
    imports.import_file(shop, tmp_path / "sales.csv", kind="sales", is_confirmed=True)
    resolve()
    cards.rebuild()
    return shop


@pytest.fixture
def browser(owner: Actor) -> Client:
    client = Client()
    client.force_login(
        Member.objects.get(pk=owner.member_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def who(text: str) -> int:
    return search.find(text)[0].profile_id


def test_points_are_their_ledger_and_go_with_their_part(owner: Actor) -> None:
    ada, bob = who("ada"), who("bob")
    assert points.give(owner, ada, 10, reason="Loaf") == 10
    assert points.give(owner, ada, -4) == 6
    points.give(owner, bob, 1)
    for count in (-7, 0, 10_001, -10_001):
        with pytest.raises(WrongUse):
            points.give(owner, ada, count)
    merged = merging.merge(owner, ada, bob, reason="the same")
    assert points.balance(merged.people[0]) == 7
    merging.split(owner, merged.merge_id)
    assert (points.balance(ada), points.balance(bob)) == (6, 1)
    assert [one.points for one in points.ledger(ada)] == [-4, 10]
    with pytest.raises(NotAllowed):
        points.give(Actor("analyst", "page"), ada, 1)


def test_an_entry_lands_once_and_by_the_tablets_clock(owner: Actor) -> None:
    ada = who("ada")
    anchor, before = anchor_of(ada), clock.now() - timedelta(minutes=50)
    said = {"key": "tablet-0001", "kind": "points", "count": 5, "happened_at": before}
    assert entering.enter(owner, anchor, **said) == (ada, True)  # type: ignore[arg-type]
    assert entering.enter(owner, anchor, **said) == (ada, False)  # type: ignore[arg-type]
    assert points.balance(ada) == 5
    [row] = CounterEntry.objects.all()
    assert row.happened_at == before
    entering.enter(owner, anchor, key="tablet-0002", kind="note", text="Likes rye")
    entering.enter(owner, anchor, key="tablet-0003", kind="task", text="Ring up")
    assert notes.of(ada)[0].text == "Likes rye" and tasks.of(ada)[0].what == "Ring up"


def test_an_entry_for_somebody_who_was_merged_meanwhile_lands_with_them(owner: Actor) -> None:
    ada, bob = who("ada"), who("bob")
    anchor = anchor_of(bob)
    merged = merging.merge(owner, ada, bob, reason="the same")
    assert entering.enter(owner, anchor, key="tablet-0001", kind="note", text="x") == (
        merged.people[0], True,
    )  # fmt: skip
    erasure.erase(owner, merged.people[0])
    with pytest.raises(NotFound):
        entering.enter(owner, anchor, key="tablet-0002", kind="note", text="x")
    assert not CounterEntry.objects.exists() and not PointsEntry.objects.exists()


@pytest.mark.parametrize(
    "said",
    [{"key": "short", "kind": "note"}, {"key": "tablet-0001", "kind": "gift"},
     {"key": "tablet-0001", "kind": "note", "text": " "}, {"key": "tab/let-0001", "kind": "note"},
     {"key": "tablet-0001", "kind": "points", "count": 0}],
)  # fmt: skip
def test_what_is_no_entry_leaves_nothing(owner: Actor, said: dict[str, str]) -> None:
    with pytest.raises(WrongUse):
        entering.enter(owner, anchor_of(who("ada")), **said)  # type: ignore[arg-type]
    assert not CounterEntry.objects.exists()


def test_what_to_say_next_and_why(owner: Actor) -> None:
    ada = who("ada")
    found = glances.glance(owner, ada)
    assert (found.usual, found.visits) == (["Rye loaf"], 5)
    assert found.say is not None and "Rye loaf" in str(found.say.what)
    today = clock.today("Europe/London")
    saying.say(owner, ada, {"birthday": f"--{today:%m-%d}", "allergies": "nuts"})
    found = glances.glance(owner, ada)
    assert found.say is not None and "birthday" in str(found.say.what)
    tasks.add(owner, what="Give back her scarf", profile_id=ada)
    found = glances.glance(owner, ada)
    assert found.say is not None and found.say.what == "Give back her scarf"
    assert found.traits == {"allergies": "nuts"}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("--02-29", 96),
        ("1990-11-27", 2),
        ("--11-25", 0),
        ("--11-24", 364),
        ("soon", None),
        ("", None),
    ],
)
def test_days_until_a_day_returns(text: str, days: int | None) -> None:
    from datetime import date

    assert glances._days_until(text, date(2026, 11, 25)) == days


@pytest.mark.parametrize(
    "text", ["ada", "4960001", "L-7001", "https://cards.crumb.test/?card=L-7001",
             "https://cards.crumb.test/c/L-7001", "https://cards.crumb.test/c/L-7001/"],
)  # fmt: skip
def test_one_field_finds_by_name_number_card_and_code(
    owner: Actor, browser: Client, text: str
) -> None:
    answer = browser.get("/counter", {"q": text})
    assert answer["Location"] == f"/counter/{who('ada')}"
    assert "Ada Lovelace" in browser.get(answer["Location"]).content.decode()


def test_the_page_enters_and_says_so(owner: Actor, browser: Client) -> None:
    ada = who("ada")
    said = {"anchor": anchor_of(ada), "key": "from-a-page-1", "kind": "note", "text": "<i>rye</i>"}
    page = browser.post("/counter/enter", said, follow=True).content.decode()
    assert "That is written down." in page
    answer = browser.post("/counter/enter", said, headers={"Accept": "application/json"})
    assert answer.json() == {"person": ada, "is_new": False}
    assert len(notes.of(ada)) == 1
    wrong = {**said, "key": "from-a-page-2", "kind": "gift"}
    assert (
        browser.post("/counter/enter", wrong, headers={"Accept": "application/json"}).status_code
        == 422
    )
    assert (
        "no entry of a counter"
        in browser.post("/counter/enter", wrong, follow=True).content.decode()
    )
    kept = browser.get("/counter/people.json").json()["people"]
    assert {one["name"] for one in kept} == {"Ada Lovelace", "Bob Stone"}
    assert "email" not in str(kept[0].keys())
    assert browser.get("/counter/worker.js")["Service-Worker-Allowed"] == "/counter"
    assert browser.get("/counter/app.webmanifest").json()["start_url"] == "/counter"
