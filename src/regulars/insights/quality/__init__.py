"""Is the data good enough to trust: what is wrong with it, what that costs and what mends it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import figures
from regulars.insights.quality import of_days, of_facts, of_files
from regulars.insights.quality.checks import GOOD, LOOK, MEND, UNKNOWN, Check
from regulars.insights.quality.facts import gather
from regulars.kernel.money import to_major

_FIGURES = ("state", "count", "of", "share", "low", "high", "cost", "cost_low", "cost_high")
COLUMNS = ("check", "what", *_FIGURES, "note")
_ORDER = (MEND, LOOK, GOOD, UNKNOWN)


def quality(actor: Actor) -> dict[str, Any]:
    """Every check, the gravest first, and a verdict in one sentence.

    Money is in major units of the business's currency; ``None`` is not known. Needs
    ``imports.see`` and ``metrics.see``.
    """
    actor.require("imports.see")
    actor.require("metrics.see")
    business = businesses.get()
    facts = gather(actor, business)
    found = [
        *of_days.checks(facts, business),
        *of_files.checks(facts),
        *of_facts.checks(facts, business.currency),
    ]
    found.sort(key=lambda one: (_ORDER.index(one.state), -(one.cost_minor or 0)))
    return {
        "verdict": _verdict(found),
        "as_of": facts.as_of,
        "currency": business.currency,
        "checks": [_as_json(one, business.currency) for one in found],
        "notes": figures.behind(),
    }


def _verdict(found: list[Check]) -> str:
    mend, look = (sum(one.state == state for one in found) for state in (MEND, LOOK))
    if all(one.state in (UNKNOWN, GOOD) for one in found) and not any(
        one.key == "freshness" and one.state == GOOD for one in found
    ):
        return _("There is no data yet to judge.")
    if mend:
        return ngettext(
            "%(n)d thing makes figures wrong until it is mended.",
            "%(n)d things make figures wrong until they are mended.",
            mend,
        ) % {"n": mend}
    if look:
        return ngettext(
            "Good enough to trust; %(n)d thing is worth a look.",
            "Good enough to trust; %(n)d things are worth a look.",
            look,
        ) % {"n": look}
    return _("Good enough to trust: nothing is missing that we can see.")


def rows(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The page as a flat table: a line per check, then a line per row of it."""
    lines = []
    for one in page["checks"]:
        shown = {name: one[name] for name in _FIGURES}
        lines.append({**shown, "check": one["key"], "what": one["title"], "note": one["sentence"]})
        lines += [{"check": one["key"], "state": one["state"], **row} for row in one["rows"]]
    return lines


def _as_json(one: Check, currency: str) -> dict[str, Any]:
    def major(minor: int | None) -> float | None:
        return None if minor is None else float(to_major(minor, currency))

    return {
        "key": one.key,
        "title": one.title,
        "state": one.state,
        "sentence": one.sentence,
        "matters": one.matters,
        "count": one.count,
        "of": one.of,
        "share": None if one.share is None else round(one.share, 6),
        "low": one.low,
        "high": one.high,
        "cost": major(one.cost_minor),
        "cost_low": major(one.cost_low_minor),
        "cost_high": major(one.cost_high_minor),
        "action_label": one.action_label,
        "action_path": one.action_path,
        "rows": list(one.rows),
    }
