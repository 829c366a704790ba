"""Shops that several modules begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regulars.kernel import clock

if TYPE_CHECKING:
    from regulars.accounts.actors import Actor

Opened = Callable[[date], AbstractContextManager[tuple["Actor", Path]]]


@pytest.fixture
def shop(data_folder: Path, db: None) -> Iterator[Path]:
    """An empty shop, on the morning after the last day of its files."""
    from tests.insights.today_worlds import MORNING
    from tests.world import open_shop

    with clock.frozen(MORNING):
        open_shop()
        yield data_folder


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Opened:
    """Opens an empty shop at noon of a day, for a whole module: its owner and data folder."""
    from django.core.management import call_command
    from django.test import override_settings

    from regulars.accounts import actors
    from regulars.accounts.business import set_up

    @contextmanager
    def at_noon(day: date) -> Iterator[tuple[Actor, Path]]:
        folder = tmp_path_factory.mktemp("shop")
        now = datetime.combine(day, time(12)).astimezone()
        with override_settings(DATA_FOLDER=folder), django_db_blocker.unblock(), clock.frozen(now):
            try:
                set_up(name="Crumb", country="GB", currency="GBP", timezone="Europe/London",
                       sector="bakery", owner_email="olive@crumb.test", password=None,
                       face="cli")  # fmt: skip
                yield actors.owner("cli"), folder
            finally:
                call_command("flush", interactive=False, verbosity=0)

    return at_noon
