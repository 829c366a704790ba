"""What was found, in a shop's words: a sentence that names it and one that says how it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from regulars.accounts.locales import number, percent

Detail = Mapping[str, Any]
# Of a day. Pages say these words: what searches for losing hours would bring NumPy along.
_HOURS = 24

# As in "sells out on Saturdays".
ON_WEEKDAYS: tuple[Promise | str, ...] = (
    lazy("Mondays"),
    lazy("Tuesdays"),
    lazy("Wednesdays"),
    lazy("Thursdays"),
    lazy("Fridays"),
    lazy("Saturdays"),
    lazy("Sundays"),
)
STATES: dict[str, dict[str, Promise | str]] = {
    "trend": {
        "too_short": lazy(
            "Too little history to say what rises or falls: it takes %(weeks_needed)s whole weeks, "
            "and there are %(weeks)s."
        ),
    },
    "sold_out": {
        "too_short": lazy(
            "Too little history to say what sells out: it takes %(weeks_needed)s whole weeks of "
            "sales, and there are %(weeks)s."
        ),
        "no_times": lazy(
            "Your sales carry no time of day, so nobody can tell what was gone before closing."
        ),
    },
    "association": {
        "too_few": lazy(
            "Too few sales to say what goes with what: it takes %(baskets_needed)s of the last "
            "year, and there are %(baskets)s."
        ),
    },
    "hour": {
        "too_short": lazy(
            "Too little history to say after which hours people stay away: it takes "
            "%(weeks_needed)s whole weeks of sales, and there are %(weeks)s."
        ),
        "no_times": lazy(
            "Your sales carry no time of day, so nobody can tell which hours lose people."
        ),
        "too_few_people": lazy(
            "Too few visits of people who are known by name, card or number: it takes "
            "%(visits_needed)s, and there are %(visits)s."
        ),
    },
}
_NEVER: dict[str, Promise | str] = {
    "trend": lazy("What rises or falls is looked for at the first refresh that finds sales."),
    "sold_out": lazy("What sells out early is looked for at the first refresh that finds sales."),
    "association": lazy("What goes together is looked for at the first refresh that finds sales."),
    "hour": lazy("Which hours lose people is looked for at the first refresh that finds sales."),
}
_FOUND_NONE: dict[str, Promise | str] = {
    "trend": lazy("Nothing rises or falls beyond chance."),
    "sold_out": lazy("Nothing sells out early beyond chance."),
    "association": lazy("No two products go together beyond chance."),
    "hour": lazy("No hour loses people beyond chance."),
}


def search_words(kind: str, search: Mapping[str, Any] | None) -> str:
    """Why a search has nothing to tell; empty where it has found something."""
    if search is None:
        return str(_NEVER[kind])
    if search["state"] == "asked":
        return "" if search["found"] else str(_FOUND_NONE[kind])
    return str(STATES[kind][search["state"]]) % search


def title(kind: str, detail: Detail) -> str:
    """Name what was found in one sentence without a full stop."""
    return _TITLES[kind](detail)


def reason(kind: str, detail: Detail) -> str:
    """Say how it is known and how sure that is."""
    return _REASONS[kind](detail)


def _trend_title(detail: Detail) -> str:
    said = {"name": detail["name"]}
    if detail["thing"] == "place":
        if detail["direction"] == "rising":
            return _("%(name)s takes more than it used to") % said
        return _("%(name)s takes less than it used to") % said
    if detail["direction"] == "rising":
        return _("%(name)s sells more than it used to") % said
    return _("%(name)s sells less than it used to") % said


def _trend_reason(detail: Detail) -> str:
    change = abs(detail["ratio"] - 1)
    ends = sorted(abs(detail[end] - 1) for end in ("low", "high"))
    said = {"change": percent(change), "low": percent(ends[0]), "high": percent(ends[1])}
    if detail["direction"] == "rising":
        words = _(
            "In the last four weeks %(change)s (%(low)s to %(high)s) more than the twelve weeks "
            "before and the rest of the shop let expect."
        )
    else:
        words = _(
            "In the last four weeks %(change)s (%(low)s to %(high)s) less than the twelve weeks "
            "before and the rest of the shop let expect."
        )
    if detail["is_season_checked"]:
        season = _("A year ago the same weeks showed no such change.")
    else:
        season = _(
            "There is no year before to compare it with, so its season cannot be told apart yet."
        )
    return f"{words % said} {season}"


def _sold_out_title(detail: Detail) -> str:
    said = {
        "product": detail["product"],
        "place": detail["place"],
        "days": str(ON_WEEKDAYS[detail["weekday"]]),
    }
    if not detail["place"]:
        return _("%(product)s sells out on %(days)s") % said
    return _("%(product)s sells out at %(place)s on %(days)s") % said


def _sold_out_reason(detail: Detail) -> str:
    said = {
        "out": number(round(detail["days_out"])),
        "days": number(detail["days"]),
        "last": detail["last_sale"],
        "closes": detail["closes"],
        "pieces": number(detail["pieces"]),
        "low": number(detail["pieces_low"]),
        "high": number(detail["pieces_high"]),
    }
    words = _(
        "On %(out)s of the last %(days)s such days the last one went at about %(last)s, while the "
        "place sold on until %(closes)s. As it sold until then, and sells at other places and on "
        "other days, about %(pieces)s more (%(low)s to %(high)s) would have gone in four weeks. "
        "Who took something else instead is not taken off."
    )
    return words % said


def _together_title(detail: Detail) -> str:
    said = {"first": detail["first"]["name"], "second": detail["second"]["name"]}
    return _("%(second)s goes with %(first)s") % said


def _together_reason(detail: Detail) -> str:
    return _(
        "Of 100 sales with %(first)s, %(with)s hold %(second)s too; of 100 without it, "
        "%(without)s. That is %(lift)s times as often (%(low)s to %(high)s) as if the two had "
        "nothing to do with each other."
    ) % {
        "first": detail["first"]["name"],
        "second": detail["second"]["name"],
        "with": number(100 * detail["confidence"]),
        "without": number(100 * detail["without"]),
        "lift": number(detail["lift"], most_decimals=1),
        "low": number(detail["low"], most_decimals=1),
        "high": number(detail["high"], most_decimals=1),
    }


def weekdays(days: list[int]) -> str:
    """A group of weekdays as people say it: Mondays to Fridays, Saturdays."""
    if len(days) > 1:
        return _("%(first)s to %(last)s") % {
            "first": str(ON_WEEKDAYS[days[0]]),
            "last": str(ON_WEEKDAYS[days[-1]]),
        }
    return str(ON_WEEKDAYS[days[0]])


def _hour_title(detail: Detail) -> str:
    said = {
        "place": detail["place"],
        "days": weekdays(detail["weekdays"]),
        "from": f"{detail['hour']:02d}:00",
        "to": f"{(detail['hour'] + 1) % _HOURS:02d}:00",
    }
    if not detail["place"]:
        return _("People stop coming after %(from)s to %(to)s, %(days)s") % said
    return _("%(place)s loses people from %(from)s to %(to)s, %(days)s") % said


def _hour_reason(detail: Detail) -> str:
    return _(
        "Of %(visits)s visits of known people then, %(share)s were followed by another in good "
        "time; after their other visits the same people would have made it %(usual)s. About "
        "%(lost)s visits (%(low)s to %(high)s) are lost in four weeks, each at an average sale "
        "there. Judged by %(people)s people; guests without a name are not in it."
    ) % {
        "visits": number(detail["visits"]),
        "share": percent(detail["share"]),
        "usual": percent(detail["usual"]),
        "lost": number(detail["lost_visits"], most_decimals=1),
        "low": number(detail["lost_visits_low"], most_decimals=1),
        "high": number(detail["lost_visits_high"], most_decimals=1),
        "people": number(detail["guests"]),
    }


_TITLES = {
    "trend": _trend_title,
    "sold_out": _sold_out_title,
    "association": _together_title,
    "hour": _hour_title,
}
_REASONS = {
    "trend": _trend_reason,
    "sold_out": _sold_out_reason,
    "association": _together_reason,
    "hour": _hour_reason,
}
