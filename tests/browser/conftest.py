from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands import PYTHONPATH

SCREENSHOTS = Path(__file__).resolve().parent.parent / "screenshots"
Picture = Callable[[Any, str], None]
_BUILD = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from pathlib import Path
from django.conf import settings
from tests.contract.world import build
from tests.web.voices import import_reviews
build(Path(settings.DATA_FOLDER))
from tests.web.live import add_doubtful_sales, add_live_sources, add_surroundings
import_reviews(Path(settings.DATA_FOLDER) / "reviews.csv")
add_live_sources()
add_surroundings(Path(settings.DATA_FOLDER) / "income.csv")
add_doubtful_sales(Path(settings.DATA_FOLDER) / "doubtful.csv")
from tests.web.leads import add_form, add_held, add_lead
add_lead("Wedding cake", name="Eve", value_minor=45_000, source="Fair", next_step="Call")
add_lead("Rolls for the canteen")
add_held(add_form())
from tests.web.doubts import add_doubts
add_doubts()
from regulars.jobs.outbox import Letter, put
put(Letter("sample", "1", "olive@crumb.test", "How business is", "In words.", "<p>In words.</p>"))
from regulars.accounts.actors import owner
from regulars.insights.refresh import refresh
refresh(owner("cli"))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[str]:
    """The address of a real server with a small business of six regulars."""
    folder = tmp_path_factory.mktemp("browser") / "data"
    folder.mkdir()
    environment = {**os.environ, "REGULARS_DATA": str(folder), "PYTHONPATH": PYTHONPATH}
    environment.pop("REGULARS_DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", _BUILD], env=environment, check=True)
    port = free_port()
    command = [sys.executable, "-m", "regulars.config.serving", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        wait_until_up(address)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def wait_until_up(address: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail("the server did not come up within half a minute")


@pytest.fixture(scope="session")
def picture(pytestconfig: pytest.Config) -> Picture:
    """Keep a picture of a page for people to look at, where they asked for it by `--pictures`."""
    is_wanted = pytestconfig.getoption("--pictures")

    def keep(tab: Any, name: str) -> None:
        if is_wanted:
            tab.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return keep


@pytest.fixture(scope="session")
def passport(shop: str, chromium: Any) -> dict[str, Any]:
    """The cookies of the owner, signed in through the page."""
    from tests.contract.world import OWNER, PASSWORD

    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(f"{shop}/account/login")
    tab.get_by_label("Email").fill(OWNER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(f"{shop}/")
    state: dict[str, Any] = context.storage_state()
    context.close()
    return state


@pytest.fixture
def tab(page: Any, passport: dict[str, Any]) -> Any:
    """The owner's page; a script error, a CSP report or a console error fails the test."""
    page.context.add_cookies(passport["cookies"])
    return page
