"""A board of many leads: how long it takes to open, to move a card, and to score a lead.

    python -m benchmarks.pipeline [--leads 50000] [--database sqlite|postgres]

Prints JSON. Each database is measured in a process and a data folder of its own; PostgreSQL is
started for it where its binaries are.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

Result = dict[str, Any]
_TRIES = 5


def main() -> None:
    """Measure each database and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the answer is JSON anyway")
    parser.add_argument("--leads", type=int, default=50_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.database, chosen.leads)))
        return
    names = [chosen.database] if chosen.database else ["sqlite", "postgres"]
    results = [result for name in names for result in _apart(name, chosen.leads)]
    machine = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps({"name": "pipeline", "results": results, "machine": machine}, indent=1))


def _apart(database: str, leads: int) -> list[Result]:
    """Measure in a child process, on a folder and a server that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        environment = {**os.environ, "REGULARS_DATA": folder}
        environment.pop("REGULARS_DATABASE_URL", None)
        cluster = None
        if database == "postgres":
            from tests.postgres import PostgresMissing, start_cluster

            try:
                cluster = start_cluster()
            except PostgresMissing:
                return [_result(f"{database}: not on this machine", None, "", None)]
            environment["REGULARS_DATABASE_URL"] = cluster.url()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.pipeline", "--inside",
                 "--database", database, "--leads", str(leads)],
                env=environment, stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
        finally:
            if cluster is not None:
                cluster.stop()
    found: list[Result] = json.loads(done.stdout)
    return found


def measure(database: str, leads: int) -> list[Result]:
    """Fill the database that the environment names, and measure."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    member, numbers = _fill(leads)
    browser = Client()
    browser.force_login(member, "allauth.account.auth_backends.AuthenticationBackend")
    board = f"/people/pipeline/{numbers['pipeline']}"
    column = f"{board}?stage={numbers['stage']}&after={leads // 10}_{leads // 2}"
    where = f"{database}, {leads:,} leads"
    return [
        _result(f"{where}: the board opens", _quickest(lambda: _get(browser, board)), "ms", 500),
        _result(f"{where}: more of a column", _quickest(lambda: _get(browser, column)), "ms", 250),
        _result(f"{where}: a lead's page with its score",
                _quickest(lambda: _get(browser, f"/people/leads/{numbers['lead']}")), "ms", 250),
        _result(f"{where}: a card is moved and the move undone",
                _quickest(lambda: _there_and_back(numbers)), "ms", 100),
    ]  # fmt: skip


def _fill(leads: int) -> tuple[Any, dict[str, int]]:
    from django.db import connection

    from regulars.accounts import actors
    from regulars.accounts.business import set_up
    from regulars.accounts.models import Member
    from regulars.kernel import clock
    from regulars.profiles.models import Lead, LeadMove
    from regulars.profiles.pipeline import stages

    set_up(name="Bench", country="GB", currency="GBP", timezone="UTC", sector="retail",
           owner_email="a@bench.test", password=None, face="cli")  # fmt: skip
    pipeline = stages.listing(actors.owner("cli"))[0]
    rows = stages.of(pipeline)
    now = clock.now()
    Lead.objects.bulk_create(
        (
            Lead(pipeline=pipeline, stage=rows[n % len(rows)], place=n // len(rows),
                 entered_at=now - timedelta(days=n % 90), made_at=now - timedelta(days=100),
                 title=f"Lead {n}", name=f"Somebody {n}", value_minor=n * 10, source=f"S{n % 7}",
                 probability=n % 100 if n % 3 == 0 else None)
            for n in range(leads)
        ),
        batch_size=2_000,
    )  # fmt: skip
    LeadMove.objects.bulk_create(
        (
            LeadMove(lead_id=number, at=now, to_stage_id=stage, to_place=0,
                     from_stage_id=None if way == 0 else rows[0].pk,
                     stayed_seconds=None if way == 0 else number % 10**6)
            for number, stage in Lead.objects.values_list("pk", "stage_id").iterator()
            for way in range(2)
        ),
        batch_size=2_000,
    )  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    first = Lead.objects.filter(stage=rows[0]).order_by("pk")[0]
    numbers = {"pipeline": pipeline.pk, "stage": rows[0].pk, "other": rows[1].pk, "lead": first.pk}
    return Member.objects.get(), numbers


def _there_and_back(numbers: dict[str, int]) -> None:
    from regulars.accounts import actors
    from regulars.profiles.pipeline import moving

    owner = actors.owner("cli")
    moving.move(owner, numbers["lead"], numbers["other"])
    moving.undo(owner, numbers["lead"])


def _get(browser: Any, path: str) -> None:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")


def _quickest(run: Callable[[], None]) -> float:
    """The quickest of some runs, in milliseconds: the others waited for something else."""
    spent = []
    for _ in range(_TRIES):
        began = time.perf_counter()
        run()
        spent.append(time.perf_counter() - began)
    return min(spent) * 1000


def _result(what: str, value: float | None, unit: str, bar: float | None) -> Result:
    met = None if value is None or bar is None else value <= bar
    rounded = None if value is None else round(value, 2)
    return {"what": what, "value": rounded, "unit": unit, "bar": bar, "met": met}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
