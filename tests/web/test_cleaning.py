"""Sources → Cleaning, from the doubt to the undo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts import actors
from regulars.sources import imports
from regulars.sources.cleaning import correcting, finding
from regulars.sources.models import Import
from tests import world

pytestmark = pytest.mark.django_db
HEADER = ("Order", "Date", "E-mail", "Item", "Qty", "Price")
ROWS = [
    ("901", "2026-03-02", "tester@crumb.test", "Loaf", 1, "4.00"),
    ("902", "2026-03-02", "<b>@gmial.com", "Loaf", 1, "4.00"),
    ("903", "2026-03-02", "eve@gmial.com", "Test", 1, "5.00"),
]


@pytest.fixture
def doubtful(bakery: Path, tmp_path: Path) -> None:
    path = world.write(tmp_path / "more.csv", HEADER, ROWS)
    imports.import_file(actors.owner("cli"), path, kind="sales", is_confirmed=True)
    finding.look()


def read(owner: Any, path: str) -> str:
    answer = owner.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def group(page: str, kind: str) -> list[str]:
    found = re.search(rf'value="{kind}">(.*?)</form>', page, re.DOTALL)
    return re.findall(r'name="id" value="(\d+)"', found[1]) if found else []


def test_what_looks_wrong_is_put_right_and_undone(owner: Any, doubtful: None) -> None:
    quality = read(owner, "/sources/quality")
    assert "values look wrong" in quality and 'href="/sources/cleaning"' in quality
    page = read(owner, "/sources/cleaning")
    assert "eve@gmail.com" in page and "901" in page and "£4.00" in page
    ids = group(page, "test_order")
    form = {"kind": "test_order", "id": ids, "do": "put"}
    answer = owner.post("/sources/cleaning", form, follow=True)
    assert f"{len(ids)} are put right." in answer.content.decode()
    page = read(owner, "/sources/cleaning")
    assert group(page, "test_order") == []
    run = Import.objects.get(kind="cleaning")
    assert f"/sources/{run.pk}/undo" in page and "Put right before" in page
    assert "Put right by hand" in read(owner, f"/sources/{run.pk}/undo")
    assert read(owner, f"/sources/{run.pk}") and read(owner, "/sources")
    owner.post(f"/sources/{run.pk}/undo", {"why": "they were real"})
    finding.look()
    page = read(owner, "/sources/cleaning")
    assert group(page, "test_order") == ids and "undone" in page


def test_what_is_not_shown_can_be_meant_too_and_what_was_unchosen_is_not(
    owner: Any, doubtful: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(correcting.listed, "__defaults__", (None, 1))
    page = read(owner, "/sources/cleaning")
    [shown] = group(page, "test_order")
    assert "more that" in page
    form = {"kind": "test_order", "shown": [shown], "whole": "1", "do": "put"}
    answer = owner.post("/sources/cleaning", form, follow=True).content.decode()
    assert "are put right" in answer or "is put right" in answer
    assert group(read(owner, "/sources/cleaning"), "test_order") == [shown]


def test_what_is_right_stays_and_is_not_asked_again(owner: Any, doubtful: None) -> None:
    ids = group(read(owner, "/sources/cleaning"), "email_domain")
    answer = owner.post(
        "/sources/cleaning", {"kind": "email_domain", "id": ids, "do": "leave"}, follow=True
    )
    assert "left as" in answer.content.decode()
    again = owner.post("/sources/cleaning", {"do": "look"}, follow=True).content.decode()
    assert group(again, "email_domain") == []


def test_nothing_chosen_or_nonsense_changes_nothing(owner: Any, doubtful: None) -> None:
    for form in ({"kind": "test_order", "do": "put"}, {"kind": "colour", "do": "put"},
                 {"kind": "test_order", "id": ["x", "999999"], "do": "put"}):  # fmt: skip
        answer = owner.post("/sources/cleaning", form)
        assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()
    assert not Import.objects.filter(kind="cleaning").exists()


def test_where_nothing_looks_wrong_the_page_says_so(owner: Any, bakery: Path) -> None:
    assert "Nothing looks wrong" in read(owner, "/sources/cleaning")
