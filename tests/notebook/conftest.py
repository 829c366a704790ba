from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from regulars import Workspace
    from tests.contract.world import World


@pytest.fixture(scope="package")
def world(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    # This module is read before Django has started.
    from tests.contract.world import standing

    with standing(tmp_path_factory.mktemp("world") / "data", django_db_blocker) as built:
        yield built


@pytest.fixture
def here(world: World, db: None) -> Workspace:
    """The world, opened as its owner."""
    from regulars import Workspace

    return Workspace()
