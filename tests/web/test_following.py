"""What is mended or said of people shows in lists and figures, without a word on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.accounts import actors
from regulars.identity.models import Link
from regulars.insights import people, refresh
from regulars.jobs.models import Job
from regulars.kernel import clock
from regulars.profiles import search
from regulars.sources import imports, quarantine
from regulars.sources.models import QuarantinedRow
from tests import world

pytestmark = pytest.mark.django_db
REFRESH = "insights.refresh"


@pytest.fixture
def two(bakery: Path, tmp_path: Path) -> tuple[int, int]:
    """Two customers of one sale each, on a summer's day told without a time."""
    owner = actors.owner("cli")
    sales = world.write(
        tmp_path / "s.csv", ("Order", "Date", "Mail", "Item", "Qty", "Price"),
        [("1", "2026-07-02", "ann@crumb.test", "Loaf", 1, "4.00"),
         ("2", "2026-07-03", "bo@crumb.test", "Loaf", 1, "3.00")],
    )  # fmt: skip
    imports.import_file(
        owner, sales, kind="sales", is_confirmed=True,
        changes={"order_id": "Order", "date": "Date", "email": "Mail", "item": "Item",
                 "quantity": "Qty", "unit_price": "Price"},
    )  # fmt: skip
    refresh.refresh(owner)
    Job.objects.all().delete()
    return who("ann@crumb.test"), who("bo@crumb.test")


def who(value: str) -> int:
    return int(Link.objects.get(identifier__value=value).profile_id)


def test_a_merge_and_a_split_bring_lists_and_figures_along(owner: Any, two: Any) -> None:
    ann, bo = two
    said = {"other": str(bo), "reason": "She told us"}
    there = owner.post(f"/people/{ann}/merge", said)["Location"]
    job = Job.objects.get(name=REFRESH)
    assert job.run_after > clock.now() and job.finished_at is None
    refresh.refresh(actors.owner("cli"))
    [row] = people.listing(actors.owner("cli"))["people"]
    assert (row["orders"], row["spent"]) == (2, 7.0)
    Job.objects.all().delete()
    merge = owner.get(there).context["edges"][0][0].id
    owner.post(there, {"merge": merge})
    assert Job.objects.filter(name=REFRESH).count() == 1
    refresh.refresh(actors.owner("cli"))
    assert len(people.listing(actors.owner("cli"))["people"]) == 2


def test_a_mended_row_is_a_person_after_the_next_refresh(bakery: Path, tmp_path: Path) -> None:
    owner = actors.owner("cli")
    path = world.write(tmp_path / "c.csv", ("Name", "Mail"), [("", "n/a"), ("Di", "di@crumb.test")])
    imports.import_file(
        owner, path, kind="customers", is_confirmed=True, changes={"name": "Name", "email": "Mail"}
    )
    refresh.refresh(owner)
    [row] = QuarantinedRow.objects.all()
    quarantine.mend(owner, row.pk, changes={"Name": "Gina Ghost", "Mail": "gina@crumb.test"})
    refresh.refresh(owner)
    assert [hit.name for hit in search.find("ghost")] == ["Gina Ghost"]


def test_a_day_told_alone_is_that_day_on_every_page(
    owner: Any, two: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, _ = two
    page = owner.get(f"/people/{ann}").content.decode()
    assert "2 Jul 2026" in page and "1 Jul 2026" not in page
    assert "2 Jul 2026" in owner.get(f"/counter/{ann}").content.decode()
    assert "2026-07-02" in people.as_text(people.show(actors.owner("cli"), ann))
