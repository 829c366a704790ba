"""SDKs of websites, unchanged, in Chromium on a page of another origin, against the real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sdks import proxy
from tests.sdks.conftest import Shop
from tests.sdks.story import Sdk

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=3)]

SDKS = [
    Sdk("segment_browser", frozenset({f"/v1/{one}" for one in "itpsga"}), "text/plain",
        "analytics.js", counts_retries=True),
    Sdk("rudder_browser", frozenset({f"/v1/{one}" for one in
        ("identify", "track", "page", "group", "alias")}), "application/json",
        "RudderLabs JavaScript SDK", has_screen=False, leaves_out_nulls=True),
]  # fmt: skip
Story = Callable[..., dict[str, Any]]


@pytest.fixture(params=SDKS, ids=[one.name for one in SDKS])
def sdk(request: pytest.FixtureRequest) -> Sdk:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def visit(chromium: Any, website: str, sdk: Sdk) -> Any:
    """Open the page in a profile of its own; returns the tab. All are closed at the end."""
    contexts = []
    # As people's browsers call themselves: one that is driven is taken for a program.
    agent = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
             f"Chrome/{chromium.version} Safari/537.36")  # fmt: skip

    def open_page() -> Any:
        contexts.append(chromium.new_context(user_agent=agent))
        tab = contexts[-1].new_page()
        tab.goto(f"{website}/{sdk.name}.html")
        tab.wait_for_function("() => 'tell' in window")
        return tab

    yield open_page
    for one in contexts:
        one.close()


def tell(tab: Any, story: dict[str, Any]) -> None:
    """Begin to tell; does not wait for the end of it."""
    tab.evaluate("story => { window.tell(story) }", story)


def test_two_visitors_at_once_are_taken_word_for_word(
    sdk: Sdk, visit: Any, story: Story, shop: Shop, source: dict[str, Any]
) -> None:
    people = [f"{sdk.name}-ada", f"{sdk.name}-bo"]
    tabs = [visit() for _ in people]
    for tab, person in zip(tabs, people, strict=True):
        tell(tab, story(shop.address, person))
    shop.await_story(source["id"], sdk, people)


def test_a_refusal_loses_nothing_and_a_lost_answer_doubles_nothing(
    sdk: Sdk, visit: Any, story: Story, shop: Shop, source: dict[str, Any]
) -> None:
    person = f"{sdk.name}-cy"
    with proxy.running(shop.address, proxy.REFUSE, proxy.LOSE) as between:
        tell(visit(), story(between.address, person))
        shop.await_story(source["id"], sdk, [person])
    seen = between.collected()
    assert {503, 429} <= {one.status for one in seen}
    assert {one.path for one in seen} == sdk.paths
    assert {one.content_type for one in seen} == {sdk.content_type}
    assert any("x-retry-count" in one.headers for one in seen) == sdk.counts_retries


@pytest.mark.parametrize(
    ("sdk", "options", "path", "content_type", "has_key_in_header"),
    [
        (SDKS[0],
         {"deliveryStrategy": {"strategy": "batching", "config": {"size": 4, "timeout": 300}}},
         "/v1/b", "text/plain", True),
        (SDKS[1],
         {"queueOptions": {"batch": {"enabled": True, "maxItems": 4, "flushInterval": 300}}},
         "/v1/batch", "application/json", True),
        (SDKS[1],
         {"useBeacon": True, "beaconQueueOptions": {"maxItems": 4, "flushQueueInterval": 300}},
         "/beacon/v1/batch", "text/plain", False),
    ],
    ids=["segment in batches", "rudder in batches", "rudder by beacon"],
    indirect=["sdk"],
)  # fmt: skip
def test_batches_and_beacons_are_taken_word_for_word(
    sdk: Sdk, visit: Any, story: Story, shop: Shop, source: dict[str, Any],
    options: dict[str, Any], path: str, content_type: str, has_key_in_header: bool,
) -> None:  # fmt: skip
    person = f"{sdk.name}-di" + path.replace("/", "-")
    with proxy.running(shop.address) as between:
        tell(visit(), story(between.address, person, **options))
        shop.await_story(source["id"], sdk, [person])
    seen = between.collected()
    assert {one.path for one in seen} == {path}
    assert {one.content_type for one in seen} == {content_type}
    assert {"authorization" in one.headers for one in seen} == {has_key_in_header}
    assert max(len(one.said["batch"]) for one in seen) > 1
