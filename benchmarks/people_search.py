"""People search and erasure on a database of many people, on SQLite and PostgreSQL.

    python -m benchmarks.people_search [--people 100000] [--database sqlite|postgres]

Prints JSON. Each database is measured in a process and a data folder of its own; PostgreSQL is
started for it where its binaries are. People are drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Result = dict[str, Any]
_SYLLABLES = "an be ca do el fi ga ha in jo ka li ma no ol pe ra sa ti ur vi wa yo zu".split()
_FIRST = "Anna Ben Chloë David Émile Fatima George Hannah Ivan José Karl Léa Mohammed".split()
_BATCH = 5000
# Has no factor in common with ten: every person has a telephone number of their own.
_SCATTER = 387_420_489
TEXTS = (
    "an", "ma", "ben", "hannah", "mohammed o", "zu ka", "anna lima", "oliperasa", "qqq", "ar",
    "example", "example.com", "gmail.com", "anna.l", "447", "07700", "7700 900", "+44 77 12",
    "07712345678", "C-4711", "C-99", "anna.lima", "com e", "a e", "lima 077", "ma o", "li sa",
    "anna emi",
)  # fmt: skip


def main() -> None:
    """Measure each database and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the answer is JSON anyway")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--searched", type=int, default=1_000_000, help="people for search alone")
    parser.add_argument("--database", choices=("sqlite", "postgres"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        measured = search_alone if chosen.searched else measure
        print(json.dumps(measured(chosen.database, chosen.searched or chosen.people)))
        return
    names = [chosen.database] if chosen.database else ["sqlite", "postgres"]
    sizes = (("--people", chosen.people), ("--searched", chosen.searched))
    results = [
        result for name in names for size in sizes if size[1] for result in _apart(name, *size)
    ]
    machine = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps({"name": "people_search", "results": results, "machine": machine}, indent=1))


def _apart(database: str, what: str, people: int) -> list[Result]:
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
                [sys.executable, "-m", "benchmarks.people_search", "--inside",
                 "--database", database, "--searched", "0", what, str(people)],
                env=environment, stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
        finally:
            if cluster is not None:
                cluster.stop()
    found: list[Result] = json.loads(done.stdout)
    return found


def measure(database: str, people: int) -> list[Result]:
    """Fill the database that the environment names, and measure."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _fill(people)
    where = f"{database}, {people:,} people"
    found = [_search(where)]
    found += _cards(where)
    found += _search_again(where)
    found += _erasure(where)
    return found


def search_alone(database: str, people: int) -> list[Result]:
    """Search among so many that drawing their cards takes longer than anybody waits: the cards are
    written straight into their tables, as a refresh draws them."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from regulars.profiles import search_index
    from regulars.profiles.folding import digits, entries, fold
    from regulars.profiles.models import Card
    from regulars.sources.bulk import insert_rows

    call_command("migrate", verbosity=0)
    _facts(people)
    columns = "profile_id name email phone country haystack digest allows words".split()
    for part in _drawn(people):
        cards = []
        for n, ((_, number), (_, email), (_, phone)), name in part:
            told = (fold(name), fold(number), fold(email), digits(phone))
            words = " ".join(entries(fold(name)))
            cards.append((3 * n + 1, name, email, phone, "", "\n".join(told), n, "", words))
        with transaction.atomic():
            insert_rows(Card, columns, cards)
    while search_index.merge_a_little():
        pass
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # The server does it by itself a minute after a fill like this.
            cursor.execute("VACUUM ANALYZE")
    return [_search(f"{database}, {people:,} people")]


def _fill(people: int) -> None:
    from django.db import connection

    from regulars.profiles import cards

    _facts(people)
    began = time.perf_counter()
    done = cards.rebuild()
    _fill.seconds = time.perf_counter() - began  # type: ignore[attr-defined]
    _fill.longest = done.longest_ms  # type: ignore[attr-defined]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _facts(people: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from regulars.accounts.business import set_up
    from regulars.identity.models import Link, Profile
    from regulars.sources.bulk import insert_rows
    from regulars.sources.models import CustomerRecord, Identifier, IdentifierUse, Import, Source

    set_up(name="Bench", country="GB", currency="GBP", timezone="UTC", sector="retail",
           owner_email="a@bench.test", password=None, face="cli")  # fmt: skip
    run = Import.objects.create(
        source=Source.objects.create(name="Bench", namespace="bench"), file_name="b.csv", path="",
        fingerprint="b", kind="customers", recognised_as="b", finished_at=timezone.now(),
    )  # fmt: skip
    for part in _drawn(people):
        with transaction.atomic():
            identifiers = [
                (3 * n + k, kind, value)
                for n, kinds, _ in part
                for k, (kind, value) in enumerate(kinds, 1)
            ]
            numbers = [row[0] for row in identifiers]
            insert_rows(Identifier, ("id", "kind", "value"), identifiers)
            insert_rows(
                IdentifierUse, ("of_import_id", "identifier_id"), [(run.pk, one) for one in numbers]
            )
            insert_rows(Profile, ("id",), [(3 * n + 1,) for n, _, _ in part])
            insert_rows(Link, ("identifier_id", "profile_id", "evidence"),
                        [(one, one - (one - 1) % 3, "") for one in numbers])  # fmt: skip
            insert_rows(
                CustomerRecord,
                ("record_key", "version", "digest", "of_import_id", "row_no", "identifier_id",
                 "origin", "traits", "consents"),
                [(n, 1, n, run.pk, n, 3 * n + 1, "customers", json.dumps({"name": name}), "[]")
                 for n, _, name in part],
            )  # fmt: skip


def _drawn(people: int) -> Iterator[list[tuple[int, list[tuple[str, str]], str]]]:
    dice = random.Random(7)
    part = []
    for n in range(people):
        first = dice.choice(_FIRST)
        last = "".join(dice.choices(_SYLLABLES, k=dice.choice((2, 2, 3, 4)))).title()
        plain = first.encode("ascii", "ignore").decode().lower()
        host = dice.choice(("gmail.com", "example.com", "example.co.uk", "posteo.test"))
        kinds = [
            ("customer_id:bench", f"C-{n}"),
            ("email", f"{plain}.{last.lower()}{n}@{host}"),
            ("phone", f"+447{n * _SCATTER % 10**9:09}"),
        ]
        part.append((n, kinds, f"{first} {last}"))
        if len(part) == _BATCH:
            yield part
            part = []
    if part:
        yield part


def _cards(where: str) -> list[Result]:
    from regulars.profiles import cards

    began = time.perf_counter()
    cards.rebuild()
    unchanged = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        _result(f"{where}: all cards written", _fill.seconds, "s", None),  # type: ignore[attr-defined]
        _result(f"{where}: all cards read again, none changed", unchanged, "s", None),
        # PostgreSQL locks the rows written, not everybody else.
        _result(
            f"{where}: longest turn of writing",
            _fill.longest,  # type: ignore[attr-defined]
            "ms",
            25 if where.startswith("sqlite") else None,
        ),
        _result(f"{where}: memory of the process", memory, "MB", 300),
    ]


