"""Google Business reviews inside a Takeout archive, in batches of about twenty."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

_STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
_BATCH = 20


@dataclass(frozen=True, slots=True)
class Review:
    """One review; instants are aware. ``stars`` is 1 to 5."""

    review_id: str
    author: str
    stars: int
    text: str
    created_at: datetime
    reply: str = ""
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One place on the map with its reviews, newest first."""

    title: str
    account: str
    location: str
    reviews: tuple[Review, ...]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _as_json(listing: Listing, review: Review) -> dict[str, Any]:
    name = f"accounts/{listing.account}/locations/{listing.location}/reviews/{review.review_id}"
    out: dict[str, Any] = {
        "name": name,
        "reviewer": {"displayName": review.author},
        "starRating": _STARS[review.stars - 1],
    }
    if review.text:
        out["comment"] = review.text
    out["createTime"] = out["updateTime"] = _stamp(review.created_at)
    if review.replied_at:
        out["reviewReply"] = {"comment": review.reply, "updateTime": _stamp(review.replied_at)}
    return out


def write_takeout(path: Path, listings: tuple[Listing, ...], written_on: date) -> int:
    """Write the archive and return how many reviews it holds.

    ``written_on`` dates the entries, so that equal reviews give an equal file.
    """
    stamp = (written_on.year, written_on.month, written_on.day, 6, 0, 0)
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: Any) -> None:
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, json.dumps(content, ensure_ascii=False, indent=2))

        for listing in listings:
            base = (
                f"Takeout/Google Business Profile/account-{listing.account}/"
                f"location-{listing.location}"
            )
            title = {"key": "LISTING_NAME", "value": listing.title}
            add(f"{base}/additionalData.json", {"attributes": [title]})
            for start in range(0, len(listing.reviews), _BATCH):
                batch = listing.reviews[start : start + _BATCH]
                name = "reviews.json" if start == 0 else f"reviews-{batch[0].review_id[:8]}.json"
                add(f"{base}/{name}", {"reviews": [_as_json(listing, r) for r in batch]})
                count += len(batch)
    return count
