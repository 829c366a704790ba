"""A source that tells less, more or otherwise than by its own rhythm, and what it tells at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.accounts import actors
from regulars.accounts.actors import Actor
from regulars.insights.quality import profiling, quality
from regulars.insights.suggestions.drifting import weekly_drift
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.sources import origins
from regulars.sources.models import Import, IntakeHour
from tests import world
from tests.insights.today_worlds import (
    LAST,
    MORNING,
    Row,
    bring_up_to_date,
    hand_in,
    sale,
    things,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(data_folder: Path) -> Any:
    world.open_shop()
    with clock.frozen(MORNING):
        yield


def days(count: int, last: date = LAST) -> list[date]:
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def sales(
    a_day: int, last_week: int, *, price: str = "10.00", late_price: str = ""
) -> Iterable[Row]:
    """So many a day for 16 weeks, and so many in the last; the last four weeks at another price."""
    for on in days(112):
        count = last_week if on > LAST - timedelta(days=7) else a_day
        is_late = on > LAST - timedelta(days=28)
        for number in range(count):
            told = late_price if late_price and is_late else price
            yield sale(f"{on}-{number}", on, f"p{number}", told)


def found(folder: Path, rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    hand_in(folder, rows)
    bring_up_to_date()
    return {key: one for key, one in things().items() if key.startswith("drift:")}


def check() -> dict[str, Any]:
    page = quality(actors.owner("cli"))
    [one] = [one for one in page["checks"] if one["key"] == "drift"]
    return dict(one)


def test_half_a_week_that_is_missing_is_priced(tmp_path: Path) -> None:
    [(key, one)] = found(tmp_path, sales(6, 2)).items()
    assert key.startswith("drift:drop:") and key.endswith(":orders")
    assert "67 % fewer sales" in one["title"].replace("\xa0", " ").replace("67%", "67 %")
    assert one["worth"] == 280 and one["low"] <= 280 <= one["high"]
    assert "14 in the seven days" in one["reason"] and "42 in a usual week" in one["reason"]
    shown = check()
    assert shown["state"] == "look" and shown["count"] == 1
    assert shown["action_path"] == f"/sources/quality/{Import.objects.get().source_id}"


def test_a_week_told_twice_jumps(tmp_path: Path) -> None:
    [(key, one)] = found(tmp_path, sales(6, 12)).items()
    assert key.startswith("drift:jump:") and one["worth"] == 420
    assert "told twice" in one["reason"]


def test_a_steady_source_is_in_order(tmp_path: Path) -> None:
    assert found(tmp_path, sales(6, 6)) == {}
    assert check()["state"] == "good"


def test_too_short_a_past_says_nothing(tmp_path: Path) -> None:
    rows = [row for row in sales(6, 1) if str(row[1]) >= str(LAST - timedelta(days=60))]
    assert found(tmp_path, rows) == {}


def test_pence_read_as_pounds_are_noticed(tmp_path: Path) -> None:
    keyed = found(tmp_path, sales(6, 6, late_price="1000.00"))
    [one] = [one for key, one in keyed.items() if key.startswith("drift:scale:")]
    assert "100 times what they were" in one["title"] and "£10" in one["reason"]


def test_a_column_that_is_empty_of_late_is_noticed(tmp_path: Path) -> None:
    header = ("order_id", "date", "product", "category", "quantity", "unit_price")
    rows = [(f"{on}-{n}", f"{on} 10:00", "Loaf",
             "" if on > LAST - timedelta(days=28) and n else "Bread", 1, "10.00")
            for on in days(112) for n in range(4)]  # fmt: skip
    from regulars.sources import imports

    path = world.write(tmp_path / "till.csv", header, rows)
    imports.import_file(actors.owner("cli"), path, kind="sales", is_confirmed=True)
    bring_up_to_date()
    [one] = [one for key, one in things().items() if key.startswith("drift:field:")]
    assert one["key"].endswith(":order_lines:category") and "75" in one["title"]
    assert "it was 0" in one["reason"]


def test_messages_that_cannot_land_any_more_are_noticed(tmp_path: Path) -> None:
    source = origins.add(actors.owner("cli"), "web", name="Website")
    hour = MORNING.replace(hour=5)
    for back in range(1, 29):
        IntakeHour.objects.create(source_id=source.pk, hour=hour - timedelta(days=back), read=50,
                                  held=0 if back > 2 else 25)  # fmt: skip
    keyed = found(tmp_path, sales(6, 6))
    [one] = [one for key, one in keyed.items() if key.startswith("drift:held:")]
    assert "50" in one["title"] and "Website cannot land" in one["title"]


@given(st.integers(0, 60), st.lists(st.integers(0, 60), min_size=8, max_size=8))
def test_a_week_among_those_that_were_is_no_drift(now: int, before: list[int]) -> None:
    if min(before) <= now <= max(before):
        assert weekly_drift([now, *before]) is None


def test_false_alarms_are_rare_and_halved_weeks_are_found() -> None:
    dice = np.random.default_rng(7)
    weeks = dice.poisson(60, (4000, 9))
    alarms = sum(weekly_drift([int(n) for n in row]) is not None for row in weeks)
    assert alarms / len(weeks) < 0.002
    weeks[:, 0] = dice.poisson(24, 4000)
    hits = sum(weekly_drift([int(n) for n in row]) == "drop" for row in weeks)
    assert hits / len(weeks) > 0.7


def test_each_column_of_a_source_is_profiled(tmp_path: Path) -> None:
    rows = [*sales(6, 6), sale("huge", LAST, "p1", "99999.00"), sale("nobody", LAST)]
    hand_in(tmp_path, rows)
    bring_up_to_date()
    run = Import.objects.get()
    page = profiling.profile(actors.owner("cli"), run.source_id)
    assert page["landed"] == page["read"] == len(rows) and page["held"] == 0
    assert page["newest"] == LAST.isoformat()
    tables = {one["table"]: one for one in page["tables"]}
    assert tables["orders"]["rows"] == len(rows)
    orders = {one["field"]: one for one in tables["orders"]["fields"]}
    assert orders["identifier_id"]["filled"] == pytest.approx(1 - 1 / len(rows))
    assert orders["identifier_id"]["different"] == 6
    assert (orders["amount_minor"]["low"], orders["amount_minor"]["high"]) == (10.0, 99999.0)
    assert orders["place"]["values"] == [["High Street", len(rows)]]
    assert orders["channel"]["filled"] == 0.0
    lines = {one["field"]: one for one in tables["order_lines"]["fields"]}
    assert lines["item"]["values"][0][0] == "Loaf"
    assert lines["external_id"]["values"] == [] if "external_id" in lines else True


def test_people_are_profiled_by_trait_and_named_by_none(tmp_path: Path) -> None:
    from regulars.sources import imports

    head = ("E-mail", "First name", "Town")
    people = [(f"p{n}@crumb.test", f"Name{n}", "Leeds" if n % 2 else "") for n in range(10)]
    path = world.write(tmp_path / "people.csv", head, people)
    imports.import_file(actors.owner("cli"), path, kind="customers", is_confirmed=True)
    bring_up_to_date()
    page = profiling.profile(actors.owner("cli"), Import.objects.get().source_id)
    [table] = page["tables"]
    fields = {one["field"]: one for one in table["fields"]}
    assert table["table"] == "people" and fields["city"]["filled"] == 0.5
    assert "Name3" not in str(page)


def test_who_may_see_it_and_which_there_is_not() -> None:
    with pytest.raises(NotFound):
        profiling.profile(actors.owner("cli"), 999)
    with pytest.raises(NotAllowed):
        profiling.profile(Actor("helper", "cli"), 1)
