"""The demo world through the front door: the product finds what the simulator planted."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]


def test_it_has_as_many_people_as_were_asked_for(demo):
    assert demo.truth["totals"]["people"] == demo.people


def test_every_row_is_accounted_for(demo):
    imports = demo.ask("imports", "list")["imports"]
    for one in imports:
        assert one["landed"] + one["unchanged"] + one["quarantined"] == one["rows_read"]
    by_file: dict[str, dict[str, int]] = {}
    for one in imports:
        names = ("rows_read", "quarantined", "unchanged")
        sums = by_file.setdefault(one["file"], dict.fromkeys(names, 0))
        for name in sums:
            sums[name] += one[name]
    for name, planted in demo.truth["files"].items():
        assert by_file[name]["rows_read"] == planted["rows"]
        assert by_file[name]["quarantined"] == planted["quarantined"]
        assert by_file[name]["unchanged"] == planted["told_before"]


def test_revenue_and_orders_to_the_penny(demo):
    totals = demo.truth["totals"]
    assert demo.value("revenue") == totals["revenue_minor"] / 100
    assert demo.value("orders") == totals["orders"]
    rows = demo.ask("metric", "revenue", "--by", "month")["rows"]
    assert {row["month"][:7]: round(row["value"] * 100) for row in rows} == totals[
        "revenue_by_month_minor"
    ]
    by_place = totals["till"]["revenue_by_place_minor"]
    rows = demo.ask("metric", "revenue", "--by", "place")["rows"]
    found = {row["place"]: round(row["value"] * 100) for row in rows}
    assert {place: found[place] for place in by_place} == by_place


def test_reviews_and_refunds(demo):
    takeout = demo.truth["files"]["takeout-google-business-profile.zip"]
    assert demo.value("reviews") == takeout["rows"]
    by_place = demo.ask("metric", "reviews", "--by", "place")["rows"]
    found = {row["place"]: row["value"] for row in by_place if row["value"]}
    told = demo.truth["reviews"]["by_place"]
    assert found == {place: told[f"Rye & Shine, {place}"]["count"] for place in found}
    assert sum(found.values()) == takeout["rows"]
    totals = demo.truth["totals"]
    refunds = totals["till"]["refund_minor"] + totals["web"]["refund_minor"]
    assert round(demo.value("refunds") * 100) == refunds


def test_one_person_under_three_identifiers(demo):
    for planted in demo.truth["identities"]["three_identifiers"]:
        by_till = demo.person(planted["square_id"])
        assert demo.person(planted["web_email"]) == by_till
        assert demo.person(planted["phone"]) == by_till


def test_a_shared_phone_joins_nobody(demo):
    people = {one["key"]: one for one in demo.truth["people"]}
    for planted in demo.truth["identities"]["households"]:
        ids = {
            demo.person(people[key]["square_id"])
            for key in planted["people"]
            if people[key].get("square_id")
        }
        known = [key for key in planted["people"] if people[key].get("square_id")]
        assert len(ids) == len(known)


def test_blocked_values_are_nobody(demo):
    for value in demo.truth["identities"]["blocked"]:
        assert demo.ask("people", "find", value)["people"] == []


def test_regulars_gone_quiet_are_found_and_steady_ones_left_alone(demo):
    def is_quiet(planted) -> bool:
        page = demo.ask("people", "show", demo.person(planted["square_id"]))
        return page["scores"]["is_quiet"]

    flagged = [is_quiet(one) for one in demo.truth["gone_quiet"]]
    assert sum(flagged) >= 0.9 * len(flagged)
    wrongly = [is_quiet(one) for one in demo.truth["steady"]]
    assert sum(wrongly) <= 0.1 * len(wrongly)


def test_a_slip_of_the_date_is_no_day_of_data(demo):
    told = demo.ask("metric", "orders")
    assert told["as_of"] == demo.truth["last_day"]
    ahead = demo.truth["faults"]["future_date"]["on"]
    assert demo.value("orders", "--from", ahead, "--to", ahead) == 1


def test_a_day_that_one_till_left_out_is_not_there(demo):
    missing = demo.truth["faults"]["missing_day"]
    rows = demo.ask(
        "metric", "orders", "--from", missing["on"], "--to", missing["on"], "--by", "place"
    )
    places = {row["place"] for row in rows["rows"] if row["value"]}
    assert missing["place"] not in places
    assert "Station Road" in places


def test_clicks_land_on_the_people_they_are_of(demo):
    planted = demo.truth["clicks"]
    [tracks] = [one for one in demo.ask("imports", "list")["imports"] if one["kind"] == "events"]
    assert (tracks["landed"], tracks["recognised_as"]) == (
        planted["count"],
        "Segment events (tracks)",
    )
    person = next(one for one in demo.truth["people"] if one["key"] == planted["busiest"]["person"])
    page = demo.ask("people", "show", demo.person(person["web_email"]))
    assert page["totals"]["events"] >= planted["busiest"]["clicks"]


def test_today_is_computed_from_it(demo):
    page = demo.ask("today")
    assert len(page["numbers"]) <= 5
    assert 1 <= len(page["things"]) <= 3
    kinds = [one["kind"] for one in demo.ask("today", "--all")["things"]]
    assert {"gone_quiet", "quarantine", "best_unhappy", "future"} <= set(kinds)
    assert [one["kind"] for one in page["things"]] == kinds[: len(page["things"])]
    assert page["quiet"]["count"] >= len(demo.truth["gone_quiet"])
    assert "had left" in page["quiet"]["backtest"]


def test_today_finds_the_best_guests_with_a_problem_open(demo):
    people = {one["key"]: one for one in demo.truth["people"]}
    planted = demo.truth["reviews"]["best_guests_with_a_problem"]
    things = {one["key"]: one for one in demo.ask("today", "--all")["things"]}
    unhappy = things["best_unhappy"]
    # Others may have been given money back; who wrote a bad review is planted.
    wrote = {one["name"] for one in unhappy["people"] if "no answer yet" in one["why"]}
    assert wrote <= {people[key]["name"] for key in planted}
    assert {demo.person(people[key]["square_id"]) for key in planted} <= demo.held("best_unhappy")
    assert unhappy["worth"] is None or unhappy["low"] <= unhappy["worth"] <= unhappy["high"]


def test_today_finds_those_gone_quiet(demo):
    quiet = {one["key"]: one for one in demo.ask("today", "--all")["things"]}["gone_quiet"]
    made = demo.ask("decide", "gone_quiet", "--snooze", "1")
    assert made["title"] == quiet["title"]
    planted = {demo.person(one["square_id"]) for one in demo.truth["gone_quiet"]}
    held = demo.held("gone_quiet")
    assert len(planted & held) >= 0.9 * len(planted)
    assert not {demo.person(one["square_id"]) for one in demo.truth["steady"]} & held
    demo.ask("take-back", made["id"])
