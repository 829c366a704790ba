from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest


@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_sqlite_is_a_file_with_a_log() -> None:
    from django.db import connection

    name = connection.settings_dict["NAME"]
    assert Path(name).is_relative_to(os.environ["REGULARS_TEST_FOLDER"])
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.django_db(transaction=True)
def test_two_threads_see_one_database() -> None:
    from django.contrib.sessions.models import Session
    from django.db import connection
    from django.utils import timezone

    Session.objects.create(session_key="seen", expire_date=timezone.now())
    seen: list[bool] = []

    def look() -> None:
        seen.append(Session.objects.filter(session_key="seen").exists())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [True]


@pytest.mark.django_db
def test_the_database_is_the_one_asked_for(pytestconfig: pytest.Config) -> None:
    from django.db import connection

    asked = pytestconfig.getoption("--database")
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[asked]
    if connection.vendor == "postgresql":
        assert connection.pg_version // 10_000 == 15


def test_a_command_has_a_folder_and_a_database_of_its_own(blank: Path) -> None:
    from django.conf import settings

    assert list(blank.iterdir()) == []
    assert os.environ["REGULARS_DATA"] == str(blank) == str(settings.DATA_FOLDER)
    url = os.environ.get("REGULARS_DATABASE_URL")
    if url:
        import psycopg

        with psycopg.connect(url) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
        assert tables == (0,)


@pytest.mark.browser
def test_the_browser_opens_a_page(page: object) -> None:
    page.set_content("<title>Open</title>")  # type: ignore[attr-defined]
    assert page.title() == "Open"  # type: ignore[attr-defined]
