"""The place of a Google Business review, which stands beside its file rather than in it.

A Takeout archive has a folder for every location, ``…/account-1/location-2/``, with the reviews
(``reviews.json``, ``reviews-….json``) and what the location is called: ``additionalData.json``
(attribute ``LISTING_NAME``) or ``data.json`` (``title``). The reviews get a column of it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .containers import Member, NotATable
from .json_rows import JsonTable
from .tables import Table

PLACE_COLUMN = "location.title"
_LOCATION = re.compile(r"location-(\d+)", re.IGNORECASE)
_DATA = ("additionaldata.json", "data.json")
_TITLES = ("title", "locationName", "listingName", "name")
_MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class _Location:
    title: str = ""
    address: str = ""


def with_places(tables: list[Table], members: list[Member]) -> list[Table]:
    """Return ``tables`` with the reviews' places as a column, without the files that told them."""
    reviews = [one for one in tables if isinstance(one, JsonTable) and "starRating" in one.columns]
    if not reviews:
        return tables
    names = _named(_locations([*members, *_beside(members)]))
    for table in reviews:
        name = names.get(_location_of(table.member) or "", "")
        if name and PLACE_COLUMN not in table.columns:
            table.add_column(PLACE_COLUMN, name)
    return [one for one in tables if not _tells_a_place(one)]


def _location_of(member: Member) -> str | None:
    """The number of the location in whose folder a member stands."""
    path = PurePosixPath(member.name.replace("\\", "/"))
    # A single file is known by its folder on the disk only.
    folder = member.path.resolve().parent.name if member.kind != "zip" else path.parent.name
    matched = _LOCATION.fullmatch(folder)
    return matched[1] if matched else None


def _is_data(member: Member) -> bool:
    return PurePosixPath(member.name.replace("\\", "/")).name.lower() in _DATA


def _tells_a_place(table: Table) -> bool:
    return (
        isinstance(table, JsonTable) and _is_data(table.member) and bool(_location_of(table.member))
    )


def _beside(members: Iterable[Member]) -> Iterable[Member]:
    """What stands beside single files that were unpacked from an archive."""
    for member in members:
        if member.kind == "plain" and _location_of(member) and not _is_data(member):
            for path in sorted(member.path.parent.iterdir()):
                if path.name.lower() in _DATA and path.is_file():
                    yield _on_disk(path)


def _on_disk(path: Path) -> Member:
    size = path.stat().st_size

    def opener() -> Any:
        raw = path.open("rb")
        return raw, raw

    return Member(path.name, path, "plain", size, size, _MAX_BYTES, 0, opener)


def _locations(members: Iterable[Member]) -> dict[str, _Location]:
    found: dict[str, _Location] = {}
    for member in members:
        number = _location_of(member)
        if number and _is_data(member):
            told, known = _read(member), found.get(number, _Location())
            found[number] = _Location(known.title or told.title, known.address or told.address)
    return found


def _read(member: Member) -> _Location:
    try:
        content = member.whole(_MAX_BYTES)
        data = json.loads((content or b"").decode("utf-8-sig"))
    except (ValueError, RecursionError, NotATable):
        return _Location()
    return _Location(_title(data), _address(data)) if isinstance(data, dict) else _Location()


def _title(data: Mapping[str, Any]) -> str:
    entries = data.get("attributes")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("key") == "LISTING_NAME":
            values = entry.get("value", entry.get("values"))
            value = values[0] if isinstance(values, list) and values else values
            if isinstance(value, str) and value.strip():
                return value.strip()
    for key in _TITLES:
        value = data.get(key)
        # A resource's name is its number: "locations/123".
        if isinstance(value, str) and value.strip() and "locations/" not in value:
            return value.strip()
    return ""


def _address(data: Mapping[str, Any]) -> str:
    address = data.get("storefrontAddress") or data.get("address")
    lines = address.get("addressLines") if isinstance(address, dict) else None
    first = lines[0] if isinstance(lines, list) and lines else ""
    return first.strip() if isinstance(first, str) else ""


def _named(locations: Mapping[str, _Location]) -> dict[str, str]:
    """Name every location by its title; several of one title by their addresses, else numbers."""
    count = Counter(one.title for one in locations.values())
    return {
        number: one.title if count[one.title] == 1 else one.address or f"{one.title} {number}"
        for number, one in locations.items()
        if one.title
    }


def place_of(title: str, business: str) -> str:
    """Return what of a listing's title names the place: "Crumb & Co, Station Road" is the place
    "Station Road" of "Crumb & Co". A title of the business's name alone stays as it is."""
    rest = title
    if business and title.casefold().startswith(business.casefold()):
        rest = title[len(business) :]
        if rest and rest[0].isalnum():
            return title
    bare = rest.strip(" \t,;:|/·•–—-@")
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1].strip()
    return bare or title
