"""What the scores say, in a shop's words and the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.locales import number, percent
from regulars.accounts.sentences import said
from regulars.insights.models import Score, ScoreRun
from regulars.science.segments import FEWEST

_LEAST = 0.01


def about_quiet(run: ScoreRun) -> str:
    """How often the rule was right on the business's own past: "of 20 we flagged, 13 had left"."""
    test: dict[str, Any] = run.backtest.get("quiet", {})
    if run.backtest.get("quiet_message"):
        return said(run.backtest["quiet_message"])
    if not test.get("enough"):
        return _too_little(test)
    return _(
        "Of %(flagged)s we would have flagged in the past, %(left)s had left (%(low)s to %(high)s)."
    ) % {
        "flagged": number(test["flagged"]),
        "left": number(test["had_left"]),
        "low": percent(test["low"]),
        "high": percent(test["high"]),
    }


def _too_little(test: dict[str, Any]) -> str:
    if not test.get("origins"):
        return said(test.get("message") or "") or _(
            "Too little history to say how often this is right."
        )
    flagged = test["flagged"]
    if not flagged:
        return _(
            "How often this is right is not known yet: nobody had just gone quiet on the past days "
            "we looked at."
        )
    return ngettext(
        "How often this is right is not known yet: only %(n)d person had just gone quiet on the "
        "past days we looked at, too few to tell.",
        "How often this is right is not known yet: only %(n)d people had just gone quiet on the "
        "past days we looked at, too few to tell.",
        flagged,
    ) % {"n": flagged}


def about_model(run: ScoreRun) -> str:
    """How the chances of buying again were found and how they did on the past; or why there are
    none. The model's name stands in the score itself."""
    test: dict[str, Any] = run.backtest.get("repeat", {})
    if not test.get("enough"):
        return said(run.message or "") or _("No scores yet.")
    chosen = next(one for one in test["scores"] if one["model"] == test["chosen"])
    counted = {
        "expected": number(round(chosen["expected_buyers"])),
        "people": number(test["people"]),
        "days": number(test["horizon_days"]),
        "buyers": number(test["buyers"]),
    }
    if test["beats_naive"]:
        return (
            _(
                "Chances of buying again were held to your own past: on several past days taken "
                "together, %(expected)s of %(people)s people were expected back within %(days)s "
                "days and %(buyers)s came; nearer than going by the last visit alone."
            )
            % counted
        )
    return (
        _(
            "Chances of buying again were held to your own past: on several past days taken "
            "together, %(expected)s of %(people)s people were expected back within %(days)s days "
            "and %(buyers)s came; no nearer than going by the last visit alone."
        )
        % counted
    )


def score_reasons(
    score: Score, run: ScoreRun, *, sees_money: bool = True, is_ranked: bool = True
) -> list[str]:
    """The sentences behind one person's scores, strongest first. Without ``sees_money`` none says
    how they spend; ``is_ranked``: there are people enough to compare with."""
    reasons = [_rhythm(score)]
    if score.chance_of_buying is not None:
        reasons.append(
            _("%(chance)s likely to buy %(within)s; %(orders)s.")
            % {
                "chance": _chance(score.chance_of_buying),
                "within": _within(run.horizon_days),
                "orders": _range(score.orders_low, score.orders_high),
            }
        )
    return [*reasons, *_beside_others(score, sees_money=sees_money, is_ranked=is_ranked)]


def _beside_others(score: Score, *, sees_money: bool, is_ranked: bool) -> list[str]:
    if not is_ranked:
        return [
            _("You have fewer than %(n)d customers: too few to say who stands out among them.")
            % {"n": FEWEST}
        ]
    if score.recency is None or score.frequency is None:
        return []
    said = {"lately": _lately(score.recency), "often": _often(score.frequency)}
    if not sees_money or score.monetary is None:
        return [_("Beside your other customers: %(lately)s; %(often)s.") % said]
    said["much"] = _much(score.monetary)
    return [_("Beside your other customers: %(lately)s; %(often)s; %(much)s.") % said]


def _lately(fifth: int) -> str:
    """Where a rank of 1 to 5 stands; see `science.rfm`."""
    return {
        5: _("here more lately than four in five"),
        4: _("here more lately than most"),
        3: _("last here about when half of them were"),
        2: _("last here longer ago than most"),
        1: _("last here the longest ago"),
    }[fifth]


def _often(fifth: int) -> str:
    return {
        5: _("bought more often than four in five"),
        4: _("bought more often than most"),
        3: _("bought about as often as half of them"),
        2: _("bought less often than most"),
        1: _("bought the least often"),
    }[fifth]


def _much(fifth: int) -> str:
    return {
        5: _("spent more than four in five"),
        4: _("spent more than most"),
        3: _("spent about as much as half of them"),
        2: _("spent less than most"),
        1: _("spent the least"),
    }[fifth]


def _rhythm(score: Score) -> str:
    if score.usual_gap_days is None:
        return _(
            "No rhythm of their own is known yet: that takes three purchases on different days, "
            "and twenty people with as many."
        )
    known = {"every": _every(score.usual_gap_days), "ago": _ago(score.days_since or 0)}
    if not score.is_quiet:
        return (
            _("Usually comes %(every)s; the last visit was %(ago)s, which is within their rhythm.")
            % known
        )
    return _(
        "Usually comes %(every)s; the last visit was %(ago)s. Fewer than %(share)s of their gaps "
        "would last that long."
    ) % {**known, "share": percent(_at_most(score.quiet_surprise))}


def _range(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return _("how many purchases is not known")
    if high == 0:
        return _("probably no more purchases")
    if low == 0:
        return ngettext(
            "could be nothing, at most about %(n)d more purchase",
            "could be nothing, at most about %(n)d more purchases",
            high,
        ) % {"n": high}
    return _("probably %(low)d to %(high)d more purchases") % {"low": low, "high": high}


def _every(days: float) -> str:
    whole = max(1, round(days))
    return ngettext("every day", "every %(n)d days", whole) % {"n": whole}


def _ago(days: int) -> str:
    whole = max(1, days)
    return ngettext("%(n)d day ago", "%(n)d days ago", whole) % {"n": whole}


def _within(days: int) -> str:
    return ngettext("within %(n)d day", "within %(n)d days", days) % {"n": days}


def _chance(share: float) -> str:
    """A chance in words; one that rounds to nothing is still none."""
    return percent(share) if share >= _LEAST else "<" + percent(_LEAST)


def _at_most(share: float | None) -> float:
    return max(_LEAST, share or 0.0)
