"""What was planted in the smaller demo worlds has to be found by what the product says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.kernel import clock

LAST = date(2025, 12, 31)
FIRST = LAST - timedelta(days=730)
PEOPLE = 200
OWNER = "olive@demo.example"
FACTS = ("name", "country", "currency", "timezone")


class Trade:
    """One pack's world, landed through the front door."""

    def __init__(self, actor: Any, truth: dict[str, Any]) -> None:
        self.actor, self.truth = actor, truth["truths"]
        self.totals = truth["totals"]

    def ask(self, name: str, *by: str, **more: Any) -> list[dict[str, Any]]:
        from regulars.insights import figures

        rows: list[dict[str, Any]] = figures.ask(self.actor, metrics=[name], by=by, **more)["rows"]
        return rows

    def today(self) -> dict[str, Any]:
        from regulars.insights.today import today

        return today(self.actor)


def world_of(pack: str) -> Any:
    @pytest.fixture(name=pack)
    def world(data_folder: Path, db: None) -> Iterator[Trade]:
        from regulars import sectors
        from regulars.accounts import actors
        from regulars.accounts.business import set_up
        from regulars.insights import refresh
        from regulars.sources import imports

        chosen = sectors.pack(pack)
        with clock.frozen(datetime(LAST.year + 1, 1, 1, 12, tzinfo=UTC)):
            facts = {name: chosen.demo_business[name] for name in FACTS}
            set_up(**facts, sector=pack, owner_email=OWNER, password=None, face="cli")
            actor, exports = actors.owner("cli"), data_folder / "exports"
            for path in chosen.simulate(exports, people=PEOPLE, first_day=FIRST, last_day=LAST):
                runs = imports.import_file(actor, path, is_confirmed=True)
                assert [run.quarantined for run in runs] == [0], path.name
            refresh.refresh(actor)
            truth = sectors.truth_path(exports).read_text(encoding="utf-8")
            yield Trade(actor, json.loads(truth))

    return world


services, hospitality = world_of("services"), world_of("hospitality")
retail, professional = world_of("retail"), world_of("professional")


def within(row: dict[str, Any], share: float) -> bool:
    return bool(row["low"] <= share <= row["high"])


def test_the_salon(services: Trade) -> None:
    planted = services.truth["missed"]
    rows = services.ask("no_show_rate", "staff", "hour")
    whose, since = planted["staff"], planted["from_hour"]
    late = [row for row in rows if row["staff"] == whose and row["hour"] >= since]
    others = [row for row in rows if row not in late]
    assert all(row["low"] > 0.1 for row in late if row["n"] >= 20)
    assert sum(row["value"] * row["n"] for row in late) / sum(row["n"] for row in late) > 0.2
    assert sum(row["value"] * row["n"] for row in others) / sum(row["n"] for row in others) < 0.08
    assert sum(row["value"] for row in services.ask("bookings")) == (
        services.totals["bookings"] - services.totals["bookings_cancelled"])  # fmt: skip
    rebooked = {row["staff"]: row for row in services.ask("rebooking_rate", "staff")}
    assert rebooked["Danielle"]["low"] > rebooked["Kofi"]["high"]
    assert rebooked["Kofi"]["low"] > rebooked["Marta"]["high"]
    check_quiet(services)
    page = services.today()
    assert [one["metric"] for one in page["numbers"]] == [
        "revenue", "bookings", "rebooking_rate", "no_show_rate", "returning_customers"]  # fmt: skip
    assert [one["title"] for one in page["numbers"]][1::3] == ["Appointments", "Returning clients"]


def check_quiet(trade: Trade) -> None:
    """Everybody who was planted as quiet is flagged, by their own rhythm."""
    from regulars.insights import people

    planted = trade.truth["quiet"]
    page = people.listing(trade.actor, quiet=True, limit=500)
    flagged = {one["email"]: one for one in page["people"]}
    assert set(planted["emails"]) <= set(flagged)
    for email in planted["emails"]:
        gap = flagged[email]["usual_gap_days"]
        assert gap == pytest.approx(planted["usual_gap_days"], rel=0.25)


def test_the_inn(hospitality: Trade) -> None:
    planted = hospitality.truth["cancelled"]
    rows = {row["channel"]: row for row in hospitality.ask("cancellation_rate", "channel")}
    assert set(rows) == set(planted)
    assert all(within(rows[way], share) for way, share in planted.items())
    assert all(rows["Booking.com"]["low"] > row["high"] for way, row in rows.items()
               if way != "Booking.com")  # fmt: skip
    [direct] = hospitality.ask("direct_share")
    assert direct["value"] == pytest.approx(hospitality.truth["direct_share"], abs=1e-4)
    assert direct["low"] < direct["value"] < direct["high"]
    [revenue] = hospitality.ask("booked_revenue")
    assert revenue["value"] == hospitality.totals["bookings_minor"] / 100
    [rate] = hospitality.ask("average_daily_rate")
    nightly = hospitality.totals["bookings_minor"] / 100 / hospitality.totals["nights"]
    assert rate["value"] == pytest.approx(nightly, abs=0.01)
    stays = {row["channel"]: row for row in hospitality.ask("average_stay", "channel")}
    assert stays[hospitality.truth["longest_by"]]["low"] > stays["Booking.com"]["high"]
    assert [one["metric"] for one in hospitality.today()["numbers"]] == [
        "booked_revenue", "bookings", "average_daily_rate", "cancellation_rate", "direct_share",
    ]  # fmt: skip


def test_the_boutique(retail: Trade) -> None:
    planted = retail.truth["returned"]
    rows = {row["sku"]: row for row in
            retail.ask("refund_rate", "product", where={"place": ["Market Square"]})}  # fmt: skip
    small = rows.pop(planted["sku"])
    assert small["low"] > 0.15
    assert all(row["value"] < 0.12 for sku, row in rows.items() if sku)
    sale = retail.truth["sale"]
    [new] = retail.ask("first_visit_retention", first=date.fromisoformat(sale["from"]),
                       last=date.fromisoformat(sale["to"]))  # fmt: skip
    [usual] = retail.ask("first_visit_retention", last=date.fromisoformat(sale["from"]))
    assert new["n"] >= sale["new_people"]
    assert new["high"] < usual["low"]
    assert retail.today()["numbers"][3]["metric"] == "refund_rate"


def test_the_practice(professional: Trade) -> None:
    planted = professional.truth["failed"]
    since = date.fromisoformat(planted["since"])
    [lately] = professional.ask("unpaid_share", first=since)
    [before] = professional.ask("unpaid_share", last=since - timedelta(days=1))
    assert within(lately, planted["lately"])
    assert before["value"] < 1.5 * planted["usual"]
    assert lately["low"] > before["high"]
    check_quiet(professional)
    numbers = {one["metric"]: one for one in professional.today()["numbers"]}
    assert numbers["unpaid_share"]["title"] == "Payments that fell through"
    assert numbers["customers"]["title"] == "Clients who paid"
