"""Reviews of the last four weeks of data that nobody has answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.actors import Actor
from regulars.insights import outlook, voices
from regulars.insights.outlook import Looking
from regulars.insights.suggestions.shape import DAYS, MEMBERS, members
from regulars.kernel.declarations import Suggestion
from regulars.kernel.windows import local_midnight

KIND = "reviews"
_MINUTES_A_REVIEW = 5.0
UNHAPPY = 3


def work_out(seen: Looking) -> dict[str, Any]:
    """How many wait, how many of those are unhappy, and which."""
    if seen.as_of is None:
        return {}
    since = local_midnight(seen.as_of - timedelta(days=DAYS - 1), seen.zone)
    waiting = voices.unanswered().filter(happened_at__gte=since)
    keys = waiting.order_by("-happened_at", "-feedback_key").values_list("feedback_key", flat=True)
    return {
        "count": waiting.count(),
        "unhappy": voices.of_at_most(UNHAPPY, waiting).count(),
        "members": members("review", keys[:MEMBERS]),
    }


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """All of them as one thing; what an answer earns is not known, so no money is named."""
    found = outlook.facts(KIND)
    count, unhappy = found.get("count", 0), found.get("unhappy", 0)
    if not count:
        return
    reason = _("Written in the last four weeks of data. What an answer earns is not known yet.")
    if unhappy:
        reason = _(
            "Written in the last four weeks of data, %(unhappy)d of them with three stars or "
            "fewer. What an answer earns is not known yet."
        )
    yield Suggestion(
        kind=KIND,
        key=KIND,
        title=title(found),
        reason=reason % {"unhappy": unhappy},
        worth_minor=None,
        low_minor=None,
        high_minor=None,
        minutes=_MINUTES_A_REVIEW * count,
        action_label=_("Read them"),
        action_path="/voices?waiting=1",
        detail={"members": found["members"], "count": count},
    )


def title(detail: Mapping[str, Any]) -> str:
    """What it is called, from the facts of its detail."""
    count = detail["count"]
    words = ngettext("%(n)d review waits for an answer", "%(n)d reviews wait for an answer", count)
    return words % {"n": count}
