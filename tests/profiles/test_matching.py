from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from benchmarks._doubles import doubles
from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.identity.edges import edges_of
from regulars.identity.models import Decision, Proposal
from regulars.identity.resolving import resolve
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.profiles import cards, erasure, merging, search
from regulars.profiles.matching import answering
from regulars.profiles.matching.looking import look
from regulars.sources import imports
from tests import world

HEAD = (
    "No",
    "First name",
    "Last name",
    "Birthday",
    "E-mail",
    "Phone",
    "Street",
    "Postcode",
    "City",
)
_HOME = ("Lindenweg 4", "50667", "Cologne")
_OWN = (
    ("A1", "Lena", "Weber", "1990-05-17", "lena@one.test", "", *_HOME),
    ("A2", "Lena", "Wéber", "1990-05-17", "weber@two.test", "", *_HOME),
    ("A3", "Tom", "Weber", "1990-05-17", "tom@one.test", "", *_HOME),
    ("A4", "Zita", "Quast", "1971-01-30", "zita@one.test", "", "Rosengasse 9", "10115", "Berlin"),
    ("A5", "Zita", "Quast", "1999-12-02", "zita@two.test", "", "Rosengasse 9", "10115", "Berlin"),
)


@pytest.fixture
def owner(db: None, data_folder: Path, tmp_path: Path) -> Actor:
    shop = world.open_shop().owner
    crowd, _ = doubles(100, seed=21)
    rows = [
        (f"N{place}", *(one.get(name, "") for name in (
            "first_name", "last_name", "birthday", "email", "phone", "street", "postcode", "city"
        )))
        for place, one in enumerate(crowd)
        if place < 60
    ]  # fmt: skip
    world.write(tmp_path / "people.csv", HEAD, [*_OWN, *rows])
    imports.import_file(
        shop, tmp_path / "people.csv", kind="customers", is_confirmed=True,
        changes={"customer_id": "No", "first_name": "First name", "last_name": "Last name",
                 "birthday": "Birthday", "email": "E-mail", "phone": "Phone", "street": "Street",
                 "postcode": "Postcode", "city": "City"},
    )  # fmt: skip
    resolve()
    cards.rebuild()
    return shop


def who(text: str) -> int:
    return search.find(text)[0].profile_id


def names(doubts: list[answering.Doubt]) -> set[frozenset[str]]:
    return {frozenset((one.one.name, one.other.name)) for one in doubts}


def test_who_is_certain_is_joined_and_who_is_doubtful_is_offered(owner: Actor) -> None:
    run = look(owner)
    assert run.finished_at is not None
    assert who("lena@one.test") == who("weber@two.test")
    [edge] = [one for one in edges_of(owner, who("lena@one.test")) if one.by == "match"]
    assert edge.score is not None and edge.score >= 0.9
    weights = [one["weight"] for one in edge.evidence["compared"]]
    assert edge.evidence["before"] + sum(weights) == pytest.approx(
        edge.evidence["weight"], abs=0.01
    )
    offered = names(answering.waiting(owner, limit=50))
    assert frozenset(("Zita Quast",)) in offered
    assert any("Tom Weber" in pair for pair in offered)
    # Nothing new: nothing changes, and nobody is asked twice.
    before = list(Proposal.objects.order_by("low").values_list("low", "high"))
    again = look(owner)
    assert again.joined == 0
    assert list(Proposal.objects.order_by("low").values_list("low", "high")) == before


def test_an_answer_holds_against_every_later_look(owner: Actor) -> None:
    look(owner)
    merging.split(owner, next(
        one.id for one in edges_of(owner, who("lena@one.test")) if one.by == "match"
    ))  # fmt: skip
    zita = next(one for one in answering.waiting(owner, limit=50) if one.one.name == "Zita Quast")
    answering.answer(owner, zita.id, are_one=False)
    look(owner)
    assert who("lena@one.test") != who("weber@two.test")
    assert frozenset(("Zita Quast",)) not in names(answering.waiting(owner, limit=50))


