"""Rows in quarantine: each may be a sale that the figures lack."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.actors import Actor
from regulars.insights import outlook
from regulars.insights.outlook import Looking
from regulars.insights.suggestions.shape import MEMBERS, UNPRICED, Worth, members
from regulars.kernel.declarations import Suggestion
from regulars.sources import quarantine
from regulars.sources.live import standing
from regulars.sources.models import QuarantinedRow

KIND = "quarantine"
_MINUTES_TO_BEGIN, _SECONDS_A_ROW = 3.0, 30

# The key under which a row of any file of sales is kept, for files of which no row landed.
_ANY = ""
_NORMAL_95 = 1.96

_BROUGHT = """
SELECT import_id, count(*) AS orders, coalesce(sum(amount_minor), 0) AS minor,
       coalesce(sum(amount_minor::DOUBLE * amount_minor), 0) AS squares
FROM orders WHERE status = 'accepted' AND is_priced AND currency = '{currency}' GROUP BY 1
"""


def work_out(seen: Looking) -> dict[str, Any]:
    """What a row of each file of sales brought: mean and variance in minor units, of how many."""
    landed = dict(
        standing().filter(kind="sales", landed__gt=0).order_by().values_list("pk", "landed")
    )
    brought = {row["import_id"]: row for row in seen.rows(_BROUGHT)}
    known = {run: brought[run] for run in landed if run in brought}
    if not known:
        return {}
    waiting = set(quarantine.waiting().values_list("of_import_id", flat=True))
    found = {str(run): _a_row(landed[run], [known[run]]) for run in known if run in waiting}
    found[_ANY] = _a_row(sum(landed[run] for run in known), list(known.values()))
    return {"a_row": found}


def _a_row(rows: int, brought: list[dict[str, Any]]) -> dict[str, float]:
    """A row brings its order with the chance that a row of its file did, and else nothing."""
    mean = sum(float(one["minor"]) for one in brought) / rows
    square = sum(float(one["squares"]) for one in brought) / rows
    return {"mean": round(mean, 2), "variance": round(square - mean * mean, 2), "rows": rows}


def worth(held: Iterable[tuple[int, str, int]]) -> Worth:
    """What waiting rows, as (import, kind, rows), would bring in minor units, with its range.

    The sum of the means; the range ends where the sum of so many drawn rows would end in 19 of 20
    cases, the error of the mean included, and begins at nothing, as a row may be no sale. Rows of
    other files than sales have no price. Unpriced before a refresh saw any sale.
    """
    each = outlook.facts(KIND).get("a_row", {})
    mean = variance = 0.0
    for run, kind, rows in held:
        one = each.get(str(run), each.get(_ANY))
        if kind == "sales" and one is not None and one["mean"] > 0:
            mean += rows * one["mean"]
            variance += one["variance"] * rows * (1 + rows / one["rows"])
    if round(mean) <= 0:
        return UNPRICED
    return round(mean), 0, round(mean + _NORMAL_95 * math.sqrt(variance))


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """All rows that wait as one thing; those that are no record at all need nobody."""
    held = quarantine.waiting().exclude(reason="not_a_record").order_by()
    counted = held.values_list("of_import_id", "of_import__kind").annotate(rows=Count("pk"))
    runs = [(run, kind, rows) for run, kind, rows in counted]
    count = sum(rows for _, _, rows in runs)
    if not count:
        return
    price, low, high = worth(runs)
    reason = _("Nothing was dropped: each row waits with its reason until somebody mends it.")
    if price is not None:
        reason = _(
            "Nothing was dropped: each row waits with its reason. A sale among them is missing "
            "from your figures until it is mended; priced, once, at what a row of its file "
            "usually brings."
        )
    yield Suggestion(
        kind=KIND,
        key=KIND,
        title=title({"count": count}),
        reason=reason,
        worth_minor=price,
        low_minor=low,
        high_minor=high,
        minutes=_MINUTES_TO_BEGIN + count * _SECONDS_A_ROW / 60,
        action_label=_("Mend them"),
        action_path=f"/sources/{runs[0][0]}" if len(runs) == 1 else "/sources",
        detail={
            "members": members("row", _first(held)),
            "imports": [run for run, _, _ in runs],
            "count": count,
        },
    )


def title(detail: Mapping[str, Any]) -> str:
    """What it is called, from the facts of its detail."""
    count = detail["count"]
    return ngettext("%(n)d row could not land", "%(n)d rows could not land", count) % {"n": count}


def _first(held: QuerySet[QuarantinedRow]) -> QuerySet[QuarantinedRow, int]:
    return held.order_by("pk").values_list("pk", flat=True)[:MEMBERS]
