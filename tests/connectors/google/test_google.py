"""Google reviews by the API, beside those of a Takeout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.sources import feed, imports, origins
from regulars.sources.models import Source
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import payload, standing
from tests.connectors.vendor import Asked, Says, Vendor

pytestmark = pytest.mark.django_db
GIVEN = {"client_id": "c1", "locations": "accounts/1/locations/2 = High Street"}


class Profile:
    def __init__(self) -> None:
        self.reviews: list[Any] = payload("google", "reviews")["reviews"]

    def answer(self, asked: Asked) -> Says:
        if asked.path == "/token":
            fits = asked.said["refresh_token"] == "r1"
            return Says({"access_token": "a1"}) if fits else Says({"error": "invalid_grant"}, 400)
        if asked.headers.get("authorization") != "Bearer a1":
            return Says({}, 401)
        start = int(asked.query.get("pageToken", "0"))
        found = sorted(self.reviews, key=lambda one: one["updateTime"], reverse=True)
        more = {"nextPageToken": str(start + 50)} if start + 50 < len(found) else {}
        return Says({"reviews": found[start : start + 50], **more})


@pytest.fixture
def profile() -> Profile:
    return Profile()


@pytest.fixture
def server(profile: Profile) -> Iterator[Vendor]:
    with vendor.running(profile.answer) as found:
        yield found


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any, server: Vendor) -> Source:
    return origins.add(
        owner, "google", name="Reviews", secret="client_secret=s\nrefresh_token=r1",
        given={**GIVEN, "api": server.url, "tokens": f"{server.url}/token"},
    )  # fmt: skip


def reviews() -> list[tuple[Any, ...]]:
    """Stars, words, author, whether answered, place."""
    standing()
    rows = list(feed.feedback(feed.view("UTC")))
    return sorted((row[5], row[8], row[9], row[10] is not None, row[11]) for row in rows)


def test_reviews_come_with_their_answers_and_change(
    owner: Any, source: Source, profile: Profile
) -> None:
    assert origins.pull(owner, source.pk)["is_done"]
    assert reviews() == [
        (2, "", "", False, "High Street"),
        (5, "Best rye in town", "Ada L.", True, "High Street"),
    ]
    worse = {**profile.reviews[0], "starRating": "ONE", "updateTime": "2026-11-23T10:00:00Z"}
    profile.reviews = [worse, profile.reviews[1]]
    origins.pull(owner, source.pk)
    assert [row[0] for row in reviews()] == [1, 2]
    assert origins.pull(owner, source.pk)["kept"] == 0


def test_only_new_pages_are_read(
    owner: Any, source: Source, profile: Profile, server: Vendor
) -> None:
    base = profile.reviews[0]
    profile.reviews = [
        {**base, "name": f"accounts/1/locations/2/reviews/R{n:03}",
         "updateTime": f"2026-11-{1 + n // 10:02}T10:{n % 10:02}:00Z", "reviewReply": {}}
        for n in range(120)
    ]  # fmt: skip
    origins.pull(owner, source.pk)
    assert len(reviews()) == 120
    asked = len(server.asked)
    assert origins.pull(owner, source.pk)["kept"] == 0
    assert len([one for one in server.asked[asked:] if one.path != "/token"]) == 1


def test_access_taken_back_is_said(owner: Any, source: Source) -> None:
    origins.give_secret(owner, source.pk, secret="refresh_token=old")
    assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"


def test_the_same_review_by_takeout_is_one(tmp_path: Path, owner: Any, server: Vendor) -> None:
    folder = tmp_path / "Takeout/Google Business Profile/account-9/location-2"
    folder.mkdir(parents=True)
    said = payload("google", "reviews")["reviews"]
    for one in said:
        one["name"] = one["name"].replace("accounts/1", "accounts/9")
        del one["reviewId"]
    file = folder / "reviews.json"
    file.write_text(json.dumps({"reviews": said}))
    imports.import_file(owner, file, is_confirmed=True)
    source = origins.add(
        owner, "google", name="Reviews", secret="client_secret=s\nrefresh_token=r1",
        given={**GIVEN, "api": server.url, "tokens": f"{server.url}/token"},
    )  # fmt: skip
    origins.pull(owner, source.pk)
    assert len(reviews()) == 2
