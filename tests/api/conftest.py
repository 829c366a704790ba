from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.world import World

Ask = Callable[..., Any]


@pytest.fixture(scope="package")
def world(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    # This module is read before Django has started.
    from tests.contract.world import standing

    with standing(tmp_path_factory.mktemp("world") / "data", django_db_blocker) as built:
        yield built


@pytest.fixture
def mart_put_back(world: World) -> Iterator[None]:
    """Put the mart's files back after the test, as the database's rows are."""
    mart = world.folder / "mart"
    kept = mart.with_name("mart-kept")
    shutil.copytree(mart, kept)
    yield
    shutil.rmtree(mart)
    kept.rename(mart)


@pytest.fixture
def ask(world: World, db: None) -> Ask:
    """Send one request with the key of a role (None: without)."""
    from django.test import Client

    def send(role: str | None, path: str, method: str = "get", **more: Any) -> Any:
        headers = {**more.pop("headers", {})}
        if role is not None:
            headers["authorization"] = f"Bearer {world.keys[role]}"
        client = Client(headers=headers)
        return getattr(client, method)(f"/api/v1/{path}", **more)

    return send
