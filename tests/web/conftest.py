from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.contract.world import World

OWNER = "olive@crumb.test"


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    # This module is read before Django has started.
    from tests.contract.world import standing

    with standing(tmp_path_factory.mktemp("world") / "data", django_db_blocker) as built:
        yield built


@pytest.fixture
def browse(world: World, db: None) -> Callable[[str | None], Client]:
    """A browser signed in as a member of that role (None: as nobody)."""
    from django.test import Client

    from regulars.accounts.models import Member

    def as_role(role: str | None) -> Client:
        client = Client()
        if role is not None:
            client.force_login(
                Member.objects.get(role=role),
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
        return client

    return as_role


@pytest.fixture
def bakery(data_folder: Path, db: None) -> Path:
    """An empty business of a test's own, and its data folder."""
    from django.core.cache import cache

    from regulars.accounts.business import set_up
    from tests.contract.world import PASSWORD

    cache.clear()
    set_up(
        name="Crumb", country="GB", currency="GBP", timezone="Europe/London", sector="bakery",
        owner_email=OWNER, password=PASSWORD, face="cli",
    )  # fmt: skip
    return data_folder


@pytest.fixture
def owner(bakery: Path, client: Client) -> Client:
    """The owner's browser, signed in."""
    from regulars.accounts.models import Member

    client.force_login(
        Member.objects.get(email=OWNER),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


@pytest.fixture
def work(bakery: Path) -> Callable[[], int]:
    """Do what the worker would, here and now."""
    from regulars.jobs.performing import drain

    return drain
