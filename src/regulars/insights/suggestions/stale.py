"""A source that lags behind the others, or data that ends too long ago altogether."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import outlook, saying
from regulars.insights.suggestions import coverage
from regulars.insights.suggestions.shape import DAYS, UNPRICED, Worth
from regulars.kernel import clock
from regulars.kernel.declarations import Suggestion

KIND = "stale"
_SHORTEST, _SHORTEST_ALL = 3, 7
# Silent for longer, a source is one that is no longer used.
_LONGEST = 183
_MINUTES = 10.0
_Z = 1.96


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """Each source whose last day lies further behind the newest than it ever usually does; and,
    when the newest day itself is old, all of them as one."""
    sources = [
        {**one, "last_on": date.fromisoformat(one["last_on"])}
        for one in outlook.facts(coverage.NAME).get("sources", [])
    ]
    if not sources:
        return
    newest = max(one["last_on"] for one in sources)
    for one in sources:
        behind = (newest - one["last_on"]).days
        if _allowed(one) < behind <= _LONGEST:
            yield _lagging(one, behind, newest)
    every = [one["every_days"] for one in sources if one["every_days"]]
    allowed = max(_SHORTEST_ALL, *(1.5 * days for days in every), 0)
    age = (clock.today(businesses.get().timezone) - newest).days - 1
    if age > allowed:
        yield _all(sources, age, newest)


def _allowed(one: dict[str, Any]) -> float:
    """How many days a source may lie behind: twice its own long silences, or its imports'
    rhythm."""
    return max(_SHORTEST, 2.0 * (one["silent_days"] or DAYS), one["every_days"] or 0)


def _lagging(one: dict[str, Any], behind: int, newest: date) -> Suggestion:
    worth = _missing([one], behind)
    said = {
        "source": one["name"],
        "last": saying.day(one["last_on"]),
        "newest": saying.day(newest),
        "silent": one["silent_days"] or 0,
    }
    reason = _(
        "Its last day is %(last)s; other sources reach %(newest)s. It is seldom silent for more "
        "than %(silent)d days."
    )
    return _suggestion(
        key=f"{KIND}:{one['source']}:{one['kind']}",
        reason=f"{reason % said} {_about(worth, one)}".strip(),
        worth=worth,
        last=one["last_on"],
        facts={"source": [one["source"], one["kind"]], "name": one["name"], "behind": behind},
    )


def _lags(kind: str, days: int) -> str:
    if kind == "orders":
        return ngettext(
            "Sales from %(source)s lag %(n)d day behind",
            "Sales from %(source)s lag %(n)d days behind",
            days,
        )
    if kind == "bookings":
        return ngettext(
            "Bookings from %(source)s lag %(n)d day behind",
            "Bookings from %(source)s lag %(n)d days behind",
            days,
        )
    return ngettext(
        "Reviews from %(source)s lag %(n)d day behind",
        "Reviews from %(source)s lag %(n)d days behind",
        days,
    )


def _all(sources: list[dict[str, Any]], age: int, newest: date) -> Suggestion:
    days = min(age, DAYS)
    worth = _missing(sources, days) if age <= _LONGEST else UNPRICED
    reason = _(
        "The newest day in any file is %(day)s. Figures, scores and who has gone quiet stand still "
        "there until newer files are imported."
    ) % {"day": saying.day(newest)}
    if worth[0] is not None:
        reason += " " + _(
            "Worth the sales you cannot see, at what your days usually bring, for at most four "
            "weeks; they are not lost."
        )
    return _suggestion(
        key=f"{KIND}:all",
        reason=reason,
        worth=worth,
        last=newest,
        # Today itself is not missing yet, but the last day is one further back.
        facts={"source": None, "behind": age + 1},
    )


def title(detail: Mapping[str, Any]) -> str:
    """What it is called, from the facts of its detail."""
    days = detail["behind"]
    if detail["source"] is None:
        words = ngettext("Your data ends %(n)d day ago", "Your data ends %(n)d days ago", days)
        return words % {"n": days}
    return _lags(detail["source"][1], days) % {"source": detail["name"], "n": days}


def _suggestion(
    *, key: str, reason: str, worth: Worth, last: date, facts: dict[str, Any]
) -> Suggestion:
    return Suggestion(
        kind=KIND,
        key=key,
        title=title(facts),
        reason=reason,
        worth_minor=worth[0],
        low_minor=worth[1],
        high_minor=worth[2],
        minutes=_MINUTES,
        action_label=_("Import files"),
        action_path="/sources/new",
        detail={"last_on": last.isoformat(), **facts},
    )


def _about(worth: Worth, one: dict[str, Any]) -> str:
    if worth[0] is None:
        return ""
    return _(
        "A day of it usually brings %(money)s: so much is missing from your figures a day. It is "
        "not lost, but you cannot see it."
    ) % {"money": saying.money(one["day_minor"], businesses.get().currency)}


def _missing(sources: list[dict[str, Any]], days: int) -> Worth:
    """What ``days`` days bring in all, with a range for their sum: days differ, and their mean is
    known from so many days only."""
    priced = [one for one in sources if one["day_minor"] is not None and one["day_minor"] > 0]
    if not priced or days <= 0:
        return UNPRICED
    mean = sum(one["day_minor"] for one in priced)
    variance = sum(
        one["day_spread_minor"] ** 2 * (days + days * days / one["days"]) for one in priced
    )
    half = _Z * math.sqrt(variance)
    return round(mean * days), max(0, round(mean * days - half)), round(mean * days + half)
