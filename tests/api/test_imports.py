from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.jobs.models import Job
from regulars.sources import imports as verbs
from regulars.sources.models import Import, QuarantinedRow
from tests.api.conftest import Ask
from tests.contract.world import World

NEW = (
    b"order_id,date,email,product,quantity,unit_price,ladle\n"
    b"1,2025-12-01 09:00,z@example.org,Loaf,1,2.50,x\n"
)


def file(content: bytes = NEW, name: str = "new.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/csv")


def kept() -> list[Path]:
    return list((Path(settings.DATA_FOLDER) / "imports").glob("*/*"))


def sales() -> Import:
    return Import.objects.get(kind="sales")


def hand_in(ask: Ask, **fields: Any) -> Any:
    return ask("manager", "imports", "post", data={"file": file(), **fields})


def test_an_unknown_shape_comes_back_with_a_proposal(world: World, ask: Ask) -> None:
    answer = hand_in(ask)
    assert answer.status_code == 422
    [proposal] = answer.json()["proposals"]
    assert proposal["kind"] == "sales"
    assert proposal["map"]["order_id"] == "order_id"
    assert kept() == []


@pytest.mark.parametrize("fields", [{"confirm": "true"}, {"map": ["item=ladle"], "as": "sales"}])
def test_a_file_is_kept_and_landed_by_a_job(fields: dict[str, Any], world: World, ask: Ask) -> None:
    answer = hand_in(ask, **fields)
    assert answer.status_code == 202, answer.content
    [begun], [job] = answer.json()["imports"], answer.json()["jobs"]
    assert begun["finished_at"] is None
    queued = Job.objects.get(pk=job["id"])
    assert queued.arguments["import_id"] == begun["id"]
    assert ask("analyst", f"jobs/{job['id']}").json()["state"] == "waiting"
    [path] = kept()
    assert path.read_bytes() == NEW
    from regulars.accounts import actors

    run = verbs.go_on(actors.owner("job"), begun["id"])
    assert (run.landed, run.quarantined) == (1, 0)
    path.unlink()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04broken"])
def test_a_file_that_cannot_be_read_is_refused(content: bytes, world: World, ask: Ask) -> None:
    answer = ask("manager", "imports", "post", data={"file": file(content, "bad.zip")})
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]
    assert kept() == []


def test_a_name_cannot_leave_the_folder(world: World, ask: Ask) -> None:
    data = {"file": file(name="../../../../etc/passwd.csv"), "confirm": "true"}
    assert ask("manager", "imports", "post", data=data).status_code == 202
    [path] = kept()
    assert path.parent.parent == Path(settings.DATA_FOLDER) / "imports"
    path.unlink()


def test_no_file_is_wrong_use(world: World, ask: Ask) -> None:
    assert ask("manager", "imports", "post", data={}).status_code == 422


def test_an_import_is_undone_once(world: World, ask: Ask) -> None:
    path = f"imports/{sales().pk}/undo?why=wrong+file"
    answer = ask("manager", path, "post")
    assert answer.status_code == 200
    assert answer.json()["undone_at"] is not None
    assert ask("manager", path, "post").status_code == 422
    assert Job.objects.filter(name="insights.refresh").count() == 1


def test_repeats_count_once_or_each(world: World, ask: Ask) -> None:
    run = sales()
    assert ask("manager", f"imports/{run.pk}").json()["repeated"] == 1
    for excluded in (True, False):
        answer = ask(
            "manager", f"imports/{run.pk}/repeats", "put",
            data={"excluded": excluded}, content_type="application/json",
        )  # fmt: skip
        assert answer.json()["repeats_excluded"] is excluded


def test_a_row_is_mended_and_lands(world: World, ask: Ask) -> None:
    row = QuarantinedRow.objects.get(of_import=sales())
    path = f"imports/{row.of_import_id}/quarantine/{row.pk}/mend"

    def mend(**cells: str) -> Any:
        return ask("manager", path, "post", data={"cells": cells}, content_type="application/json")

    assert mend(date="tomorrow").status_code == 422
    assert mend(colour="red").status_code == 422
    assert ask(
        "manager", f"imports/2/quarantine/{row.pk}/mend", "post",
        data={"cells": {"date": "x"}}, content_type="application/json",
    ).status_code == 404  # fmt: skip
    answer = mend(date="2025-11-28 12:00")
    assert answer.status_code == 200, answer.content
    assert answer.json()["resolution"] == "landed"
    after = ask("manager", f"imports/{row.of_import_id}").json()
    assert after["rows_read"] == after["landed"] + after["unchanged"] + after["quarantined"]
    assert mend(date="2025-11-28 12:00").status_code == 422


def test_rows_are_set_aside_by_reason(world: World, ask: Ask) -> None:
    row = QuarantinedRow.objects.get(of_import=sales())
    path = f"imports/{row.of_import_id}/quarantine/discard"
    for reason, count in (("other", 0), (row.reason, 1), (None, 0)):
        answer = ask(
            "manager", path, "post", data={"reason": reason}, content_type="application/json"
        )
        assert answer.json() == {"discarded": count}


def test_a_refresh_is_queued_once(world: World, ask: Ask) -> None:
    first, second = (ask("manager", "refresh", "post").json()["job"] for _ in range(2))
    assert first["id"] == second["id"]
    assert ask("manager", f"jobs/{first['id']}").json()["name"] == "insights.refresh"
    assert ask("manager", "jobs/99999").status_code == 404
