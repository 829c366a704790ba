from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from regulars.config import health


@pytest.fixture(autouse=True)
def nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_seen", set())


def ask() -> Any:
    return health.healthz(RequestFactory().get("/healthz"))


@pytest.mark.django_db
def test_a_stranger_is_told_that_pages_can_be_served(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_old_tables_are_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_due", lambda: True)
    answer = ask()
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert b"brought up to date" in answer.content


@pytest.mark.django_db
def test_a_silent_database_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    assert ask().status_code == 200
    monkeypatch.setattr(health.connection, "cursor", refuse)
    answer = ask()
    assert answer.status_code == 503
    assert b"does not answer" in answer.content
