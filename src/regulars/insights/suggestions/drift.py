"""A source that suddenly tells less, more, or otherwise than by its own rhythm, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import outlook, saying
from regulars.insights.suggestions.drifting import (
    DROP,
    HELD,
    JUMP,
    KIND,
    OF_MONEY,
    SCALE,
    work_out,
)
from regulars.insights.suggestions.shape import UNPRICED
from regulars.kernel.declarations import Suggestion

__all__ = ["KIND", "found", "path_of", "reason", "suggest", "title", "work_out"]
_MINUTES = 10.0
FIELDS = {
    "customer": gettext_lazy("who bought"),
    "place": gettext_lazy("where"),
    "channel": gettext_lazy("by which channel"),
    "price": gettext_lazy("for how much"),
    "category": gettext_lazy("of which category"),
    "sku": gettext_lazy("under which article number"),
    "what": gettext_lazy("what was booked"),
    "staff": gettext_lazy("with whom"),
    "rating": gettext_lazy("how many stars"),
}
TABLES = {
    "orders": gettext_lazy("sales"),
    "order_lines": gettext_lazy("lines of sales"),
    "bookings": gettext_lazy("bookings"),
    "feedback": gettext_lazy("reviews"),
    "events": gettext_lazy("events"),
    "messages": gettext_lazy("messages"),
}


def found() -> list[dict[str, Any]]:
    """Every drift that the last refresh found."""
    rows: list[dict[str, Any]] = outlook.facts(KIND).get("found", [])
    return rows


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """Each drift on which money depends; the others stand under Quality."""
    for one in found():
        # That sales say no longer who bought or where is told for the whole business.
        is_told = one["kind"] == "orders" and one.get("field") in ("customer", "place")
        if one["what"] != HELD and (one["kind"] not in OF_MONEY or is_told):
            continue
        worth = tuple(one.get("worth") or UNPRICED)
        yield Suggestion(
            kind=KIND,
            key=":".join(filter(None, (KIND, one["what"], str(one["source"]), one["kind"],
                                       one.get("field", "")))),
            title=title(one),
            reason=reason(one),
            worth_minor=worth[0],
            low_minor=worth[1],
            high_minor=worth[2],
            minutes=_MINUTES,
            action_label=_("See the source"),
            action_path=path_of(one["source"]),
            detail={**one, "signature": one.get("until", "")},
        )  # fmt: skip


def path_of(source_id: int) -> str:
    """The page on which a source is looked into."""
    return f"/sources/quality/{source_id}"


def title(detail: Mapping[str, Any]) -> str:
    """What it is called, from the facts of its detail."""
    said = {"source": detail["name"], "what": str(TABLES[detail["kind"]])}
    if detail["what"] in (DROP, JUMP):
        share = abs(1 - detail["now"] / detail["usual"])
        words = (
            _("%(source)s tells %(share)s fewer %(what)s than usual")
            if detail["what"] == DROP
            else _("%(source)s tells %(share)s more %(what)s than usual")
        )
        return words % {**said, "share": saying.share(share)}
    if detail["what"] == SCALE:
        times = detail["times"]
        if times >= 1:
            words = _("Amounts from %(source)s are %(times)s times what they were")
        else:
            words, times = (
                _("Amounts from %(source)s were %(times)s times what they are"),
                1 / times,
            )
        return words % {**said, "times": saying.count(round(times))}
    if detail["what"] == HELD:
        words = _("%(share)s of messages from %(source)s cannot land")
        return words % {**said, "share": saying.share(detail["share"])}
    words = _("%(share)s of %(what)s from %(source)s do not say %(field)s")
    return words % {**said, "share": saying.share(detail["share"]),
                    "field": str(FIELDS[detail["field"]])}  # fmt: skip


def reason(detail: Mapping[str, Any]) -> str:
    """Against what it is held, and what may be behind it."""
    if detail["what"] in (DROP, JUMP):
        said = {"now": saying.count(detail["now"]), "usual": saying.count(round(detail["usual"])),
                "day": saying.day(date.fromisoformat(detail["until"]))}  # fmt: skip
        if detail["what"] == DROP:
            return _("%(now)s in the seven days to %(day)s, %(usual)s in a usual week. Either the "
                     "week was quiet, or part of it was not told: then your figures are too low "
                     "by this.") % said  # fmt: skip
        return _("%(now)s in the seven days to %(day)s, %(usual)s in a usual week. Either the week "
                 "was busy, or something was told twice: then your figures are too high by "
                 "this.") % said  # fmt: skip
    if detail["what"] == SCALE:
        currency = businesses.get().currency
        said = {"now": saying.money(detail["now_minor"], currency),
                "before": saying.money(detail["before_minor"], currency)}  # fmt: skip
        return _("A sale in the middle is %(now)s now, and was %(before)s in the twelve weeks "
                 "before. Pence may be read as pounds, or another currency.") % said  # fmt: skip
    before = {"before": saying.share(detail["before"])}
    if detail["what"] == HELD:
        return _("In the four weeks before it was %(before)s. What is held back waits on the "
                 "source's page to be mended, and counts nowhere until then.") % before  # fmt: skip
    return _("In the twelve weeks before it was %(before)s. A column may be read wrongly, or the "
             "program set up anew.") % before  # fmt: skip
