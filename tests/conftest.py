"""What every test may ask for: a data folder, a database, real data where it lies beside us."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Cluster, PostgresMissing, start_cluster

pytest_plugins = ("tests.commands", "tests.plan")
ROOT = Path(__file__).resolve().parent.parent
# How fast inputs are drawn says how busy the machine is, not whether a rule holds.
settings.register_profile("house", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
_CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    # A camera whose picture is made up, so that the counter's camera can be opened.
    "--use-fake-device-for-media-stream",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"
_run: dict[str, Any] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.addoption("--pictures", action="store_true", help="keep screenshots of every screen")
    parser.addoption("--kills", type=int, default=20, help="how often a killed import is resumed")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Name the data folder and the database before Django reads its settings."""
    # Hundreds of processes start here: compiling the program in each costs half a second.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _run["folder"] = tempfile.mkdtemp(prefix="regulars-tests-")
        os.environ["REGULARS_TEST_FOLDER"] = _run["folder"]
        _choose_database(config.getoption("--database"))
    os.environ["REGULARS_DATA"] = str(Path(os.environ["REGULARS_TEST_FOLDER"], worker or "main"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    # pytest-django starts Django only where its settings have been read by then.
    from django.conf import settings

    # The real hasher takes a tenth of a second on purpose; here passwords are no secret.
    settings.PASSWORD_HASHERS = [_QUICK_HASHER, *settings.PASSWORD_HASHERS]
    # A worker inherits this environment, and must choose its folder before it reads settings.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def _choose_database(database: str) -> None:
    os.environ.pop("REGULARS_DATABASE_URL", None)
    if database == "sqlite":
        return
    try:
        cluster = start_cluster()
    except PostgresMissing as missing:
        raise pytest.UsageError(str(missing)) from missing
    _run["cluster"] = cluster
    os.environ["REGULARS_DATABASE_URL"] = cluster.url()


def pytest_unconfigure() -> None:
    cluster: Cluster | None = _run.pop("cluster", None)
    if cluster is not None:
        cluster.stop()
    if "folder" in _run:
        shutil.rmtree(_run.pop("folder"), ignore_errors=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kill_seed" in metafunc.fixturenames:
        metafunc.parametrize("kill_seed", range(metafunc.config.getoption("--kills")))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path | None:
    """The folder of real data sets beside the repository, or None where there is none."""
    folder = ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright. Its absence fails a build, skips elsewhere."""
    program = shutil.which("chromium")
    if program is None:
        message = "Chromium is not installed; on Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django would take for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page in a fresh profile, 1440 px wide; a script error or a CSP report fails the test."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Europe/London"
    )
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield tab
    context.close()
    assert complaints == []
