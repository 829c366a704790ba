"""Where Google's reviews are from: told beside the reviews, in the location's own folder."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.sources import imports
from regulars.sources.files.takeout import place_of
from regulars.sources.models import Feedback
from tests import world

BASE = "Takeout/Google Business Profile"


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def reviews(location: int, *numbers: int) -> dict[str, Any]:
    return {
        "reviews": [
            {
                "name": f"accounts/1/locations/{location}/reviews/r{number}",
                "starRating": "FIVE", "comment": "Nice", "reviewer": {"displayName": "Jo"},
                "createTime": "2025-04-01T10:00:00Z", "updateTime": "2025-04-01T10:00:00Z",
            }
            for number in numbers
        ]
    }  # fmt: skip


def listing(title: str) -> dict[str, Any]:
    return {"attributes": [{"key": "LISTING_NAME", "value": title}]}


def archive(path: Path, files: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w") as into:
        for name, content in files.items():
            into.writestr(f"{BASE}/{name}", json.dumps(content))
    return path


def places(owner: Actor, path: Path) -> dict[str, int]:
    imports.import_file(owner, path)
    return dict(Counter(Feedback.objects.values_list("place", flat=True)))


def test_every_review_has_the_place_of_its_folder(owner: Actor, tmp_path: Path) -> None:
    files = {
        "account-1/location-11/additionalData.json": listing("Crumb & Co, Station Road"),
        "account-1/location-11/reviews.json": reviews(11, 1, 2),
        "account-1/location-11/reviews-abc.json": reviews(11, 3),
        # The title stands under one account, more reviews of the location under another.
        "account-2/location-11/reviews.json": reviews(11, 4),
        "account-1/location-12/data.json": {"name": "locations/12", "title": "Crumb & Co (Market)"},
        "account-1/location-12/reviews.json": reviews(12, 5),
        "account-1/location-13/reviews.json": reviews(13, 6),
    }
    path = archive(tmp_path / "takeout.zip", files)
    assert places(owner, path) == {"Station Road": 4, "Market": 1, "": 1}
    assert not any("left alone" in note for run in imports.import_file(owner, path)
                   for note in run.notes)  # fmt: skip


def test_locations_of_one_title_go_by_their_street(owner: Actor, tmp_path: Path) -> None:
    files: dict[str, Any] = {}
    for number, street in ((11, "1 High Street"), (12, "9 Mill Lane"), (13, "")):
        address = {"storefrontAddress": {"addressLines": [street] if street else []}}
        files[f"account-1/location-{number}/data.json"] = {"title": "Crumb & Co", **address}
        files[f"account-1/location-{number}/reviews.json"] = reviews(number, number)
    path = archive(tmp_path / "takeout.zip", files)
    assert places(owner, path) == {"1 High Street": 1, "9 Mill Lane": 1, "13": 1}


def test_an_unpacked_folder_tells_the_same(owner: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "location-11"
    folder.mkdir()
    (folder / "additionalData.json").write_text(json.dumps(listing("Crumb & Co - Station Road")))
    (folder / "reviews.json").write_text(json.dumps(reviews(11, 1)))
    assert places(owner, folder / "reviews.json") == {"Station Road": 1}


@pytest.mark.parametrize("content", ['{"attributes": 3}', "[]", "{", '{"title": 7}', ""])
def test_what_cannot_be_read_beside_reviews_holds_nothing_up(
    owner: Actor, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "takeout.zip"
    with zipfile.ZipFile(path, "w") as into:
        into.writestr(f"{BASE}/account-1/location-11/data.json", content)
        text = json.dumps(reviews(11, 1))
        into.writestr(f"{BASE}/account-1/location-11/reviews.json", text)
    assert places(owner, path) == {"": 1}


def test_locations_in_one_file_are_told_apart_by_number(owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    both = [*reviews(11, 1)["reviews"], *reviews(12, 2)["reviews"]]
    path.write_text(json.dumps({"reviews": both}))
    assert places(owner, path) == {"11": 1, "12": 1}


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("Crumb & Co", "Crumb & Co"),
        ("crumb & co – Leeds", "Leeds"),
        ("Crumb & Company", "Crumb & Company"),
        ("The Bread Shed", "The Bread Shed"),
    ],
)
def test_the_businesss_name_is_no_part_of_a_place(title: str, place: str) -> None:
    assert place_of(title, "Crumb & Co") == place


@given(st.text(min_size=1), st.text())
def test_a_title_always_names_something(title: str, business: str) -> None:
    assert place_of(title, business)
