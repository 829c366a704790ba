"""SDKs of servers, unchanged, against the real server: nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sdks import proxy
from tests.sdks.conftest import SENDERS, Shop
from tests.sdks.story import Sdk

pytestmark = pytest.mark.slow(seconds=3)

_BATCH = frozenset({"/v1/batch"})
SDKS = [
    Sdk("segment_python", _BATCH, "application/json", "analytics-python"),
    Sdk("rudder_python", _BATCH, "application/json", "analytics-python", is_packed=True),
    Sdk("segment_node", _BATCH, "application/json", "@segment/analytics-node",
        counts_retries=True),
    Sdk("rudder_node", _BATCH, "application/x-www-form-urlencoded", "analytics-node",
        is_packed=True),
]  # fmt: skip
Story = Callable[..., dict[str, Any]]


@pytest.fixture(params=SDKS, ids=[one.name for one in SDKS])
def sdk(request: pytest.FixtureRequest) -> Sdk:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def start(sdk: Sdk, request: pytest.FixtureRequest) -> Callable[..., subprocess.Popen[str]]:
    """Start a program that tells a story through the SDK."""
    [sender] = SENDERS.glob(f"{sdk.name}.*")
    command, environment = [sys.executable, str(sender)], dict(os.environ)
    if sender.suffix == ".cjs":
        modules: Path = request.getfixturevalue("modules")
        command = ["node", str(sender)]
        environment["NODE_PATH"] = str(modules / "node_modules")

    def begin(story: dict[str, Any]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*command, json.dumps(story)], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    return begin


def finish(*senders: subprocess.Popen[str]) -> None:
    for one in senders:
        said, _ = one.communicate(timeout=60)
        assert one.returncode == 0, said


def test_two_programs_at_once_are_taken_word_for_word(
    sdk: Sdk, start: Any, story: Story, shop: Shop, source: dict[str, Any]
) -> None:
    people = [f"{sdk.name}-ada", f"{sdk.name}-bo"]
    finish(*[start(story(shop.address, one)) for one in people])
    shop.await_story(source["id"], sdk, people)


def test_a_refusal_loses_nothing_and_a_lost_answer_doubles_nothing(
    sdk: Sdk, start: Any, story: Story, shop: Shop, source: dict[str, Any]
) -> None:
    person = f"{sdk.name}-cy"
    with proxy.running(shop.address, proxy.REFUSE, proxy.LOSE) as between:
        finish(start(story(between.address, person)))
    shop.await_story(source["id"], sdk, [person])
    check_wire(sdk, between)


def check_wire(sdk: Sdk, between: proxy.Proxy) -> None:
    """The requests are as docs/reference/collect.md says of this SDK."""
    seen = between.collected()
    assert [one.status for one in seen[:2]] == [503, 429]
    assert {one.path for one in seen} == sdk.paths
    assert {one.content_type for one in seen} == {sdk.content_type}
    assert {one.headers.get("content-encoding") == "gzip" for one in seen} == {sdk.is_packed}
    assert all(one.headers["authorization"].startswith("Basic ") for one in seen)
    assert any("x-retry-count" in one.headers for one in seen) == sdk.counts_retries
