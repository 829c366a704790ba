"""Google Business reviews as its API has them → reviews.

Source: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import Opinion, Unclear, clean, of_opinion, part

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_LOCATION = re.compile(r"locations/[^/]+/reviews/")
_ORIGINAL = re.compile(r"\(Original\)\s*", re.IGNORECASE)


def review(said: Json, place: str) -> Iterator[Json]:
    """Yield one review of ``place``. Its number is the one that Takeout has too: without the
    account, which differs between the two."""
    name = clean(said.get("name"))
    found = _LOCATION.search(name)
    number = name[found.start() :] if found else clean(said.get("reviewId"))
    if not number:
        raise Unclear("the review has no number")
    reviewer, reply = part(said, "reviewer"), part(said, "reviewReply")
    yield of_opinion(
        Opinion(
            number=number,
            as_of=max(clean(said.get("updateTime")), clean(reply.get("updateTime")))
            or clean(said.get("createTime")),
            given_at=clean(said.get("createTime")),
            rating=_STARS.get(clean(said.get("starRating"))),
            text=_original(clean(said.get("comment"))),
            author="" if reviewer.get("isAnonymous") else clean(reviewer.get("displayName")),
            reply=_original(clean(reply.get("comment"))),
            replied_at=clean(reply.get("updateTime")),
            place=place,
            origin="google",
        )
    )


def _original(text: str) -> str:
    """The words as written: a translation stands before “(Original)”, or after one of its own."""
    parts = _ORIGINAL.split(text)
    if len(parts) > 1:
        return parts[-1].strip()
    return text.partition("(Translated by Google)")[0].strip() or text
