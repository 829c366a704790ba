"""Today and every part of the dashboard on a million orders, as the server answers them.

    python -m benchmarks.screens_million [--data FOLDER]

Prints JSON. The world is that of `metrics_million`, its 200,000 people scored and looked through as
a refresh does. *Cold* is the first page of a process that has just come up (it has answered
`/healthz`), the slowest of three; *first* is an answer that a running process was never asked for;
*warm* is the 95th percentile of 20 more. Answers go through Django's test client, sign-in,
middleware and templates included; pictures of charts are drawn apart and are not in it.
``--data`` keeps the world in a folder and takes it from there the next time.
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
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

Result = dict[str, Any]
_WARM, _COLD = 20, 3
_WARM_BAR, _COLD_BAR = 150.0, 1000.0
_OWNER = "owner@bench.example"
_BOXES = (
    "places", "channels", "products", "categories", "weekdays", "hours", "customers", "stars",
    "origins",
)  # fmt: skip
SCREENS = {
    "Today": "/",
    "dashboard": "/insights",
    "numbers": "/insights/numbers",
    "chart": "/insights/chart",
    **{f"box {name}": f"/insights/boxes/{name}" for name in _BOXES},
}
# Asked for once, by a running process: other days, filters and metrics.
OTHERS = {
    "numbers, one place": "/insights/numbers?place=Shop+1",
    "numbers, one product": "/insights/numbers?product=S+7",
    "numbers, 12 months": "/insights/numbers?period=12months",
    "chart, new customers by day": "/insights/chart?metric=new_customers&period=91",
    "chart, average order by week": "/insights/chart?metric=average_order_value&period=12months",
    "box products, 12 months": "/insights/boxes/products?period=12months",
    "box places, customers": "/insights/boxes/places?metric=customers",
    "products in full": "/insights/boxes/products?page=2",
    "the whole page in one": "/insights?whole=1",
    "the whole page, 12 months": "/insights?whole=1&period=12months",
}


def main() -> int:
    """Measure in processes of their own and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the answer is JSON anyway")
    parser.add_argument("--data", help="where the world is kept (default: nowhere)")
    parser.add_argument("--inside", choices=("build", "warm", "cold"), help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        _inside(chosen.inside, chosen.path)
        return 0
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as fresh:
        folder = Path(chosen.data or fresh).resolve()
        if not (folder / "mart" / "current.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            _apart(folder, "build")
        results = [*_cold(folder), *_apart(folder, "warm")]
    report = {"name": "screens_million", "results": results, "machine": _machine()}
    print(json.dumps(report, indent=1))
    return 0


def _cold(folder: Path) -> Iterable[Result]:
    for name, path in SCREENS.items():
        took = [float(_apart(folder, "cold", path)) for _ in range(_COLD)]
        yield _result(f"{name}, cold", max(took), _COLD_BAR)


def _apart(folder: Path, what: str, path: str = "") -> Any:
    """Run one step in a process of its own and return what it prints."""
    environment = {**os.environ, "REGULARS_DATA": str(folder)}
    environment.pop("REGULARS_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.screens_million", "--inside", what, "--path", path],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def _inside(what: str, path: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    import django

    django.setup()
    steps = {"build": _build, "warm": _warm, "cold": lambda: _cold_page(path)}
    print(json.dumps(steps[what]()))


def _build() -> float:
    """Set up the business, lay its mart and score its people; return the seconds it took."""
    from django.conf import settings
    from django.core.management import call_command

    from benchmarks import metrics_million
    from regulars.accounts.business import set_up
    from regulars.identity.models import Profile
    from regulars.insights.findings.keeping import find_everything
    from regulars.insights.looking import look
    from regulars.insights.outlook import Looking
    from regulars.insights.scoring import score_everybody
    from regulars.kernel import clock
    from regulars.mart.engine import Engine
    from regulars.mart.writer import MartWriter
    from regulars.sources.bulk import insert_rows
    from regulars.sources.models import Import, Source

    began = time.monotonic()
    call_command("migrate", verbosity=0)
    set_up(
        name="Bench", country="GB", currency="GBP", timezone="Europe/London", sector="retail",
        owner_email=_OWNER, password="a long and quiet street", face="cli",
    )  # fmt: skip
    source = Source.objects.create(name="till")
    run = Import.objects.create(
        source=source, file_name="sales.csv", path="sales.csv", fingerprint="0", kind="sales",
        recognised_as="till", finished_at=clock.now(),
    )  # fmt: skip
    folder = Path(settings.DATA_FOLDER) / "mart"
    metrics_million.build(folder)
    with MartWriter(folder) as writer:
        writer.publish(cursor={"standing": [run.pk]})
        as_of = writer.publish().as_of
    people = range(1, metrics_million.PEOPLE + 1)
    for start in range(0, len(people), 10_000):
        insert_rows(Profile, ["id"], [(one,) for one in people[start : start + 10_000]])
    assert as_of is not None
    scored = score_everybody(folder, as_of=as_of, currency="GBP")
    today = as_of + timedelta(days=1)
    seen = Looking(Engine(folder).snapshot(), as_of, today, "GBP", "Europe/London", scored)
    look(seen)
    find_everything(folder, as_of=as_of, currency="GBP", zone="Europe/London")
    return time.monotonic() - began


def _warm() -> list[Result]:
    client, results = _client(), []
    _took(client, "/account/password")
    for name, path in {**SCREENS, **OTHERS}.items():
        first = _took(client, path)
        if name in OTHERS:
            results.append(_result(f"{name}, first", first, _COLD_BAR))
        took = sorted(_took(client, path) for _ in range(_WARM))
        results.append(_result(f"{name}, warm p95", took[-2], _WARM_BAR))
    return results


def _cold_page(path: str) -> float:
    client = _client()
    _took(client, "/healthz")
    return _took(client, path)


def _client() -> Any:
    from django.test import Client

    from regulars.accounts.models import Member

    client = Client(HTTP_HOST="localhost")
    client.force_login(
        Member.objects.get(email=_OWNER),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def _took(client: Any, path: str) -> float:
    """The milliseconds until the answer is there. Parts are asked for as htmx does."""
    is_part = path.startswith("/insights/") and path != OTHERS["products in full"]
    headers = {"HX-Request": "true"} if is_part else {}
    began = time.perf_counter()
    answer = client.get(path, headers=headers)
    milliseconds = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return milliseconds


def _result(what: str, value: float, bar: float) -> Result:
    return {"what": what, "value": round(value, 1), "unit": "ms", "bar": bar, "met": value <= bar}


def _machine() -> dict[str, Any]:
    import duckdb

    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
    }


if __name__ == "__main__":
    sys.exit(main())
