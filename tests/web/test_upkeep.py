from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.voices import import_reviews

TEMPLATES = Path(__file__).parents[2] / "src/regulars/web/templates"


@pytest.fixture
def older(owner: Any, bakery: Path, tmp_path: Path) -> Any:
    """The owner's browser before a mart that an older version of the program made."""
    from regulars.accounts import actors
    from regulars.insights import refresh
    from regulars.mart import manifest

    import_reviews(tmp_path / "reviews.csv")
    refresh.refresh(actors.owner("cli"))
    held = manifest.read(bakery / "mart")
    manifest.write(bakery / "mart", dataclasses.replace(held, contract="of another version"))
    return owner


def test_a_mart_of_another_version_is_made_anew_once(older: Any, work: Callable[[], int]) -> None:
    from regulars.jobs.models import Job

    for path in ("/", "/", "/voices"):
        page = older.get(path)
        assert page.status_code == 200
        assert "Figures are being brought up to date" in page.content.decode()
    assert Job.objects.filter(name="insights.refresh").count() == 1
    work()
    assert "Figures are being brought up to date" not in older.get("/").content.decode()
    assert older.get("/voices").context["summary"] is not None


def test_figures_that_cannot_be_made_anew_are_not_asked_for_all_the_time(older: Any) -> None:
    from regulars.jobs.models import Job
    from regulars.kernel import clock

    older.get("/")
    Job.objects.update(failed_at=clock.now(), failure="The disk is full.")
    text = older.get("/").content.decode()
    assert "could not be counted anew yet" in text
    assert "refreshing" not in text
    assert Job.objects.filter(name="insights.refresh").count() == 1


def test_signing_in_says_nothing(bakery: Path, client: Any) -> None:
    from tests.contract.world import PASSWORD
    from tests.web.conftest import OWNER

    page = client.post("/account/login", {"login": OWNER, "password": PASSWORD}, follow=True)
    assert "signed in as" not in page.content.decode()


def test_static_files_have_hashed_names_once_they_are_made(bakery: Path, settings: Any) -> None:
    from django.contrib.staticfiles.storage import StaticFilesStorage

    from regulars.config import static_files

    settings.STATIC_ROOT = bakery / "static"
    assert static_files.HashedFiles().url("regulars/styles/layers.css").endswith("/layers.css")
    assert static_files.make()
    assert not static_files.make()
    storage = static_files.HashedFiles()
    named = {
        name
        for template in TEMPLATES.rglob("*.html")
        for name in re.findall(r"{% static '([^']+)' %}", template.read_text(encoding="utf-8"))
    }
    assert len(named) > 5
    for name in named:
        assert storage.url(name) != StaticFilesStorage().url(name)
    layers = (bakery / "static" / storage.stored_name("regulars/styles/layers.css")).read_text()
    assert "tokens.css" not in layers
    assert re.search(r"tokens\.[0-9a-f]{12}\.css", layers)


def test_an_import_of_which_thousands_wait_is_shown_by_the_page(
    owner: Any, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    from regulars.accounts import actors
    from regulars.sources import imports

    wide = ",".join(["a long remark that was written into it"] * 8)
    lines = ["order_id,date,email,product,quantity,unit_price," + ",".join("abcdefgh")]
    lines += [f"{n},someday {n},ada@example.org,Loaf,1,2.50,{wide}" for n in range(8000)]
    path = tmp_path / "till.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    changes = {"order_id": "order_id", "date": "date"}
    (run,) = imports.import_file(actors.owner("cli"), path, kind="sales", changes=changes)
    assert run.quarantined == 8000
    owner.get(f"/sources/{run.pk}")
    for number in (1, 160, 320):
        with django_assert_max_num_queries(20):
            page = owner.get(f"/sources/{run.pk}?page={number}")
        assert f"Page {number} of 320" in page.content.decode()
        assert len(page.content) < 100_000


def test_customers_alone_are_no_figures_and_the_page_says_so(owner: Any, tmp_path: Path) -> None:
    from regulars.accounts import actors
    from regulars.insights import refresh
    from regulars.sources import imports

    path = tmp_path / "people.csv"
    path.write_text("email,name\nada@example.org,Ada\n", encoding="utf-8")
    imports.import_file(actors.owner("cli"), path, kind="customers", is_confirmed=True)
    refresh.refresh(actors.owner("cli"))
    text = owner.get("/").content.decode()
    assert "Nothing was imported yet" not in text
    assert "No file so far says what happened" in text


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"enough": False, "origins": [1], "flagged": 0}, "nobody had just gone quiet"),
        ({"enough": False, "origins": [1], "flagged": 1}, "only 1 person had just gone quiet"),
        ({"enough": False, "origins": [], "message": "Too little history: 9 days."}, "9 days"),
        ({}, "Too little history"),
    ],
)
def test_a_rule_never_tried_claims_nothing(test: dict[str, Any], said: str) -> None:
    from regulars.insights.models import ScoreRun
    from regulars.insights.words import about_quiet

    assert said in about_quiet(ScoreRun(backtest={"quiet": test}))
