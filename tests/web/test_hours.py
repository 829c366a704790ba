from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

FIRST = date(2025, 9, 1)
HEAD = "order_id,date,email,product,quantity,unit_price"


def land(path: Path, lines: list[str], head: str = HEAD) -> None:
    from regulars.accounts import actors
    from regulars.insights import refresh
    from regulars.sources import imports

    path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    owner = actors.owner("cli")
    imports.import_file(owner, path, is_confirmed=True)
    refresh.refresh(owner)


def test_an_empty_workspace_says_what_will_appear(owner: Any) -> None:
    text = owner.get("/settings/hours").content.decode()
    assert "No place is known yet" in text
    assert "your sales or bookings name" in text


def test_a_file_that_tells_only_days_tells_no_hours(owner: Any, tmp_path: Path) -> None:
    days = (FIRST + timedelta(days=step) for step in range(60))
    land(tmp_path / "till.csv", [f"{day.toordinal()},{day},,Loaf,1,2.50" for day in days])
    # No file names a place: the business stands in for it.
    text = owner.get("/settings/hours").content.decode()
    assert "Crumb</h2>" in text
    assert "and not the hour" in text
    assert text.count("not known yet") == 7


@pytest.fixture
def market(owner: Any, tmp_path: Path) -> Any:
    """A stall on Saturdays from nine to two."""
    lines = []
    for week in range(12):
        day = FIRST + timedelta(days=7 * week + 5)
        lines += [f"{week}-{minute},{day} {minute // 60:02}:{minute % 60:02},,Loaf,1,2.50,<b>Stall"
                  for minute in range(540, 841, 20)]  # fmt: skip
    land(tmp_path / "till.csv", lines, f"{HEAD},shop")
    return owner


def test_the_form_shows_what_is_seen_and_sets_what_is_typed(market: Any) -> None:
    from regulars.accounts.models import OpeningHours

    page = market.get("/settings/hours").content.decode()
    assert "&lt;b&gt;Stall</h2>" in page and "09:00 to 14:00" in page
    assert "seen in sales on 12 of 12 such days" in page
    form = market.get("/settings/hours", {"place": "<b>Stall"}).content.decode()
    assert "as seen in sales (09:00 to 14:00)" in form
    given = {"place": "<b>Stall", **{f"state-{day}": "closed" for day in range(5)},
             "state-5": "seen", "opens-5": "08:30", "closes-5": "14:00",
             "state-6": "seen"}  # fmt: skip
    after = market.post("/settings/hours", given, follow=True).content.decode()
    assert "08:30 to 14:00" in after and "set by olive@crumb.test" in after
    assert OpeningHours.objects.count() == 6
    market.post("/settings/hours", {"place": "<b>Stall"})
    assert OpeningHours.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"state-5": "open", "opens-5": "08:30"}, "needs its closing time"),
        ({"opens-5": "early", "closes-5": "14:00"}, "“early” is no time"),
        ({"state-5": "open", "opens-5": "08:30", "closes-5": "08:30"}, "the minute it opens"),
    ],
)
def test_what_cannot_be_set_keeps_what_was_typed(
    typed: dict[str, str], said: str, market: Any
) -> None:
    from regulars.accounts.models import OpeningHours

    page = market.post("/settings/hours", {"place": "<b>Stall", **typed}).content.decode()
    assert said in page
    assert typed["opens-5"] in page
    assert not OpeningHours.objects.exists()
