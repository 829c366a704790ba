from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from regulars import sectors
from tests.sectors.demo import LAST, Demo
from tests.sectors.raw_files import Row, till_rows

FIRST = LAST - timedelta(days=799)


class Bakery(NamedTuple):
    folder: Path
    paths: list[Path]
    truth: dict[str, Any]
    till: list[tuple[datetime, Row]]


@pytest.fixture(scope="session")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    """The demo bakery with fewer people and years than the demo itself."""
    folder = tmp_path_factory.mktemp("bakery")
    simulate = sectors.pack("bakery").simulate
    paths = simulate(folder, people=1500, first_day=FIRST, last_day=LAST)
    truth = json.loads(sectors.truth_path(folder).read_text(encoding="utf-8"))
    till = [
        (datetime.strptime(f"{row['Date']} {row['Time']}", "%d/%m/%Y %H:%M:%S"), row)
        for row in till_rows(folder, truth)
    ]
    return Bakery(folder, paths, truth, till)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo itself, whole: half a minute of work, once for all who look at it."""
    made = Demo(tmp_path_factory.mktemp("demo"))
    yield made
    made.close()
