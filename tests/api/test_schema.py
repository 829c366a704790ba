from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regulars.api.documents import openapi
from tests.contract.world import World

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_EACH = 12


@pytest.fixture
def application() -> Iterator[Any]:
    """The program as the server calls it; a request leaves the test's own connection open."""
    from regulars.config.wsgi import application

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield application
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(openapi())
    return [one.ok() for one in schema.get_all_operations()]


@pytest.mark.parametrize("operation", operations(), ids=lambda one: one.label)
def test_whatever_is_asked_is_answered_as_written(
    operation: Any, application: Any, world: World, db: None
) -> None:
    @seed(20260101)
    @settings(
        max_examples=_EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy())
    def hold(case: Any) -> None:
        response = case.call(
            app=application,
            base_url="http://localhost",
            headers={"Authorization": f"Bearer {world.keys['manager']}"},
        )
        case.validate_response(response, checks=_CHECKS)

    hold()
