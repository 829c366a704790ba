"""What came of decisions: counted later from the facts, and never called their doing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.insights import before_and_after, outlook, saying, voices
from regulars.insights.models import Decision
from regulars.insights.outlook import Looking
from regulars.insights.suggestions import (
    best_unhappy,
    coverage,
    gone_quiet,
    held_rows,
    reviews,
    stale,
)
from regulars.kernel.declarations import Suggestion
from regulars.sources.models import QuarantinedRow

NAME = "afterwards"
_MOST = 100
_OF_PEOPLE = (gone_quiet.KIND, best_unhappy.KIND)
# A finding is compared with itself once as many days have passed as it speaks of.
_COMPARE_DAYS = 28
_SPENT = """
SELECT i.profile_id AS person, sum(o.amount_minor) AS minor
FROM orders o JOIN identifiers i USING (identifier_id)
WHERE o.status = 'accepted' AND (o.amount_minor > 0 OR NOT o.is_priced)
  AND o.currency = '{currency}' AND i.profile_id IN ({people})
  AND o.local_on > DATE '{first}' AND o.local_on <= DATE '{last}'
GROUP BY 1
"""


def work_out(seen: Looking) -> dict[str, Any]:
    """What the facts say by now about the latest decisions, by the decision's number."""
    made = Decision.objects.exclude(what=Decision.What.TAKEN_BACK).filter(taken_back_by=None)
    found = {}
    for one in made.order_by("-pk")[:_MOST]:
        if one.kind in _OF_PEOPLE:
            found[str(one.pk)] = _people(seen, one)
        elif one.kind == reviews.KIND:
            found[str(one.pk)] = _reviews(one)
        elif one.kind == held_rows.KIND:
            found[str(one.pk)] = _rows(one)
        elif one.kind in before_and_after.KINDS:
            found[str(one.pk)] = before_and_after.work_out(seen, one)
    return found


def _people(seen: Looking, made: Decision) -> dict[str, Any]:
    """How many of them bought after the day of the decision, within the horizon, and for how
    much."""
    from regulars.science.intervals import total_bootstrap, wilson

    detail, first = made.shown["detail"], _day(made)
    until = first + timedelta(days=int(detail.get("horizon_days") or 90))
    people = [one["profile_id"] for one in detail.get("people", ())]
    told: dict[str, Any] = {"people": len(people), "until": until.isoformat(), "last": None}
    if not people or seen.as_of is None or seen.as_of <= first:
        return told
    last = min(until, seen.as_of)
    listed = ", ".join(str(int(one)) for one in people)
    spent = {
        row["person"]: float(row["minor"])
        for row in seen.rows(_SPENT, people=listed, first=first, last=last)
    }
    low, high = wilson(len(spent), len(people))
    total = total_bootstrap([spent.get(one, 0.0) for one in people])
    return {
        **told,
        "last": last.isoformat(),
        "back": len(spent),
        "low": float(low),
        "high": float(high),
        "spent_minor": round(total.value),
        "spent_low_minor": _whole(total.low),
        "spent_high_minor": _whole(total.high),
        "expected": detail.get("expected_back"),
    }


def _reviews(made: Decision) -> dict[str, Any]:
    keys = [int(one.partition(":")[2]) for one in made.shown["detail"].get("members", ())]
    there = voices.live().filter(feedback_key__in=keys).count()
    waiting = voices.unanswered().filter(feedback_key__in=keys).count()
    return {"reviews": there, "answered": there - waiting}


def _rows(made: Decision) -> dict[str, Any]:
    runs = made.shown["detail"].get("imports", ())
    rows = QuarantinedRow.objects.filter(of_import_id__in=runs)
    since = rows.filter(resolved_at__gte=made.at)
    return {
        "mended": since.filter(resolution="landed").count(),
        "set_aside": since.exclude(resolution="landed").count(),
        "waiting": rows.filter(resolution="", of_import__undo=None).count(),
    }


def told(made: Decision, now: Mapping[str, Suggestion], currency: str) -> dict[str, Any]:
    """What came of a decision: ``{"words", "is_known"}``; ``now`` are today's things by key."""
    found = outlook.facts(NAME).get(str(made.pk))
    if made.kind == stale.KIND:
        return _source_words(made)
    if made.kind not in (*_OF_PEOPLE, reviews.KIND, held_rows.KIND):
        return _again_words(made, now.get(made.key), currency, found)
    if found is None:
        return _early(_("It is counted when figures are next brought up to date."))
    if made.kind == reviews.KIND:
        return _review_words(found)
    return _row_words(found) if made.kind == held_rows.KIND else _people_words(found, currency)