@pytest.mark.parametrize("are_one", [True, False])
def test_an_answer_is_taken_back_exactly(owner: Actor, are_one: bool) -> None:
    look(owner)
    zita = next(one for one in answering.waiting(owner, limit=50) if one.one.name == "Zita Quast")
    count = answering.count(owner)
    done = answering.answer(owner, zita.id, are_one=are_one)
    assert (who("zita@one.test") == who("zita@two.test")) == are_one
    assert answering.count(owner) == count - 1
    with pytest.raises(NotFound, match="answered before"):
        answering.answer(owner, zita.id, are_one=are_one)
    answering.take_back(owner, done.decision_id)
    assert who("zita@one.test") != who("zita@two.test")
    assert answering.count(owner) == count
    look(owner)
    assert answering.count(owner) == count
    with pytest.raises(NotFound):
        answering.take_back(owner, done.decision_id)


def test_a_helper_neither_looks_nor_answers(owner: Actor) -> None:
    helper = Actor("helper", "page")
    for verb in (look, answering.waiting, answering.count):
        with pytest.raises(NotAllowed):
            verb(helper)  # type: ignore[operator]


def test_erasing_one_of_a_doubt_takes_the_doubt_away(owner: Actor) -> None:
    look(owner)
    erasure.erase(owner, who("zita@one.test"))
    assert frozenset(("Zita Quast",)) not in names(answering.waiting(owner, limit=50))
    assert not Decision.objects.filter(word=Decision.APART).exists()


@pytest.fixture
def browser(owner: Actor) -> Client:
    client = Client()
    client.force_login(
        Member.objects.get(pk=owner.member_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def first(client: Client) -> Any:
    return client.get("/people/matches").context["doubt"]


def test_the_page_asks_one_after_the_other_and_undoes(owner: Actor, browser: Client) -> None:
    assert "Nobody was compared yet" in browser.get("/people/matches").content.decode()
    look(owner)
    page = browser.get("/people/matches").content.decode()
    assert "What speaks for one person, and what against it" in page
    doubt = first(browser)
    told = browser.post(f"/people/matches/{doubt.id}", {"do": "two"}, follow=True)
    assert "They stay two people" in told.content.decode()
    assert first(browser).id != doubt.id
    made = Decision.objects.get(word=Decision.APART)
    browser.post(f"/people/matches/undo/{made.pk}")
    assert {first(browser).one.name, first(browser).other.name} == {
        doubt.one.name,
        doubt.other.name,
    }
    part = browser.post(
        f"/people/matches/{first(browser).id}", {"do": "one"}, headers={"HX-Request": "true"}
    )
    assert "They are one person now" in part.content.decode()
    assert "<html" not in part.content.decode()
    later = browser.get(f"/people/matches?after={2**70}")
    assert later.status_code == 200


def test_a_join_by_what_is_alike_shows_what_was(owner: Actor, browser: Client) -> None:
    look(owner)
    doubt = first(browser)
    person = doubt.one.profile_id
    browser.post(f"/people/matches/{doubt.id}", {"do": "one"})
    page = browser.get(f"/people/{person}/merges").content.decode()
    assert "What speaks for one person" in page and "that they are one" in page
    assert page.count("bar-for") >= 2


def test_a_persons_joins_are_shown_split_and_merged_by_hand(owner: Actor, browser: Client) -> None:
    one, other = who("zita@one.test"), who("zita@two.test")
    found = browser.get(f"/people/{one}/merge?q=zita").content.decode()
    assert f'value="{other}"' in found
    refused = browser.post(f"/people/{one}/merge", {"other": other, "reason": " "})
    assert refused.status_code == 422
    browser.post(f"/people/{one}/merge", {"other": other, "reason": "She said <so>"})
    page = browser.get(f"/people/{min(one, other)}/merges").content.decode()
    assert "She said &lt;so&gt;" in page and "Stood side by side in" in page
    merge_id = next(edge.id for edge in edges_of(owner, min(one, other)) if edge.by == "person")
    told = browser.post(f"/people/{min(one, other)}/merges", {"merge": merge_id}, follow=True)
    assert "Everybody has again what was theirs" in told.content.decode()
    assert who("zita@one.test") != who("zita@two.test")
    again = browser.post(f"/people/{one}/merges", {"merge": merge_id}).content.decode()
    assert "split before" in again
