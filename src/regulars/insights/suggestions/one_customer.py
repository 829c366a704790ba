"""One customer on whom much of the business hangs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts.actors import Actor
from regulars.insights import outlook, saying
from regulars.insights.models import Score
from regulars.insights.outlook import Looking
from regulars.insights.suggestions.shape import DAYS
from regulars.kernel.declarations import Suggestion

KIND = "one_customer"
_SHARE = 1 / 3
_FEWEST_ORDERS = 10
_YEAR_DAYS = 364
_LARGEST = """
WITH sold AS (
    SELECT i.profile_id AS person, count(*) AS orders, sum(o.amount_minor) AS minor
    FROM orders o LEFT JOIN identifiers i USING (identifier_id)
    WHERE o.status = 'accepted' AND o.amount_minor > 0 AND o.currency = '{currency}'
      AND o.local_on > DATE '{since}' AND o.local_on <= DATE '{as_of}'
    GROUP BY 1
)
SELECT person, orders, minor, (SELECT sum(orders) FROM sold) AS all_orders,
       (SELECT sum(minor) FROM sold) AS all_minor
FROM sold WHERE person IS NOT NULL ORDER BY minor DESC, person LIMIT 1
"""


def work_out(seen: Looking) -> dict[str, Any]:
    """The largest customer of the last year, if a third of orders or money is theirs."""
    if seen.as_of is None:
        return {}
    since = seen.as_of - timedelta(days=_YEAR_DAYS)
    rows = seen.rows(_LARGEST, as_of=seen.as_of, since=since)
    if not rows or rows[0]["all_orders"] < _FEWEST_ORDERS:
        return {}
    row = rows[0]
    of_orders, of_money = row["orders"] / row["all_orders"], row["minor"] / row["all_minor"]
    if max(of_orders, of_money) < _SHARE:
        return {}
    usual = round(float(row["minor"]) * DAYS / _YEAR_DAYS)
    return {
        "people": [{"profile_id": row["person"], "usual_minor": usual}],
        "of_orders": float(of_orders),
        "of_money": float(of_money),
        "chance": _chance(seen, row["person"]),
        "horizon_days": seen.run.horizon_days if seen.run else None,
    }


def _chance(seen: Looking, person: int) -> float | None:
    scores = Score.objects.filter(run=seen.run, profile_id=person)
    return scores.values_list("chance_of_buying", flat=True).first()


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """A risk to know of; no money is named, as nobody knows what would make them leave."""
    found = outlook.facts(KIND)
    if not found.get("people"):
        return
    share = max(found["of_orders"], found["of_money"])
    said = {
        "orders": saying.share(found["of_orders"]),
        "money": saying.share(found["of_money"]),
        "chance": saying.share(found["chance"] or 0.0),
        "days": found["horizon_days"] or 0,
    }
    reason = _(
        "%(orders)s of the year's sales and %(money)s of its money come from one person. If it is "
        "a stand-in such as “walk-in”, give it another name in the till; if it is somebody, know "
        "them well."
    )
    if found["chance"] is not None:
        reason += " " + _("The chance that they buy again within %(days)d days is %(chance)s.")
    yield Suggestion(
        kind=KIND,
        key=KIND,
        title=title({"share": share}),
        reason=reason % said,
        worth_minor=None,
        low_minor=None,
        high_minor=None,
        minutes=5.0,
        action_label=_("See who"),
        action_path=f"/people/{found['people'][0]['profile_id']}",
        detail={"people": found["people"], "lasting": True,
                "share": share, "signature": f"{found['of_money']:.1f}"},
    )  # fmt: skip


def title(detail: Mapping[str, Any]) -> str:
    """What it is called, from the facts of its detail."""
    return _("One customer makes %(share)s of your sales") % {
        "share": saying.share(detail["share"])
    }
