"""What Today suggests, at which price, and why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.insights.today_worlds import (
    LAST,
    bring_up_to_date,
    hand_in,
    review,
    rhythmic,
    sale,
    things,
    today,
)


def told(number: int, days_ago: int, stars: int, who: str, reply: str = "") -> str:
    day = LAST - timedelta(days=days_ago)
    answered = f"{day + timedelta(days=1)} 09:00" if reply else ""
    address = f"{who}@example.org" if "@" not in who else ""
    return f"r{number},{day} 12:00,{stars},5,Hm.,{who},{reply},{answered},,{address}"


def test_the_button_of_gone_quiet_leads_to_those_very_people(shop: Path) -> None:
    from django.test import Client

    from regulars.accounts.models import Member

    hand_in(shop, rhythmic(quiet=4))
    bring_up_to_date()
    quiet = things()["gone_quiet"]
    assert quiet["title"] == "4 regulars have gone quiet"
    owner = Client()
    owner.force_login(
        Member.objects.get(role="owner"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    page = owner.get(quiet["action_path"])
    shown = {one["email"] for one in page.context["listing"]["people"]}
    assert shown == {f"p{n}@example.org" for n in range(4)}
    # Worth and its ends are what the four spend in four weeks, times a share.
    if quiet["worth"] is not None:
        spend = sum(10 * 28 / gap for gap in (6, 7, 8, 9))
        assert quiet["low"] <= quiet["worth"] <= quiet["high"] <= spend + 1


def test_the_best_with_a_bad_review_are_named_and_not_priced_without_a_past(shop: Path) -> None:
    best = [sale(f"b{day}", day, "p20", "90.00") for day in (LAST, LAST - timedelta(days=9))]
    hand_in(shop, [*rhythmic(), *best])
    review(
        shop,
        [
            told(1, 5, 1, "p20"),
            told(2, 60, 2, "p20"),
            told(3, 5, 1, "p21", "Sorry!"),
            told(4, 9, 2, "p22"),
            told(5, 3, 5, "p22"),
        ],
    )
    bring_up_to_date()
    unhappy = things()["best_unhappy"]
    assert unhappy["title"] == "1 of your best customers has a problem open"
    assert unhappy["worth"] is None
    assert "not known yet" in unhappy["reason"]
    [who] = unhappy["people"]
    assert who["why"] == "1 star on 26 March 2026, no answer yet"
    assert who["usual"] > 0


def test_what_a_bad_review_costs_is_measured_on_the_shops_own_past(shop: Path) -> None:
    """Twelve wrote one star in the autumn and never came again; all others went on."""
    lost = [LAST - timedelta(days=200)] * 12
    rows = []
    for place in range(48):
        gap = 6 + place % 4
        last = lost[place] if place < 12 else LAST - timedelta(days=place % gap)
        rows += [
            sale(f"{place}-{step}", last - timedelta(days=gap * step), f"p{place}", "10.00")
            for step in range(20 if place < 12 else 45)
        ]
    hand_in(shop, [*rows, sale("cake", LAST - timedelta(days=30), "p30", "200.00")])
    review(shop, [*(told(n, 200, 1, f"p{n}") for n in range(12)), told(99, 4, 1, "p30")])
    bring_up_to_date()
    unhappy = things()["best_unhappy"]
    assert "Of 12 people with such a problem before, 0% came back" in unhappy["reason"]
    usual = unhappy["people"][0]["usual"]
    assert 0 < unhappy["low"] <= unhappy["worth"] <= unhappy["high"] <= 1.01 * usual


def test_money_back_is_a_problem_until_they_buy_again(shop: Path) -> None:
    cake = sale("cake", LAST - timedelta(days=30), "p22", "200.00")
    back = [sale("r1", LAST - timedelta(days=1), "p22", "-5.00")]
    hand_in(shop, [*rhythmic(), cake, *back])
    bring_up_to_date()
    [who] = things()["best_unhappy"]["people"]
    assert who["why"] == "Money back or a cancelled order on 30 March 2026, no visit since"
    hand_in(shop, [sale("again", LAST, "p22")], "again.csv")
    bring_up_to_date()
    assert "best_unhappy" not in things()


def test_things_are_ranked_by_money_a_minute_and_the_rest_is_counted(shop: Path) -> None:
    held = [("x", "someday", "a@example.org", "Loaf", 1, "10.00", "High Street", "GBP")]
    hand_in(shop, [*rhythmic(quiet=4), *held, sale("f", "2031-01-01", "p1", "300.00")])
    review(shop, [told(1, 2, 2, "sam@"), told(2, 3, 4, "mia@")])
    bring_up_to_date()
    listed = list(things().values())
    rates = [one["worth"] / one["minutes"] for one in listed if one["worth"] is not None]
    assert rates == sorted(rates, reverse=True)
    priced = [one["worth"] is not None for one in listed]
    assert priced == sorted(priced, reverse=True)
    page = today()
    assert [one["key"] for one in page["things"]] == [one["key"] for one in listed[:3]]
    assert page["more_things"] == len(listed) - 3
    row = next(one for one in listed if one["key"] == "quarantine")
    # A row of its file usually brings £10; one brought £300. It may be no sale.
    assert row["low"] == 0 < row["worth"] < row["high"]


def test_rows_that_wait_have_one_price_wherever_they_are_shown(shop: Path) -> None:
    from regulars.accounts import actors
    from regulars.insights.quality import quality

    ever = [sale(n, LAST - timedelta(days=n % 40), "", f"{5 + n % 11}.00") for n in range(200)]
    hand_in(shop, [*ever, sale("a", "someday"), sale("b", "later")])
    hand_in(shop, [sale("c", "never")], "nothing-landed.csv")
    bring_up_to_date()
    thing = things()["quarantine"]
    checks = quality(actors.owner("cli"))["checks"]
    waiting = next(one for one in checks if one["key"] == "waiting")
    costs = [waiting[name] for name in ("cost", "cost_low", "cost_high")]
    assert costs == [thing[name] for name in ("worth", "low", "high")]
    # Three draws of £5 to £15: about £30, seldom above £42.
    assert costs == pytest.approx([29.9, 0, 40.7], abs=0.7)
