"""Sources → From elsewhere, and what of it stands on a person's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.accounts import actors
from regulars.identity.models import Link
from regulars.insights import refresh
from regulars.profiles.models import Enrichment
from regulars.sources import imports
from tests import world

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Income <b>", "kind": "postcode", "publisher": "Office of Figures",
    "as_of": "2026-01-31", "purpose": "To choose where to deliver", "basis": "legitimate_interests",
    "reason": "Delivery areas", "licence": "",
}  # fmt: skip


def table() -> SimpleUploadedFile:
    return SimpleUploadedFile("income.csv", b"Postcode,Median income\nLS16,40100\n")


def read(owner: Any, path: str) -> str:
    answer = owner.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_a_table_is_added_shown_objected_to_and_removed(
    owner: Any, bakery: Path, tmp_path: Path
) -> None:
    head = ("E-mail", "First name", "Postcode")
    path = world.write(tmp_path / "p.csv", head, [("eve@crumb.test", "Eve", "LS16 7QB")])
    imports.import_file(actors.owner("cli"), path, kind="customers", is_confirmed=True)
    sale = world.write(tmp_path / "s.csv", ("Order", "Date", "E-mail", "Item", "Price"),
                       [("E1", "2025-12-25", "eve@crumb.test", "Loaf", "4.00")])  # fmt: skip
    imports.import_file(actors.owner("cli"), sale, kind="sales", is_confirmed=True)
    refresh.refresh(actors.owner("cli"))
    eve = Link.objects.get(identifier__value="eve@crumb.test").profile_id
    assert "From elsewhere" in read(owner, "/sources")
    lacking = owner.post("/sources/elsewhere", {**FORM, "purpose": "", "file": table()})
    assert "without a purpose" in lacking.content.decode() and not Enrichment.objects.exists()
    added = owner.post("/sources/elsewhere", {**FORM, "file": table()}, follow=True)
    assert "Income &lt;b&gt; is added." in added.content.decode()
    days = {"kind": "holidays", "name": "Holidays", "publisher": "gov.uk"}
    owner.post("/sources/elsewhere", {**FORM, **days, "basis": "no_personal_data"})
    page = read(owner, f"/people/{eve}")
    assert "40100" in page and "not of this person" in page and "Office of Figures" in page
    assert "Legitimate interests" in page and "Christmas Day · gov.uk" in page
    one = Enrichment.objects.get(kind="postcode")
    path_of_objection = f"/people/{eve}/elsewhere/{one.pk}"
    owner.post(path_of_objection, {"do": "object"})
    page = read(owner, f"/people/{eve}")
    assert "40100" not in page and "They object to it" in page
    owner.post(path_of_objection, {"do": "allow"})
    assert "40100" in read(owner, f"/people/{eve}")
    owner.post(f"/sources/elsewhere/{one.pk}/remove")
    assert "40100" not in read(owner, f"/people/{eve}")


def test_a_file_that_is_none_is_said(owner: Any, bakery: Path) -> None:
    for file in (None, SimpleUploadedFile("x.csv", b"\x00\x01\x02"),
                 SimpleUploadedFile("../../x.csv", b"a,b\n1,2\n")):  # fmt: skip
        form = {**FORM, **({"file": file} if file else {})}
        answer = owner.post("/sources/elsewhere", form)
        assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()
    assert not Enrichment.objects.exists()
