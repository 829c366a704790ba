"""What makes figures doubtful: sales dated in the future, orders that suddenly lack a place or a
customer, files read by a header that nobody has confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import outlook, saying
from regulars.insights.outlook import Looking
from regulars.insights.suggestions.shape import DAYS
from regulars.kernel.declarations import Suggestion
from regulars.sources.files.shapes import SHAPES
from regulars.sources.live import standing

NAME = "doubts"
FUTURE, UNKNOWN, UNCONFIRMED = "future", "unknown_share", "unconfirmed"
_FEWEST = 30
# A share must have risen by more than so much, beyond chance, to be news.
_RISE = 0.10
_BEFORE_DAYS = 84
_FUTURE = """
SELECT count(*) AS rows, max(local_on) AS "on", min(import_id) AS import_id,
       count(DISTINCT import_id) AS imports,
       sum(amount_minor) FILTER (status = 'accepted' AND is_priced AND currency = '{currency}')
           AS minor
FROM orders WHERE local_on > DATE '{today}'
"""
_SHARES = """
SELECT local_on > DATE '{middle}' AS is_now, count(*) AS orders,
       count(*) FILTER (identifier_id IS NULL) AS customer,
       count(*) FILTER (place = '') AS place,
       sum(amount_minor) FILTER (identifier_id IS NULL AND currency = '{currency}')
           AS customer_minor,
       sum(amount_minor) FILTER (place = '' AND currency = '{currency}') AS place_minor
FROM orders
WHERE status = 'accepted' AND local_on > DATE '{first}' AND local_on <= DATE '{as_of}'
GROUP BY 1
"""


def work_out(seen: Looking) -> dict[str, Any]:
    """Orders dated after today, and how many orders lacked a place or a customer lately and in the
    twelve weeks before."""
    [ahead] = seen.rows(_FUTURE, today=seen.today)
    found: dict[str, Any] = {}
    if ahead["rows"]:
        found[FUTURE] = {
            "rows": ahead["rows"],
            "last_on": ahead["on"].isoformat(),
            "minor": round(float(ahead["minor"] or 0)),
            "import": ahead["import_id"] if ahead["imports"] == 1 else None,
        }
    if seen.as_of is not None:
        middle = seen.as_of - timedelta(days=DAYS)
        first = middle - timedelta(days=_BEFORE_DAYS)
        rows = seen.rows(_SHARES, as_of=seen.as_of, middle=middle, first=first)
        shares = {("now" if row.pop("is_now") else "before"): row for row in rows}
        found[UNKNOWN] = {
            when: {name: int(value or 0) for name, value in row.items()}
            for when, row in shares.items()
        }
    return found


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """Each doubt as a thing of its own."""
    found = outlook.facts(NAME)
    if ahead := found.get(FUTURE):
        yield _future(ahead)
    shares = found.get(UNKNOWN, {})
    for what in ("customer", "place"):
        if rise := _rise(shares, what):
            yield _unknown(what, *rise, minor=shares["now"][f"{what}_minor"])
    yield from _unconfirmed()


def title(kind: str, detail: Mapping[str, Any]) -> str:
    """What a doubt of that kind is called, from the facts of its detail."""
    if kind == FUTURE:
        words = ngettext(
            "%(n)d sale is dated in the future",
            "%(n)d sales are dated in the future",
            detail["rows"],
        )
        return words % {"n": detail["rows"]}
    if kind == UNCONFIRMED:
        return _("Check one day of %(file)s against its own total") % {"file": detail["file"]}
    words = {
        "customer": _("%(now)s of sales say no longer who bought"),
        "place": _("%(now)s of sales say no longer where they were made"),
    }[detail["what"]]
    return words % {"now": saying.share(detail["share"])}


def _future(ahead: dict[str, Any]) -> Suggestion:
    worth = ahead["minor"] if ahead["minor"] > 0 else None
    return Suggestion(
        kind=FUTURE,
        key=FUTURE,
        title=title(FUTURE, ahead),
        reason=_(
            "The last is of %(day)s. Until their dates are put right they count in none of your "
            "figures; priced at what they bring, once."
        )
        % {"day": saying.day(date.fromisoformat(ahead["last_on"]))},
        worth_minor=worth,
        low_minor=worth,
        high_minor=worth,
        minutes=10.0,
        action_label=_("See the import"),
        action_path=f"/sources/{ahead['import']}" if ahead["import"] else "/sources",
        detail={"signature": f"{ahead['rows']} {ahead['last_on']}", "rows": ahead["rows"]},
    )  # fmt: skip


def _rise(shares: dict[str, Any], what: str) -> tuple[float, float] | None:
    """The share of orders without ``what`` now and before, if it rose beyond doubt."""
    from regulars.science.intervals import wilson_difference

    now, before = shares.get("now"), shares.get("before")
    if not now or not before or min(now["orders"], before["orders"]) < _FEWEST:
        return None
    counts = (now[what], now["orders"], before[what], before["orders"])
    low, _high = wilson_difference(*counts)
    if float(low) <= _RISE:
        return None
    return counts[0] / counts[1], counts[2] / counts[3]


def _unknown(what: str, now: float, before: float, *, minor: int) -> Suggestion:
    detail = {"what": what, "share": now}
    said = {
        "before": saying.share(before),
        "money": saying.money(minor, businesses.get().currency),
    }
    return Suggestion(
        kind=UNKNOWN,
        key=f"{UNKNOWN}:{what}",
        title=title(UNKNOWN, detail),
        reason=_(
            "In the twelve weeks before it was %(before)s. A column may be read wrongly, or a till "
            "set up anew. %(money)s of the last four weeks hang on it: no money is lost, but whom "
            "or where it came from is."
        )
        % said,
        worth_minor=None,
        low_minor=None,
        high_minor=None,
        minutes=15.0,
        action_label=_("See the imports"),
        action_path="/sources",
        detail=detail,
    )


def _unconfirmed() -> Iterator[Suggestion]:
    runs = standing().filter(kind="sales").exclude(shape="").order_by()
    for shape in sorted(set(runs.values_list("shape", flat=True))):
        known = SHAPES.get(shape)
        if known is None or known.verified:
            continue
        latest = runs.filter(shape=shape).order_by("-pk").values_list("pk", flat=True)[0]
        yield Suggestion(
            kind=UNCONFIRMED,
            key=f"{UNCONFIRMED}:{shape}",
            title=title(UNCONFIRMED, {"file": known.title}),
            reason=_(
                "Your sales are read from this kind of file, and how it is laid out is known "
                "from a single witness, not from the vendor. One day that agrees is enough."
            ),
            worth_minor=None,
            low_minor=None,
            high_minor=None,
            minutes=5.0,
            action_label=_("See the import"),
            action_path=f"/sources/{latest}",
            detail={"lasting": True, "file": known.title},
        )
