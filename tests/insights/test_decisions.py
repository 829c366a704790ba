"""Done, later, not useful; what brings a thing back; and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts import actors
from regulars.accounts.models import AuditEntry
from regulars.insights import decided, decisions
from regulars.insights.models import Decision
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from tests.insights.today_worlds import (
    LAST,
    MORNING,
    bring_up_to_date,
    hand_in,
    review,
    rhythmic,
    sale,
    things,
    today,
)
from tests.world import People, open_shop

HELD = ("x", "someday", "a@example.org", "Loaf", 1, "10.00", "High Street", "GBP")


@pytest.fixture
def who(data_folder: Path, db: None) -> Iterator[People]:
    """A shop with a row in quarantine and a review that waits."""
    with clock.frozen(MORNING):
        people = open_shop()
        hand_in(data_folder, [*(sale(n, LAST - timedelta(days=n), "ada") for n in range(9)), HELD])
        review(data_folder, [f"r1,{LAST} 12:00,2,5,Hm.,Sam,,,,"])
        bring_up_to_date()
        yield people


def in_days(days: int) -> Any:
    return clock.frozen(MORNING + timedelta(days=days))


def test_done_stays_away_for_four_weeks_at_most(who: People) -> None:
    decisions.decide(who.owner, key="quarantine", what="done")
    assert "quarantine" not in things()
    with in_days(28):
        assert "quarantine" not in things()
    with in_days(29):
        assert "quarantine" in things()


def test_later_comes_back_on_the_day_chosen(who: People) -> None:
    day = date(2026, 4, 8)
    decisions.decide(who.manager, key="reviews", what="snoozed", until=day)
    with in_days(6):
        assert "reviews" not in things()
    with in_days(7):
        assert "reviews" in things()


def test_not_useful_stays_away_for_ninety_days_whatever_comes(
    who: People, data_folder: Path
) -> None:
    decisions.decide(who.owner, key="reviews", what="not_useful", reason="known")
    review(data_folder, [f"n{n},{LAST} 12:00,1,5,Bad.,Jo,,,," for n in range(9)], "more.csv")
    bring_up_to_date()
    assert "reviews" not in things()
    with in_days(91):
        assert "reviews" in things()


def test_done_comes_back_when_the_situation_changes(who: People, data_folder: Path) -> None:
    decisions.decide(who.owner, key="reviews", what="done")
    review(data_folder, [f"n1,{LAST} 13:00,1,5,Bad.,Jo,,,,"], "more.csv")
    bring_up_to_date()
    assert "reviews" in things()


def test_a_decision_is_taken_back_once_and_both_rows_stay(who: People) -> None:
    made = decisions.decide(who.owner, key="reviews", what="done", words="rang her")
    decisions.take_back(who.manager, made.pk)
    assert "reviews" in things()
    with pytest.raises(WrongUse):
        decisions.take_back(who.owner, made.pk)
    assert [one.what for one in Decision.objects.order_by("pk")] == ["done", "taken_back"]
    listed = decided.listing(who.analyst)["decisions"]
    assert [(one["what"], one["words"], one["taken_back_at"] is not None) for one in listed] == [
        ("done", "rang her", True)
    ]
    verbs = AuditEntry.objects.filter(verb__startswith="today.").values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == ["today.decide", "today.take_back"]


def test_only_owner_and_manager_decide(who: People) -> None:
    for actor in (who.analyst, who.helper, who.stranger):
        with pytest.raises(NotAllowed):
            decisions.decide(actor, key="reviews", what="done")


@pytest.mark.parametrize(
    "told",
    [
        {"what": "perhaps"},
        {"what": "taken_back"},
        {"what": "not_useful"},
        {"what": "not_useful", "reason": "dull"},
        {"what": "snoozed"},
        {"what": "snoozed", "until": date(2026, 4, 1)},
        {"what": "snoozed", "until": date(2030, 4, 1)},
    ],
    ids=str,
)
def test_what_cannot_be_decided(told: dict[str, Any], who: People) -> None:
    with pytest.raises(WrongUse):
        decisions.decide(who.owner, key="reviews", **told)
    with pytest.raises(NotFound):
        decisions.decide(who.owner, key="sold_out", what="done")
    assert not Decision.objects.exists()


def test_pages_of_decisions(who: People) -> None:
    for key in ("reviews", "quarantine"):
        decisions.decide(who.owner, key=key, what="done")
    first = decided.listing(who.owner, limit=1)
    second = decided.listing(who.owner, limit=1, cursor=first["next_cursor"])
    assert [one["key"] for one in (*first["decisions"], *second["decisions"])] == [
        "quarantine",
        "reviews",
    ]
    assert second["next_cursor"] is None


def test_what_came_of_reviews_rows_and_a_stale_source(who: People, data_folder: Path) -> None:
    from regulars.sources import quarantine

    for key in ("reviews", "quarantine"):
        decisions.decide(who.owner, key=key, what="done")
    with in_days(20):
        decisions.decide(who.owner, key="stale:all", what="done")
        row = quarantine.waiting().get()
        quarantine.mend(who.owner, row.pk, changes={"date": "2026-04-19 10:00"})
        review(
            data_folder,
            [f"r1,{LAST} 12:00,2,5,Hm.,Sam,Sorry!,2026-04-02 09:00,,"],
            "answered.csv",
        )
        bring_up_to_date()
        came = {one["key"]: one for one in decided.listing(who.owner)["decisions"]}
        assert came["reviews"]["came_of_it"] == "Of 1 review 1 has an answer now."
        assert came["quarantine"]["came_of_it"].startswith("Rows mended since: 1;")
        assert came["stale:all"]["came_of_it"] == "Data came again: it reaches 19 April 2026 now."
        shown = today()["decided"]
        assert [one["key"] for one in shown["today"]] == ["stale:all"]
        assert {one["key"] for one in shown["came_of_it"]} == {"reviews", "quarantine"}


def test_what_came_of_people_is_counted_and_claims_no_cause(data_folder: Path, db: None) -> None:
    with clock.frozen(MORNING):
        open_shop()
        hand_in(data_folder, rhythmic(quiet=6))
        bring_up_to_date()
        made = decisions.decide(actors.owner("cli"), key="gone_quiet", what="done")
        days = made.shown["detail"]["horizon_days"]
        [told] = decided.listing(actors.owner("cli"))["decisions"]
        assert not told["is_known"]
    # Two of the six come back in the week after; the files of the others go on.
    later = LAST + timedelta(days=days + 3)
    rows = [sale(f"l{n}", LAST + timedelta(days=n), "p9") for n in range(1, days + 4)]
    rows += [sale(f"b{n}", LAST + timedelta(days=3), f"p{n}", "12.50") for n in (0, 1)]
    with clock.frozen(MORNING + timedelta(days=5)):
        hand_in(data_folder, [row for row in rows if str(row[1])[:10] <= "2026-04-05"], "a.csv")
        bring_up_to_date()
        [told] = decided.listing(actors.owner("cli"))["decisions"]
        assert "2 of these 6 people bought again and spent £25" in told["came_of_it"]
        assert "Too early to tell until" in told["came_of_it"]
        assert not told["is_known"]
    with clock.frozen(MORNING + timedelta(days=(later - LAST).days)):
        hand_in(data_folder, rows, "b.csv")
        bring_up_to_date()
        [told] = decided.listing(actors.owner("cli"))["decisions"]
        assert told["is_known"]
        assert "2 of these 6 people bought again and spent £25" in told["came_of_it"]
        assert "cannot tell" in told["came_of_it"] or "is not known" in told["came_of_it"]


def test_an_erased_person_is_in_no_decision_and_in_no_outlook(data_folder: Path, db: None) -> None:
    from regulars.insights.models import Outlook
    from regulars.profiles import erasure, search

    with clock.frozen(MORNING):
        open_shop()
        hand_in(data_folder, rhythmic(quiet=4))
        bring_up_to_date()
        owner = actors.owner("cli")
        person = search.find("p1@example.org", actor=owner)[0].profile_id
        decisions.decide(
            owner, key="gone_quiet", what="not_useful", reason="other",
            words="p1@example.org moved away",
        )  # fmt: skip
        told = erasure.export(owner, person)["tables"]
        assert {"insights_decision", "insights_outlook"} <= told.keys()
        erasure.erase(owner, person)
        made, outlook = Decision.objects.get(), Outlook.objects.get()
        for held in (made.shown, outlook.facts):
            assert f"person:{person}" not in str(held)
            assert f"'profile_id': {person}," not in str(held)
            assert f"'profile_id': {person}}}" not in str(held)
        assert "p1@example.org" not in made.words
        assert len(made.shown["detail"]["people"]) == 3
        today()


def test_what_came_of_a_fall_is_said_from_figures_without_a_cause(
    data_folder: Path, db: None
) -> None:
    def days(first: int, last: int, market: int) -> list[Any]:
        return [
            sale(f"{shop}-{day}-{n}", LAST - timedelta(days=day), "", f"{8 + n}.00", shop)
            for day in range(first, last)
            for shop, most in (("High Street", 6), ("Market", market))
            for n in range(most)
        ]

    with clock.frozen(MORNING):
        open_shop()
        hand_in(data_folder, [*days(0, 28, 2), *days(28, 182, 6)])
        bring_up_to_date()
        key = "trend:place:Market"
        assert key in things()
        decisions.decide(actors.owner("cli"), key=key, what="done")
        [told] = decided.listing(actors.owner("cli"))["decisions"]
        assert not told["is_known"]
    with in_days(30):
        # Four a day since the day of the decision; before that two.
        hand_in(data_folder, days(-30, 0, 4), "after.csv")
        bring_up_to_date()
        [told] = decided.listing(actors.owner("cli"))["decisions"]
    assert told["is_known"]
    words = told["came_of_it"]
    assert "It brought £1,064 in the four weeks after, and £497 in the four before." in words
    assert "The difference (+£" in words and "is more than chance." in words
    assert words.endswith("What it came from this cannot tell.")
