"""Regulars gone quiet by their own rhythm, the best of them first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.actors import Actor
from regulars.insights import outlook, people
from regulars.insights.models import Score
from regulars.insights.outlook import Looking
from regulars.insights.suggestions.shape import (
    DAYS,
    MEMBERS,
    UNPRICED,
    Worth,
    members,
    per_cent_of,
)
from regulars.kernel.declarations import Suggestion

KIND = "gone_quiet"
AT_ONCE = 10
_SHOWN = 5
# Whoever became overdue longer ago has left so surely that a word from the shop comes too late.
_LATELY_DAYS = 84
_MINUTES_A_PERSON = 3.0
_COLUMNS = ("profile_id", "spent_minor", "orders", "usual_gap_days")


def work_out(seen: Looking) -> dict[str, Any]:
    """Who became overdue lately, by what they usually spend in four weeks. Those are shown, as
    they may still be won back; of those long gone only when nobody is."""
    run = seen.run
    if run is None or run.as_of is None:
        return {}
    quiet = Score.objects.filter(run=run, is_quiet=True)
    lately = quiet.filter(
        usual_gap_days__gt=0,
        orders__gt=0,
        days_since__lte=F("overdue_after_days") + max(_LATELY_DAYS, 2 * horizon(run)),
    )
    usual = [
        (spent / orders * DAYS / gap, profile)
        for profile, spent, orders, gap in lately.values_list(*_COLUMNS).iterator()
    ]
    usual.sort(key=lambda one: (-one[0], one[1]))
    spent_most = quiet.order_by("-spent_minor", "profile_id").values_list("profile_id", flat=True)
    top = [profile for _, profile in usual[:_SHOWN]] or list(spent_most[:_SHOWN])
    return {
        "people": [
            {"profile_id": profile, "usual_minor": round(money)}
            for money, profile in usual[:AT_ONCE]
        ],
        "members": members("person", (profile for _, profile in usual[:MEMBERS])),
        "lately": len(usual),
        "count": quiet.count(),
        "top": [{"profile_id": profile} for profile in top],
    }


def horizon(run: Any) -> int:
    """The days over which the back-test asked whether somebody had left."""
    return int(run.backtest.get("quiet", {}).get("horizon_days") or run.horizon_days)


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """The best of those who went quiet lately; worth what they usually spend in four weeks, times
    the share of such people that the back-test says has left."""
    found, run = outlook.facts(KIND), people.latest_run()
    who = found.get("people", [])
    if not who or run is None:
        return
    test: dict[str, Any] = run.backtest.get("quiet", {})
    worth, low, high = _worth(sum(one["usual_minor"] for one in who), test)
    counted = {"count": len(who), "lately": found["lately"]}
    reason = _(
        "They have been away longer than their own rhythm explains. Worth what they usually spend "
        "in four weeks, times the share of such people that had left for good in your own past."
    )
    if worth is None:
        reason = _(
            "They have been away longer than their own rhythm explains. How many of them have "
            "left is not known yet, so no money is named."
        )
    yield Suggestion(
        kind=KIND,
        key=KIND,
        title=title(counted),
        reason=reason,
        worth_minor=worth,
        low_minor=low,
        high_minor=high,
        minutes=_MINUTES_A_PERSON * len(who),
        action_label=_("See who"),
        action_path=f"/people?thing={KIND}",
        detail={
            **counted,
            "people": who,
            "days": DAYS,
            "members": found["members"],
            "horizon_days": horizon(run),
            "expected_back": _back(test),
        },
    )


def title(detail: Mapping[str, Any]) -> str:
    """What it is called, from the facts of its detail."""
    count, lately = detail["count"], detail["lately"]
    words = ngettext("%(n)d regular has gone quiet", "%(n)d regulars have gone quiet", count)
    if lately > count:
        words = _("The %(n)d best of %(all)d regulars who have gone quiet")
    return words % {"n": count, "all": lately}


def _worth(at_stake: float, test: dict[str, Any]) -> Worth:
    if not test.get("enough"):
        return UNPRICED
    return per_cent_of(at_stake, *(float(test[name]) for name in ("share", "low", "high")))


def _back(test: dict[str, Any]) -> dict[str, float] | None:
    """The share that came back unasked in the past, with its interval."""
    if not test.get("enough"):
        return None
    return {
        "share": 1 - float(test["share"]),
        "low": 1 - float(test["high"]),
        "high": 1 - float(test["low"]),
    }
