"""What things are called in the reader's language, from the facts that a decision keeps of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from regulars.insights.privacy import LEFT_OUT
from regulars.insights.suggestions import (
    best_unhappy,
    doubts,
    drift,
    found,
    gone_quiet,
    held_rows,
    one_customer,
    reviews,
    stale,
)

Title = Callable[[Mapping[str, Any]], str]
TITLES: dict[str, Title] = {
    **{one.KIND: one.title for one in (best_unhappy, gone_quiet, held_rows)},
    **{one.KIND: one.title for one in (one_customer, reviews, stale, drift)},
    **{kind: partial(doubts.title, kind) for kind in (doubts.FUTURE, doubts.UNKNOWN)},
    doubts.UNCONFIRMED: partial(doubts.title, doubts.UNCONFIRMED),
    **{kind: partial(found.title, kind) for kind in ("sold_out", "trend", "hour")},
}


def title_of(kind: str, shown: Mapping[str, Any]) -> str:
    """The title of a thing that was ``shown``, said anew; as it was kept where an older version
    kept fewer facts, or where erasing somebody left them out of it."""
    kept = str(shown["title"])
    if kind not in TITLES or kept == LEFT_OUT:
        return kept
    try:
        return TITLES[kind](shown.get("detail", {}))
    except (KeyError, TypeError, IndexError):
        return kept