def _search(where: str) -> Result:
    return _slowest(f"{where}: slowest of {len(TEXTS)} searches", 50)


def _search_again(where: str) -> list[Result]:
    from regulars.profiles import search_index

    search_index.drop()
    found = _slowest(f"{where}: slowest search without the index", None)
    search_index.create()
    return [found]


def _slowest(what: str, bar: float | None) -> Result:
    from regulars.profiles.search import find

    worst = ("", 0.0)
    for text in TEXTS:
        spent = min(_timed(lambda text=text: find(text)) for _ in range(3))
        if spent > worst[1]:
            worst = (text, spent)
    return _result(f"{what} ({worst[0]!r})", worst[1] * 1000, "ms", bar)


def _erasure(where: str) -> list[Result]:
    from regulars.accounts.actors import owner
    from regulars.identity.models import Profile
    from regulars.profiles.erasure import erase

    numbers = list(Profile.objects.order_by("pk").values_list("pk", flat=True)[1000:1003])
    with _Waiting() as waiting:
        spent = [_timed(lambda one=one: erase(owner("cli"), one)) for one in numbers]
    return [
        _result(f"{where}: erasure of one person", max(spent), "s", None),
        _result(f"{where}: longest wait of a writer meanwhile", waiting.longest * 1000, "ms", 60),
    ]


class _Waiting:
    """Writes a row over and over in another thread and notes the longest wait."""

    longest = 0.0

    def __enter__(self) -> _Waiting:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()
        return self

    def _write(self) -> None:
        from django.db import connection
        from django.utils import timezone

        from regulars.jobs.models import Heartbeat

        while not self._end.is_set():
            began = time.perf_counter()
            Heartbeat.objects.update_or_create(
                process="b", defaults={"kind": "b", "at": timezone.now()}
            )
            self.longest = max(self.longest, time.perf_counter() - began)
            time.sleep(0.002)
        connection.close()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def _timed(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _result(what: str, value: float | None, unit: str, bar: float | None) -> Result:
    met = None if value is None or bar is None else value <= bar
    rounded = None if value is None else round(value, 2)
    return {"what": what, "value": rounded, "unit": unit, "bar": bar, "met": met}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
