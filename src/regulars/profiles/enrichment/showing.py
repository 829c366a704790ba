"""What enrichments say beside a person and beside a day, joined when somebody looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.accounts.actors import Actor
from regulars.profiles.enrichment.keeping import POSTCODE, as_json
from regulars.profiles.enrichment.postcodes import normalise, wider
from regulars.profiles.models import EnrichedDay, EnrichedPlace, Enrichment, EnrichmentObjection


@dataclass(frozen=True, slots=True)
class Beside:
    """What one enrichment says of a person's postcode; ``postcode`` is the one it is said of.
    ``objected``: the person does not want it, so nothing is said."""

    enrichment: Enrichment
    postcode: str
    values: dict[str, str]
    objected: bool

    def as_json(self) -> dict[str, Any]:
        """As a program or an export gets it, with its origin, purpose and basis."""
        return {**as_json(self.enrichment), "postcode": self.postcode, "values": self.values,
                "objected": self.objected}  # fmt: skip


def beside_person(profile_id: int, postcodes: Iterable[str]) -> list[Beside]:
    """What is known of where a person lives: by the narrowest area each table has."""
    order = [one for text in postcodes if (code := normalise(text)) for one in wider(code)]
    if not order:
        return []
    objected = set(
        EnrichmentObjection.objects.filter(profile_id=profile_id).values_list(
            "enrichment_id", flat=True
        )
    )
    rows = EnrichedPlace.objects.filter(postcode__in=order, enrichment__kind=POSTCODE)
    narrowest: dict[int, EnrichedPlace] = {}
    for row in rows.select_related("enrichment"):
        known = narrowest.get(row.enrichment_id)
        if known is None or order.index(row.postcode) < order.index(known.postcode):
            narrowest[row.enrichment_id] = row
    return [
        Beside(row.enrichment, row.postcode, {} if number in objected else row.values,
               number in objected)
        for number, row in sorted(narrowest.items())
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day: the holiday's name, weather by name, and from whom."""

    on: date
    holiday: str
    weather: dict[str, str]
    publishers: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As programs get it."""
        return {"on": self.on.isoformat(), "holiday": self.holiday or None,
                "weather": self.weather, "publishers": list(self.publishers)}  # fmt: skip


def of_days(days: Iterable[date]) -> dict[date, Day]:
    """What is known of ``days``; those of which nothing is are left out."""
    rows = EnrichedDay.objects.filter(on__in=set(days)).select_related("enrichment")
    return _together(rows.order_by("on", "enrichment_id"))


def between(actor: Actor, first: date, last: date) -> list[Day]:
    """Each day of which something is known, in order. Needs ``imports.see``."""
    actor.require("imports.see")
    rows = EnrichedDay.objects.filter(on__gte=first, on__lte=last).select_related("enrichment")
    return list(_together(rows.order_by("on", "enrichment_id")).values())


def _together(rows: Iterable[EnrichedDay]) -> dict[date, Day]:
    found: dict[date, Day] = {}
    for row in rows:
        before = found.get(row.on, Day(row.on, "", {}, ()))
        values = dict(row.values)
        holiday = values.pop("holiday", "")
        found[row.on] = Day(
            row.on,
            before.holiday or holiday,
            {**values, **before.weather},
            tuple(dict.fromkeys((*before.publishers, row.enrichment.publisher))),
        )
    return found
