"""A person's page with many events, a merge and a split of people with many facts, and one answer
to a doubt, on SQLite and PostgreSQL.

    python -m benchmarks.person_page [--events 5000] [--database sqlite|postgres]

Prints JSON. Each database is measured in a process and a data folder of its own; requests go
through the program's own door without a network.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Result = dict[str, Any]
_ROUNDS = 40
_MERGES = 10
_PAGE_BAR, _MERGE_BAR, _ANSWER_BAR = 100.0, 200.0, 200.0


def main() -> None:
    """Measure each database and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the answer is JSON anyway")
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.database, chosen.events)))
        return
    names = [chosen.database] if chosen.database else ["sqlite", "postgres"]
    results = [result for name in names for result in _apart(name, chosen.events)]
    machine = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps({"name": "person_page", "results": results, "machine": machine}, indent=1))


def _apart(database: str, events: int) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        environment = {**os.environ, "REGULARS_DATA": folder}
        environment.pop("REGULARS_DATABASE_URL", None)
        command = [sys.executable, "-m", "benchmarks.person_page", "--inside",
                   "--database", database, "--events", str(events)]  # fmt: skip
        if database == "sqlite":
            return _run(command, environment)
        from tests.postgres import PostgresMissing, start_cluster

        try:
            cluster = start_cluster()
        except PostgresMissing:
            return [_result(f"{database}: not on this machine", None, "")]
        try:
            return _run(command, environment | {"REGULARS_DATABASE_URL": cluster.url()})
        finally:
            cluster.stop()


def _run(command: list[str], environment: dict[str, str]) -> list[Result]:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: list[Result] = json.loads(done.stdout)
    return found


def measure(database: str, events: int) -> list[Result]:
    """Fill this process's database and measure."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    client, owner, one, other = _world(events)
    from regulars.config.web_process import settle

    _ask(client, f"/people/{one}")
    settle()
    page = _times(lambda: _ask(client, f"/people/{one}"), _ROUNDS)
    merges, splits = _merges(owner, one, other)
    answers = _answers(client, owner)
    said = f"{database}: "
    return [
        _result(f"{said}page with {events:,} events, p95", _p95(page), "ms", _PAGE_BAR),
        _result(f"{said}page with {events:,} events, median", statistics.median(page), "ms"),
        _result(f"{said}merge of {2 * events:,} facts, p95", _p95(merges), "ms", _MERGE_BAR),
        _result(f"{said}split of {2 * events:,} facts, p95", _p95(splits), "ms", _MERGE_BAR),
        _result(f"{said}one answer to a doubt, next one shown, p95", _p95(answers), "ms",
                _ANSWER_BAR),
    ]  # fmt: skip


def _world(events: int) -> tuple[Any, Any, int, int]:
    from django.test import Client

    from regulars.accounts.actors import owner
    from regulars.accounts.business import set_up
    from regulars.accounts.models import Member
    from regulars.profiles.typed import people
    from regulars.sources.intake.landing import stream_of
    from regulars.sources.models import Event, Source

    set_up(
        name="Bench", country="GB", currency="GBP", timezone="Europe/London", sector="retail",
        owner_email="owner@bench.test", password=None, face="cli",
    )  # fmt: skip
    actor = owner("cli")
    numbers = []
    source = Source.objects.create(namespace="bench", name="Bench", kind="web")
    run = stream_of(source, "2026-01")
    for place in range(2):
        done = people.add(actor, {"name": f"Ada {place}", "email": f"ada{place}@bench.test"})
        numbers.append(done.profile_id)
        at = datetime(2026, 1, 1, tzinfo=UTC)
        Event.objects.bulk_create(
            [
                Event(
                    event_key=place * 10**9 + n, version=1, digest=n, of_import=run, row_no=n,
                    identifier_id=done.profile_id, name="Product Viewed", recorded_at=at,
                    happened_at=at + timedelta(minutes=n), properties={"name": "Rye loaf"},
                )
                for n in range(events)
            ],
            batch_size=1_000,
        )  # fmt: skip
    client = Client(HTTP_HOST="localhost")
    member = Member.objects.get(pk=actor.member_id)
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, actor, numbers[0], numbers[1]


def _ask(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


def _merges(actor: Any, one: int, other: int) -> tuple[list[float], list[float]]:
    from regulars.profiles import merging

    merges, splits = [], []
    for _ in range(_MERGES):
        began = time.perf_counter()
        merged = merging.merge(actor, one, other, reason="measured")
        middle = time.perf_counter()
        merging.split(actor, merged.merge_id)
        splits.append((time.perf_counter() - middle) * 1000)
        merges.append((middle - began) * 1000)
    return merges, splits


def _answers(client: Any, actor: Any) -> list[float]:
    from django.utils import timezone

    from regulars.identity.models import Proposal
    from regulars.profiles.anchors import anchor_of
    from regulars.profiles.typed import people

    evidence = {"weight": 3.0, "before": -8.0, "held_for": "not likely enough", "is_likely": True,
                "compared": [{"name": "last_name", "level": "same", "weight": 11.0}]}  # fmt: skip
    for place in range(_ROUNDS + 1):
        pair = sorted(
            anchor_of(people.add(actor, {"email": f"twin{place}{end}@bench.test"}).profile_id)
            for end in "ab"
        )
        Proposal.objects.create(
            low_id=pair[0], high_id=pair[1], chance=0.5, evidence=evidence, found_at=timezone.now()
        )
    waiting = list(Proposal.objects.order_by("-chance", "pk").values_list("pk", flat=True))
    times = []
    for place, number in enumerate(waiting[:_ROUNDS]):
        began = time.perf_counter()
        answer = client.post(
            f"/people/matches/{number}", {"do": "one" if place % 2 else "two"},
            headers={"HX-Request": "true"},
        )  # fmt: skip
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200
    return times


def _times(work: Callable[[], None], rounds: int) -> list[float]:
    work()
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def _result(what: str, value: float | None, unit: str, bar: float | None = None) -> Result:
    met = None if bar is None or value is None else value <= bar
    return {"what": what, "value": value, "unit": unit, "bar": bar, "met": met}


if __name__ == "__main__":
    main()
