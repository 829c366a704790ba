"""What changed since yesterday: the last complete day beside others of its weekday, who bought for
the first time, what was said, what was imported."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.models import Business
from regulars.insights import outlook, saying
from regulars.insights.outlook import Looking
from regulars.kernel import clock
from regulars.kernel.money import to_major
from regulars.kernel.windows import local_midnight
from regulars.sources import hand_ins
from regulars.sources.live import standing
from regulars.sources.models import ImportUndo

NAME = "since_yesterday"
_WEEKS = 8
_FEWEST = 4
# Four of five days like this one lie in the range that is called usual.
_CONFIDENCE = 0.8
_DAYS = """
SELECT local_on AS "on", count(*) FILTER (amount_minor > 0 OR NOT is_priced) AS orders,
       sum(amount_minor) AS minor
FROM orders WHERE status = 'accepted' AND currency = '{currency}' AND local_on IN ({days})
GROUP BY 1
"""
_FIRST = """
SELECT count(*) AS people FROM (
    SELECT i.profile_id FROM orders o JOIN identifiers i USING (identifier_id)
    WHERE o.status = 'accepted' AND (o.amount_minor > 0 OR NOT o.is_priced)
    GROUP BY 1 HAVING min(o.local_on) = DATE '{day}')
"""
_SAID = """
SELECT count(*) AS reviews,
       count(*) FILTER (rating_max > 0 AND 5.0 * rating / rating_max <= 3) AS unhappy
FROM feedback WHERE local_on = DATE '{day}'
"""


def work_out(seen: Looking) -> dict[str, Any]:
    """The last complete day, and the eight of its weekday before."""
    day = seen.as_of
    if day is None:
        return {}
    earlier = [day - timedelta(days=7 * week) for week in range(1, _WEEKS + 1)]
    days = ", ".join(f"DATE '{one}'" for one in (day, *earlier))
    rows = {row["on"]: row for row in seen.rows(_DAYS, days=days)}
    now = rows.get(day, {"orders": 0, "minor": 0})
    [first], [said] = seen.rows(_FIRST, day=day), seen.rows(_SAID, day=day)
    sums = [float(rows[one]["minor"] or 0) for one in earlier if one in rows]
    return {
        "day": day.isoformat(),
        "orders": now["orders"],
        "minor": round(float(now["minor"] or 0)),
        "usual": _usual(sums),
        "new_people": first["people"],
        "reviews": said["reviews"],
        "unhappy": said["unhappy"],
    }


def _usual(sums: list[float]) -> list[int] | None:
    """The range in which four of five such days lie; ``None`` of too few."""
    import math
    import statistics

    from regulars.science.intervals import t_quantile

    if len(sums) < _FEWEST:
        return None
    mean, spread = statistics.fmean(sums), statistics.stdev(sums)
    half = t_quantile(_CONFIDENCE, len(sums) - 1) * spread * math.sqrt(1 + 1 / len(sums))
    return [round(mean - half), round(mean + half)]


def told(business: Business) -> dict[str, Any] | None:
    """The changes as figures (major units) and as ``lines`` to read; ``None`` before the first
    day of data."""
    found = outlook.facts(NAME)
    if not found:
        return None
    currency = business.currency
    usual = found["usual"]

    def major(minor: int | None) -> float | None:
        return None if minor is None else float(to_major(minor, currency))

    came, again, undone = _imports(business)
    return {
        "day": date.fromisoformat(found["day"]),
        "orders": found["orders"],
        "revenue": major(found["minor"]),
        "usual_low": major(usual[0]) if usual else None,
        "usual_high": major(usual[1]) if usual else None,
        "new_people": found["new_people"],
        "reviews": found["reviews"],
        "imports": came,
        "lines": [*_lines(found, currency), *_import_lines(came, again, undone)],
    }


def _lines(found: dict[str, Any], currency: str) -> list[str]:
    day = date.fromisoformat(found["day"])
    said = {
        "day": _begun(saying.weekday(day)),
        "money": saying.money(found["minor"], currency),
        "n": found["orders"],
    }
    lines = [
        ngettext(
            "%(day)s brought %(money)s in %(n)d order.",
            "%(day)s brought %(money)s in %(n)d orders.",
            found["orders"],
        )
        % said
    ]
    if found["usual"]:
        lines.append(_usual_line(found, said["day"], currency))
    if found["new_people"]:
        lines.append(
            ngettext(
                "%(n)d person bought for the first time.",
                "%(n)d people bought for the first time.",
                found["new_people"],
            )
            % {"n": found["new_people"]}
        )
    if found["reviews"]:
        lines.append(_review_line(found["reviews"], found["unhappy"]))
    return lines


def _usual_line(found: dict[str, Any], weekday: str, currency: str) -> str:
    low, high = found["usual"]
    said = {
        "day": weekday,
        "low": saying.money(max(0, low), currency),
        "high": saying.money(high, currency),
    }
    if found["minor"] < low:
        return (
            _("That is less than usual: four of five such days bring %(low)s to %(high)s.") % said
        )
    if found["minor"] > high:
        return (
            _("That is more than usual: four of five such days bring %(low)s to %(high)s.") % said
        )
    return _("A usual one: four of five such days bring %(low)s to %(high)s.") % said


def _review_line(reviews: int, unhappy: int) -> str:
    line = ngettext("%(n)d review came in", "%(n)d reviews came in", reviews) % {"n": reviews}
    if not unhappy:
        return f"{line}."
    more = ngettext("%(n)d of three stars or fewer", "%(n)d of three stars or fewer", unhappy) % {
        "n": unhappy
    }
    return f"{line}, {more}."


def _imports(business: Business) -> tuple[int, int, int]:
    """Files whose import ended since yesterday began, each once however many tables it holds: those
    that brought anything, those of which every row was known; and imports that were undone."""
    yesterday = clock.today(business.timezone) - timedelta(days=1)
    since = local_midnight(yesterday, business.timezone)
    ended = standing().filter(finished_at__gte=since).order_by()
    known = {"landed": 0, "unchanged__gt": 0}
    came = hand_ins.count_of(ended.exclude(**known).values_list("pk", flat=True))
    again = hand_ins.count_of(ended.values_list("pk", flat=True)) - came
    return came, again, ImportUndo.objects.filter(at__gte=since).count()


def _import_lines(came: int, again: int, undone: int) -> list[str]:
    lines = []
    if came:
        words = ngettext("%(n)d file was imported.", "%(n)d files were imported.", came)
        lines.append(words % {"n": came})
    if again:
        words = ngettext(
            "%(n)d file brought nothing new.", "%(n)d files brought nothing new.", again
        )
        lines.append(words % {"n": again})
    if undone:
        words = ngettext("%(n)d import was undone.", "%(n)d imports were undone.", undone)
        lines.append(words % {"n": undone})
    return lines


def _begun(words: str) -> str:
    """``words`` as they begin a sentence; some languages write days small."""
    return words[:1].upper() + words[1:]
