"""What a search found in the sales: products that sell out or change, hours that lose people. That
two products go together asks for nothing by itself; it waits on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import saying
from regulars.insights.findings import reading, words
from regulars.insights.models import Finding
from regulars.insights.suggestions.shape import UNPRICED, Worth
from regulars.kernel.declarations import Suggestion

PAGE = "/insights/products"
MOST_OF_A_KIND = 5
_MINUTES = {"sold_out": 5.0, "trend": 5.0, "hour": 20.0}


def sold_out(actor: Actor) -> Iterator[Suggestion]:
    """Products that are gone before closing; worth what that lost in four weeks."""
    return _of_kind(actor, "sold_out")


def trends(actor: Actor) -> Iterator[Suggestion]:
    """Products and places that rise or fall; what falls is worth what it brings in less."""
    return _of_kind(actor, "trend")


def hours(actor: Actor) -> Iterator[Suggestion]:
    """Hours after which people stay away; worth the visits lost in four weeks."""
    return _of_kind(actor, "hour")


def _of_kind(actor: Actor, kind: str) -> Iterator[Suggestion]:
    run = reading.latest()
    if run is None or not actor.may("metrics.see"):
        return
    for row in run.findings.filter(kind=kind).order_by("-worth_minor", "key")[:MOST_OF_A_KIND]:
        yield _suggestion(row)


def _suggestion(row: Finding) -> Suggestion:
    said = words.reason(row.kind, row.detail)
    worth: Worth = (row.worth_minor, row.low_minor, row.high_minor)
    if row.kind == "trend" and row.detail["direction"] == "rising":
        # Good news that nobody earns by reading it.
        more = saying.money(row.worth_minor or 0, businesses.get().currency)
        said += " " + _(
            "It brings in about %(more)s more in four weeks; what acting on it would earn is not "
            "known."
        ) % {"more": more}
        worth = UNPRICED
    return Suggestion(
        kind=row.kind,
        key=row.key,
        title=title(row.kind, {"found": row.detail}),
        reason=said,
        worth_minor=worth[0],
        low_minor=worth[1],
        high_minor=worth[2],
        minutes=_MINUTES[row.kind],
        action_label=_("Look at it"),
        action_path=path_of(row),
        # A key of its own: what a search counted is not for Today to read as people of the shop.
        detail={"found": row.detail},
    )


def title(kind: str, detail: Mapping[str, Any]) -> str:
    """What a thing of that kind is called, from the facts of its detail."""
    return words.title(kind, detail["found"])


def path_of(row: Finding) -> str:
    """The page on which it stands, kept to what it is about."""
    detail = row.detail
    chosen = {
        "sold_out": {"product": detail.get("product"), "place": detail.get("place")},
        "trend": {detail.get("thing", ""): detail.get("name")},
        "hour": {"place": detail.get("place")},
    }[row.kind]
    asked = urlencode({name: value for name, value in chosen.items() if value})
    return f"{PAGE}?{asked}#{row.kind}" if asked else f"{PAGE}#{row.kind}"
