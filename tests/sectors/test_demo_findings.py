"""The demo world through the front door: what was planted about products and hours is found, and
little else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.sectors.demo import Demo

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]


@dataclass(frozen=True)
class Told:
    """What was planted, and what was found: rows as the API gives them."""

    truth: dict[str, Any]
    findings: list[dict[str, Any]]
    searches: dict[str, dict[str, Any]]
    things: list[dict[str, Any]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.findings if one["kind"] == kind]

    def planted(self, name: str) -> list[dict[str, Any]]:
        found = self.truth.get(name, [])
        return found if isinstance(found, list) else [found]


@pytest.fixture(scope="module")
def told(demo: Demo) -> Told:
    searches = {one["kind"]: one for one in demo.found["searches"]}
    return Told(demo.truth, demo.found["findings"], searches, demo.found["things"])


def test_every_search_was_asked(told: Told) -> None:
    assert {one["state"] for one in told.searches.values()} == {"asked"}
    assert sum(one["asked"] for one in told.searches.values()) > 300


def lost_a_day(truth: dict[str, Any]) -> float:
    """Pieces asked for in vain on such a day of the last year."""
    year = truth.get("last_364_days", {"asked_for_in_vain": truth["asked_for_in_vain"], "days": 52})
    return float(year["asked_for_in_vain"] / year["days"])


def test_what_sells_out_is_found_and_nothing_else(told: Told) -> None:
    planted = {(one["sku"], one["place"], one["weekday"]): one for one in told.planted("sell_out")}
    found = {
        (one["detail"]["sku"], one["detail"]["place"], one["detail"]["weekday"]): one
        for one in told.of("sold_out")
    }
    # What loses a piece or so a week is hard to tell from chance, and may be missed.
    assert {key for key, one in planted.items() if lost_a_day(one) > 1.5} <= found.keys()
    assert len(found.keys() - planted.keys()) <= 1
    for one in told.planted("sells_on"):
        assert (one["sku"], one["place"], one["weekday"]) not in found
    for key in planted.keys() & found.keys():
        hour, minute = map(int, planted[key]["sold_out_from"].split(":"))
        last = found[key]["detail"]["last_sale"]
        assert abs(hour * 60 + minute - int(last[:2]) * 60 - int(last[3:])) <= 60
        assert found[key]["low"] > 0


def test_what_a_sell_out_lost_is_told_with_its_range(told: Told) -> None:
    for found in told.of("sold_out"):
        about = found["detail"]
        [truth] = [
            one
            for one in told.planted("sell_out")
            if (one["sku"], one["weekday"]) == (about["sku"], about["weekday"])
        ]
        # The range speaks of the last half year, the truth of all such days of the last year.
        assert 0.7 * about["pieces_low"] <= 4 * lost_a_day(truth) <= 1.4 * about["pieces_high"]


def test_pulls_are_found_and_what_has_nothing_to_do_with_another_is_not(told: Told) -> None:
    found = {
        frozenset((one["detail"]["first"]["sku"], one["detail"]["second"]["sku"])): one["detail"]
        for one in told.of("association")
    }
    planted = {frozenset((one["from"], one["to"])): one for one in told.planted("pulls")}
    assert planted.keys() <= found.keys()
    assert len(found.keys() - planted.keys()) <= 1
    assert not {frozenset(pair) for pair in told.truth.get("no_pull", [])} & found.keys()
    for pair, truth in planted.items():
        detail = found[pair]
        is_turned = detail["first"]["sku"] != truth["from"]
        share = detail["confidence_back" if is_turned else "confidence"]
        assert share == pytest.approx(truth["confidence"], abs=0.05)
        assert detail["low"] > 1.1


def test_rises_and_falls_are_found_and_seasons_are_none(told: Told) -> None:
    products = {
        one["detail"]["sku"]: one["detail"]["direction"]
        for one in told.of("trend")
        if one["detail"]["thing"] == "product"
    }
    planted = {one["sku"]: one["direction"] for one in told.planted("trends")}
    assert {sku: products.get(sku) for sku in planted} == planted
    assert len(products.keys() - planted.keys()) <= 1
    seasonal = {one["sku"] for one in told.truth.get("not_trends", [])} | {"PA-MIN", "PA-HCB"}
    assert not seasonal & products.keys()


def test_a_place_that_falls_is_found(told: Told) -> None:
    places = {
        one["detail"]["name"]: one["detail"]["direction"]
        for one in told.of("trend")
        if one["detail"]["thing"] == "place"
    }
    assert places == {one["place"]: one["direction"] for one in told.planted("place_trends")}


def test_the_hour_that_loses_people_is_found_and_hardly_another(told: Told) -> None:
    wait = told.truth["wait"]
    hours = told.of("hour")
    [found] = [one for one in hours if one["detail"]["place"] == wait["place"]]
    assert len(hours) <= 2
    assert hours[0] == found
    detail = found["detail"]
    assert (detail["weekdays"], detail["hour"]) == (wait["weekdays"], wait["hour"])
    assert detail["high"] < 0
    assert 0 < found["low"] < found["worth"] < found["high"]


def test_today_knows_of_them(told: Told) -> None:
    kinds = {one["kind"] for one in told.things}
    assert {"sold_out", "hour", "trend"} <= kinds
    assert all(one["title"] and one["reason"] for one in told.things)


def test_what_is_worth_doing_says_so_in_a_sentence(told: Told) -> None:
    titles = [one["title"] for one in told.findings]
    assert "Sourdough loaf sells out at Station Road on Saturdays" in titles
    assert "Station Road loses people from 08:00 to 09:00, Mondays to Fridays" in titles
    assert "Flat white goes with Butter croissant" in titles
    assert all(one["reason"].endswith(".") for one in told.findings)
