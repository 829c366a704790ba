from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.contract.shapes import hold
from tests.contract.world import PASSWORD, write_people, write_sales

Command = Callable[..., "CompletedProcess[str]"]


@pytest.mark.slow(seconds=15)
def test_a_business_from_set_up_to_restore(
    regulars: Command, data_folder: Path, tmp_path: Path
) -> None:
    def done(shape: str, *words: object, text: str = "") -> dict[str, object]:
        ended = regulars(*words, "--json", text=text)
        assert (ended.returncode, ended.stderr) == (0, ""), words
        answer: dict[str, object] = hold(ended.stdout, shape)
        return answer

    who = ("--name", "Crumb", "--country", "GB", "--currency", "GBP", "--timezone", "Europe/London")
    setup = ("setup", *who, "--sector", "retail", "--owner", "me@example.org", "--password-stdin")
    nobody = regulars("metric", "revenue")
    assert nobody.returncode == 1
    assert nobody.stderr.count("\n") == 1
    done("setup", *setup, text=PASSWORD + "\n")
    assert regulars(*setup, text=PASSWORD + "\n").returncode == 2
    sales, people = write_sales(tmp_path / "sales.csv"), write_people(tmp_path / "people.csv")
    rows = done("import", "import", sales, people, "--yes")["imports"]
    assert isinstance(rows, list)
    assert [row["file"] for row in rows] == [sales.name, people.name]
    run = rows[0]["id"]
    whole = done("metric", "metric", "revenue")
    done("refresh", "refresh")
    held = done("imports-show", "imports", "show", run)["quarantine"]
    assert isinstance(held, list)
    done("imports-mend", "imports", "mend", held[0]["id"], "--set", "date=2025-11-20 10:00")
    assert done("metric", "metric", "revenue") != whole
    done("imports-repeats", "imports", "repeats", run, "--exclude")
    found = done("people-find", "people", "find", "lovelace")["people"]
    assert isinstance(found, list)
    done("people-erase", "people", "erase", found[0]["id"], "--yes")
    assert done("people-find", "people", "find", "lovelace") == {"people": []}
    done("backup", "backup", tmp_path / "all.zip")
    before = done("metric", "metric", "revenue", "orders", "customers")
    done("imports-undo", "imports", "undo", run)
    nothing = done("metric", "metric", "revenue")["rows"]
    assert isinstance(nothing, list)
    assert nothing[0]["value"] in (0, None)
    done("imports-resume", "imports", "resume", run)
    refused = regulars("restore", tmp_path / "all.zip")
    assert refused.returncode == 2
    done("restore", "restore", tmp_path / "all.zip", "--yes")
    assert done("metric", "metric", "revenue", "orders", "customers") == before
    key = done("keys-make", "keys", "make", "till")
    done("keys-revoke", "keys", "revoke", key["id"])
    doctor = regulars("doctor", "--json")
    checks = hold(doctor.stdout, "doctor")
    assert doctor.returncode == (0 if checks["ok"] else 1)
    assert json.loads(regulars("refresh", "--rebuild", "--json").stdout)["rebuilt"] is True
