from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from regulars import sectors
from regulars.insights.registry import METRICS
from regulars.kernel.errors import WrongUse
from tests.sectors.raw_files import header_of, pence, rows_of

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
SMALL = ("retail", "hospitality", "services", "professional")

_SHARED_NAMES = {
    "items-": "square_items_detail.csv",
    "orders_export": "shopify_orders_export.csv",
    "customers_export": "shopify_customers_export.csv",
    "fresha": "fresha_appointments.csv",
    "hubspot": "hubspot_contacts.csv",
    "unified_payments": "stripe_payments.csv",
}


def test_every_pack_has_the_same_words_and_a_demo_business() -> None:
    keys = set(sectors.pack("bakery").words)
    for name in sectors.names():
        pack = sectors.pack(name)
        assert (pack.name, set(pack.words)) == (name, keys)
        assert pack.demo_business["sector"] == name
        assert {"name", "country", "currency", "timezone"} <= set(pack.demo_business)
        assert set(pack.leading) | set(pack.titles) <= set(METRICS)
        assert len(pack.leading) >= 5 and pack.about


def test_an_unknown_sector_is_refused_with_the_known_ones() -> None:
    with pytest.raises(WrongUse, match="bakery"):
        sectors.pack("circus")


def test_naming_the_packs_loads_none_of_them() -> None:
    program = (
        "import sys; from regulars import sectors; sectors.names(); "
        "print([m for m in sys.modules if m.startswith('regulars.sectors.')])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr


def _headers_fit(paths: list[Path], shared_data: Path | None) -> int:
    compared = 0
    for path in paths:
        for start, name in _SHARED_NAMES.items():
            if shared_data and path.name.startswith(start):
                want = header_of(shared_data / "exports" / "headers" / name)
                assert header_of(path)[: len(want)] == want
                compared += 1
    return compared


@pytest.mark.parametrize("name", SMALL)
def test_a_small_world_is_the_same_twice_and_other_with_another_seed(
    name: str, tmp_path: Path, shared_data: Path | None
) -> None:
    simulate = sectors.pack(name).simulate
    runs = [
        simulate(tmp_path / str(turn), seed=seed, people=60, first_day=FIRST, last_day=LAST)
        for turn, seed in enumerate((7, 7, 8))
    ]
    texts = [[path.read_bytes() for path in run] for run in runs]
    assert texts[0] == texts[1] != texts[2]
    assert sectors.truth_path(tmp_path / "0") not in runs[0]
    assert _headers_fit(runs[0], shared_data) >= (1 if shared_data else 0)


@pytest.mark.parametrize("name", SMALL)
def test_the_rows_written_are_the_rows_in_the_truth(name: str, tmp_path: Path) -> None:
    paths = sectors.pack(name).simulate(tmp_path, first_day=FIRST, last_day=LAST)
    truth = json.loads(sectors.truth_path(tmp_path).read_text(encoding="utf-8"))
    assert {path.name: len(rows_of(path)) for path in paths} == {
        file: entry["rows"] for file, entry in truth["files"].items()
    }
    for path in paths:
        if path.name.startswith("items-"):
            assert sum(pence(row["Net Sales"]) for row in rows_of(path)) == truth["totals"].get(
                "counter_minor", truth["totals"]["revenue_minor"]
            )
        if path.name == "unified_payments.csv":
            paid = [row for row in rows_of(path) if row["Status"] != "Failed"]
            revenue = sum(pence(row["Amount"]) - pence(row["Amount Refunded"]) for row in paid)
            assert revenue == truth["totals"]["revenue_minor"]


@pytest.mark.parametrize("name", sectors.names())
def test_a_period_too_short_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="days"):
        sectors.pack(name).simulate(tmp_path, first_day=FIRST, last_day=date(2025, 1, 31))
    assert list(tmp_path.iterdir()) == []
