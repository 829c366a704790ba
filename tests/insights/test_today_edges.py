"""Odd shops: the page still says something true and useful."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.kernel import clock
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


def number(page: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in page["numbers"] if one["metric"] == name)


def test_an_empty_workspace_says_what_to_do(shop: Path) -> None:
    page = today()
    assert page["numbers"] == [] == page["things"]
    assert page["needs"] == "There is nothing to look at yet."
    assert "Nothing was imported yet" in page["notes"][0]
    assert page["looked_at"] == []


def test_one_order_is_told_and_compared_with_nothing(shop: Path) -> None:
    hand_in(shop, [sale(1, LAST, "ada")])
    bring_up_to_date()
    page = today()
    assert number(page, "revenue")["value"] == 10
    assert page["verdict"] == "It is too early to say whether business is up or down."
    assert page["needs"] == "Nothing needs you today."
    assert page["changes"]["lines"][0] == "Tuesday brought £10 in 1 order."
    assert page["changes"]["usual_low"] is None


def test_one_customer_with_half_of_all_orders_is_a_risk(shop: Path) -> None:
    rows = [sale(n, LAST - timedelta(days=n), "ada" if n % 2 else f"c{n}") for n in range(20)]
    hand_in(shop, rows)
    bring_up_to_date()
    risk = things()["one_customer"]
    assert risk["title"] == "One customer makes 50% of your sales"
    assert risk["worth"] is None
    assert "walk-in" in risk["reason"]


@pytest.mark.parametrize(
    ("price", "verdict"),
    [
        ("-4.00", "More money went back than came in."),
        ("0.00", "Nothing was sold in these four weeks."),
    ],
)
def test_negative_and_zero_revenue(shop: Path, price: str, verdict: str) -> None:
    hand_in(shop, [sale(n, LAST - timedelta(days=n), "ada", price) for n in range(5)])
    bring_up_to_date()
    page = today()
    assert page["verdict"] == verdict
    assert number(page, "revenue")["value"] == 5 * float(price)


def test_three_currencies_are_told_apart(shop: Path) -> None:
    hand_in(
        shop,
        [
            *(sale(f"g{n}", LAST - timedelta(days=n), "ada") for n in range(8)),
            *(sale(f"e{n}", LAST, "ben", "99.00", currency="EUR") for n in range(2)),
            sale("c", LAST, "cleo", "500.00", currency="CHF"),
        ],
    )
    bring_up_to_date()
    page = today()
    assert number(page, "revenue")["value"] == 80
    assert any("2 orders in EUR" in note for note in page["notes"])
    assert any("1 order in CHF" in note for note in page["notes"])


def test_a_future_date_is_a_thing_and_no_day_of_data(shop: Path) -> None:
    hand_in(shop, [sale(1, LAST, "ada"), sale(2, "2031-03-03", "ada", "45.00")])
    bring_up_to_date()
    page = today()
    assert page["as_of"] == LAST
    ahead = things()["future"]
    assert ahead["title"] == "1 sale is dated in the future"
    assert (ahead["worth"], ahead["low"], ahead["high"]) == (45, 45, 45)
    assert "3 March 2031" in ahead["reason"]


def test_old_data_is_said_to_be_old_and_priced_by_its_days(shop: Path) -> None:
    last = LAST - timedelta(days=20)
    hand_in(shop, [sale(n, last - timedelta(days=n), f"c{n % 9}") for n in range(60)])
    bring_up_to_date()
    page = today()
    assert page["stale"]
    assert "11 March 2026" in page["notes"][0]
    stale = things()["stale:all"]
    assert stale["title"] == "Your data ends 21 days ago"
    assert stale["worth"] == 200
    assert stale["low"] <= stale["worth"] <= stale["high"]


def test_a_source_that_lags_is_a_thing_and_one_that_ended_is_not(shop: Path) -> None:
    days = [LAST - timedelta(days=n) for n in range(60)]
    hand_in(shop, [sale(f"a{n}", day, f"c{n % 9}") for n, day in enumerate(days)])
    lines = [f"r{n},{LAST - timedelta(days=40 + n)} 12:00,5,5,Good.,Sam,,,," for n in range(20)]
    review(shop, lines)
    bring_up_to_date()
    [lagging] = [one for key, one in things().items() if key.startswith("stale:")]
    assert lagging["title"].startswith("Reviews from")
    assert lagging["title"].endswith("lag 40 days behind")
    assert lagging["worth"] is None
    with clock.frozen(MORNING + timedelta(days=200)):
        far = LAST + timedelta(days=190)
        hand_in(shop, [sale("z", far, "c1")], "later.csv")
        bring_up_to_date()
        assert not [key for key in things() if key.startswith("stale:") and key != "stale:all"]


def test_reviews_alone_are_told_too(shop: Path) -> None:
    review(shop, [f"r{n},{LAST - timedelta(days=n)} 12:00,{n},5,So so.,Sam,,,," for n in (1, 2, 4)])
    bring_up_to_date()
    page = today()
    assert [one["metric"] for one in page["numbers"]] == ["review_mean", "reviews"]
    assert things()["reviews"]["title"] == "3 reviews wait for an answer"


def test_orders_that_say_no_longer_who_bought(shop: Path) -> None:
    def who(n: int) -> str:
        return "" if n < 28 and n % 2 else f"c{n % 30}"

    hand_in(
        shop,
        [
            sale(f"{n}-{part}", LAST - timedelta(days=n), who(n))
            for n in range(110)
            for part in range(2)
        ],
    )
    bring_up_to_date()
    doubt = things()["unknown_share:customer"]
    assert doubt["title"] == "50% of sales say no longer who bought"
    assert "£280" in doubt["reason"]
    assert "unknown_share:place" not in things()


def test_nothing_is_asked_of_the_mart_twice(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.mart.engine import Snapshot

    hand_in(shop, [sale(n, LAST - timedelta(days=n % 60), f"c{n % 9}") for n in range(120)])
    bring_up_to_date()
    asked: list[Any] = []
    answer = Snapshot._answer

    def counting(self: Snapshot, sql: str, scopes: Any, fetch: Any) -> Any:
        asked.append((sql, repr(scopes)))
        return answer(self, sql, scopes, fetch)

    monkeypatch.setattr(Snapshot, "_answer", counting)
    today()
    assert len(asked) == len(set(asked)) > 0
    asked.clear()
    today()
    assert asked == []


def test_the_day_before_the_first_file(shop: Path) -> None:
    hand_in(shop, [sale(1, date(2026, 4, 1), "ada")])
    bring_up_to_date()
    page = today()
    assert page["as_of"] is None
    assert "There are no" in page["notes"][0] or "no figures yet" in page["notes"][0]


def test_a_file_handed_in_again_is_not_counted_twice(shop: Path) -> None:
    from regulars.accounts import actors
    from regulars.insights.quality import quality

    for _turn in range(2):
        hand_in(shop, [sale(1, LAST, "ada")])
    bring_up_to_date()
    lines = today()["changes"]["lines"]
    assert lines[-2:] == ["1 file was imported.", "1 file brought nothing new."]
    checks = {one["key"]: one for one in quality(actors.owner("cli"))["checks"]}
    assert (checks["unusable"]["count"], checks["unusable"]["of"]) == (0, 1)


def test_segments_say_who_comes_and_who_stays_away(shop: Path) -> None:
    from regulars.accounts import actors
    from regulars.insights import people

    hand_in(shop, [sale(1, LAST - timedelta(days=2), "ada")])
    bring_up_to_date()
    assert {one["words"]: one["count"] for one in today()["segments"]} == {"New faces": 1}
    hand_in(shop, rhythmic(quiet=8), "more.csv")
    bring_up_to_date()
    owner = actors.owner("cli")
    held = {one["key"]: one for one in people.segments(owner)}
    quiet = people.listing(owner, quiet=True)["people"]
    assert quiet
    assert not {one["segment"] for one in quiet} & {"champions", "loyal", "promising"}
    assert held["cant_lose"]["words"] == "Best regulars staying away"


def test_nothing_imported_is_not_known_and_not_nought(shop: Path, capsys: Any) -> None:
    from regulars.accounts import actors
    from regulars.cli.app import run
    from regulars.insights import figures, quality, weekly

    owner = actors.owner("cli")
    for _before_and_after in range(2):
        assert figures.ask(owner, metrics=["revenue"])["rows"][0]["value"] is None
        assert {one["state"] for one in quality.quality(owner)["checks"]} == {"unknown"}
        letter = weekly.own(actors.by_email("olive@crumb.test", "cli"))
        assert letter.subject == "There are no figures yet"
        assert "Nothing was imported yet" in letter.text and "Worth doing" not in letter.text
        capsys.readouterr()
        assert run(["products"]) == 0
        told = capsys.readouterr().out
        assert "What rises or falls is looked for at the first refresh that finds sales." in told
        assert "What goes together is looked for" in told
        assert run(["today"]) == 0
        assert "There is nothing to look at yet." in capsys.readouterr().out
        bring_up_to_date()


def test_a_terminal_reads_shares_in_per_cent(shop: Path, capsys: Any) -> None:
    from regulars.accounts.models import Business
    from regulars.cli.app import run

    Business.objects.update(sector="retail")
    hand_in(shop, [sale(n, LAST, "ada", "-4.00" if n == 3 else "10.00") for n in range(4)])
    bring_up_to_date()
    assert run(["today"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"Refund rate: \d+\.\d%\n", told), told
    # Who was here today is not slowing down, however few there are to rank.
    assert "Coming back: 1" not in told and "New faces: 1" in told
