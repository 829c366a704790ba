from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.voices import REVIEWS, import_reviews


@pytest.fixture
def heard(bakery: Path, tmp_path: Path) -> int:
    """The reviews' file, imported; the number of the import."""
    return import_reviews(tmp_path / "reviews.csv")


def authors(page: Any) -> list[str]:
    return [one["author"] for one in page.context["reviews"]]


def test_reviews_stand_as_given_newest_first(owner: Any, heard: int) -> None:
    page = owner.get("/voices")
    found = ["Ada Lovelace", "Sam", "Chloé", "Noor", "سلمى", "", "Old Jo"]
    assert [one or "" for one in authors(page)] == found
    text = page.content.decode()
    for said in (
        "Très bon pain mais un peu cher.",
        "أفضل خبز في المدينة",
        "&lt;b&gt;My order was wrong twice.&lt;/b&gt;",
        "Thank you! See you soon.",
        "Our answer, 12 Oct 2025",
        "Stars only, no words.",
        "High Street",
        "28 Nov 2025",
        'aria-label="4.5 of 5 stars"',
        "★★☆☆☆",
    ):
        assert said in text


def test_they_are_kept_apart_by_answer_and_stars(owner: Any, heard: int) -> None:
    page = owner.get("/voices?waiting=1")
    assert authors(page) == ["Sam", "Chloé", "Noor", "سلمى", "Old Jo"]
    assert page.content.decode().count("Waits for an answer") == 5
    counts = page.context["counts"]
    assert (counts["all"], counts["waiting"]) == (7, 5)
    # Nine of ten is nearest to five stars.
    assert counts["stars"] == {5: 3, 4: 1, 3: 1, 2: 1, 1: 1}
    for stars, number in counts["stars"].items():
        assert len(authors(owner.get(f"/voices?stars={stars}"))) == number
    assert authors(owner.get("/voices?stars=5&waiting=1")) == ["Noor", "سلمى"]


def test_older_ones_are_a_link_away(owner: Any, bakery: Path, tmp_path: Path) -> None:
    # Many of one moment: the place in the list is told apart by more than the time.
    lines = tuple(
        f"n{n},2025-10-{1 + n // 20:02} 10:00,4,5,Number {n}.,,,,Fair," for n in range(60)
    )
    import_reviews(tmp_path / "many.csv", lines)
    seen: list[str] = []
    page = owner.get("/voices?stars=4")
    while True:
        seen += [one["text"] for one in page.context["reviews"]]
        if not page.context["next_cursor"]:
            break
        page = owner.get(f"/voices?{page.context['more']}")
        assert page.context["stars"] == 4
    assert len(seen) == len(set(seen)) == 60


def test_what_is_told_again_or_undone_does_not_stand_twice(
    owner: Any, heard: int, tmp_path: Path
) -> None:
    from regulars.accounts import actors
    from regulars.sources import imports

    answered = REVIEWS[1].replace("Sam,,", "Sam,Sorry about the wait.,2025-12-01 09:00")
    later = import_reviews(tmp_path / "later.csv", (answered,))
    page = owner.get("/voices")
    assert page.context["counts"] == {
        "all": 7,
        "waiting": 4,
        "stars": {5: 3, 4: 1, 3: 1, 2: 1, 1: 1},
    }
    assert "Sorry about the wait." in page.content.decode()
    imports.undo(actors.owner("cli"), later)
    assert owner.get("/voices").context["counts"]["waiting"] == 5
    imports.undo(actors.owner("cli"), heard)
    page = owner.get("/voices")
    assert page.context["counts"]["all"] == 0
    assert "Nobody was heard yet" in page.content.decode()


def test_a_year_of_them_is_summed_up_for_who_sees_figures(
    owner: Any, heard: int, work: Callable[[], int]
) -> None:
    from django.test import Client

    from regulars.accounts import actors
    from regulars.accounts.models import Member
    from regulars.insights import figures, refresh

    refresh.refresh(actors.owner("cli"))
    page = owner.get("/voices")
    said = figures.ask(actors.owner("cli"), metrics=["review_mean"], first=None, last=None)
    assert said["rows"][0]["n"] == 7
    # The oldest is more than a year before the last day of data.
    assert page.context["summary"]["mean"]["n"] == 6
    assert page.context["summary"]["mean"]["value"] == pytest.approx((5 + 2 + 4 + 5 + 4.5 + 1) / 6)
    text = page.content.decode()
    assert "from 6 reviews in the last twelve months" in text
    assert '<a class="strong" href="/people/' in text, "the author is a person we know"
    helper = Client()
    helper.force_login(
        Member.objects.create_user("helper@crumb.test", None, role="helper"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    page = helper.get("/voices")
    assert "summary" not in page.context
    assert len(page.context["reviews"]) == 7


def test_today_leads_to_those_that_wait(owner: Any, heard: int) -> None:
    from regulars.accounts import actors
    from regulars.insights import refresh

    refresh.refresh(actors.owner("cli"))
    things = {one["kind"]: one for one in owner.get("/").context["today"]["things"]}
    assert things["reviews"]["title"] == "4 reviews wait for an answer"
    assert things["reviews"]["action_path"] == "/voices?waiting=1"
    assert "1 of them with three stars or fewer" in things["reviews"]["reason"]