def _people_words(found: dict[str, Any], currency: str) -> dict[str, Any]:
    until = date.fromisoformat(found["until"])
    if not found["people"]:
        return _known(_("Nobody of them is known here any more."))
    if found["last"] is None:
        return _early(_too_early(until))
    said = {
        "back": found["back"],
        "people": found["people"],
        "money": saying.money(found["spent_minor"], currency),
        "day": saying.day(date.fromisoformat(found["last"])),
    }
    words = ngettext(
        "Up to %(day)s %(back)d of that %(people)d person bought again and spent %(money)s",
        "Up to %(day)s %(back)d of these %(people)d people bought again and spent %(money)s",
        found["people"],
    )
    words = words % said + _spread(found, currency) + "."
    if date.fromisoformat(found["last"]) < until:
        return _early(f"{words} {_too_early(until)}")
    return _known(f"{words} {_beside(found)}".strip())


def _spread(found: dict[str, Any], currency: str) -> str:
    low, high = found["spent_low_minor"], found["spent_high_minor"]
    if low is None or high is None:
        return ""
    said = {"low": saying.money(low, currency), "high": saying.money(high, currency)}
    return _(" (as many people like them: %(low)s to %(high)s)") % said


def _beside(found: dict[str, Any]) -> str:
    expected = found.get("expected")
    if not expected:
        return _("How many would have come anyway is not known.")
    return _(
        "Of such people in your own past %(share)s came back unasked (%(low)s to %(high)s); how "
        "much of it is your doing this cannot tell."
    ) % {name: saying.share(expected[name]) for name in ("share", "low", "high")}


def _review_words(found: dict[str, Any]) -> dict[str, Any]:
    words = ngettext(
        "Of %(n)d review %(answered)d has an answer now.",
        "Of %(n)d reviews %(answered)d have an answer now.",
        found["reviews"],
    )
    return _known(words % {"answered": found["answered"], "n": found["reviews"]})


def _row_words(found: dict[str, Any]) -> dict[str, Any]:
    return _known(
        _("Rows mended since: %(mended)d; set aside: %(aside)d; still waiting: %(waiting)d.")
        % {"mended": found["mended"], "aside": found["set_aside"], "waiting": found["waiting"]}
    )


def _source_words(made: Decision) -> dict[str, Any]:
    detail = made.shown["detail"]
    sources = outlook.facts(coverage.NAME).get("sources", [])
    asked = detail["source"]
    days = [one["last_on"] for one in sources if asked in (None, [one["source"], one["kind"]])]
    if not days:
        return _known(_("Nothing of it is imported any more."))
    last = max(days)
    said = {"day": saying.day(date.fromisoformat(last))}
    if last > detail["last_on"]:
        return _known(_("Data came again: it reaches %(day)s now.") % said)
    return _early(_("Nothing newer has come: it still ends on %(day)s.") % said)


def _again_words(
    made: Decision, now: Suggestion | None, currency: str, counted: dict[str, Any] | None
) -> dict[str, Any]:
    """The same thing now against then; of what was found in sales, its figures after and before."""
    if counted:
        there = _("It is no longer there.") if now is None else _("It is still there.")
        return _known(f"{there} {before_and_after.words(made.kind, counted, currency)}")
    if now is None:
        return _known(_("It is no longer there."))
    until = _day(made) + timedelta(days=_COMPARE_DAYS)
    as_of = outlook.current_day()
    if as_of is None or as_of < until:
        return _early(_("It is still there. %(early)s") % {"early": _too_early(until)})
    then = made.shown.get("worth_minor")
    if then is None or now.worth_minor is None:
        return _known(_("It is still there."))
    said = {
        "now": saying.money(now.worth_minor, currency),
        "then": saying.money(then, made.shown["currency"]),
    }
    return _known(_("It is still there: worth about %(now)s now, %(then)s then.") % said)


def _too_early(until: date) -> str:
    return _("Too early to tell until %(day)s.") % {"day": saying.day(until)}


def _known(words: str) -> dict[str, Any]:
    return {"words": words, "is_known": True}


def _early(words: str) -> dict[str, Any]:
    return {"words": words, "is_known": False}


def _day(made: Decision) -> date:
    return date.fromisoformat(made.shown["on"])


def _whole(value: float) -> int | None:
    return round(value) if value == value else None
