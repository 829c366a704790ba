"""What was found, for whoever may see figures: the rows of the run in force, with their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights.findings import words
from regulars.insights.models import Finding, FindingRun
from regulars.kernel.errors import WrongUse
from regulars.kernel.money import to_major

KINDS = ("trend", "sold_out", "association", "hour")


def latest() -> FindingRun | None:
    """The run in force, or ``None`` before the first."""
    return FindingRun.objects.filter(finished_at__isnull=False).order_by("pk").last()


def listing(
    actor: Actor,
    *,
    kinds: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return ``{"findings", "searches", "as_of"}``, by kind, the most money first. Needs
    ``metrics.see``.

    A finding has ``kind``, ``key``, ``title``, ``reason``, ``worth`` with ``low`` and ``high``
    (major units per 28 days, ``None`` where it has no price), ``unit`` and ``detail``. ``where``
    keeps those of a place, product, weekday or hour; a kind that knows no such thing is kept
    whole. A search says in ``sentence`` why there is nothing to tell. `WrongUse` for a kind that
    does not exist.
    """
    actor.require("metrics.see")
    for kind in kinds:
        if kind not in KINDS:
            said = {"name": kind[:40], "names": ", ".join(KINDS)}
            raise WrongUse(_("There is no finding called “%(name)s”, but: %(names)s.") % said)
    chosen = [kind for kind in KINDS if not kinds or kind in kinds]
    run = latest()
    rows = run.findings.filter(kind__in=chosen) if run else Finding.objects.none()
    kept = [row for row in rows if _matches(row, where or {})]
    kept.sort(key=lambda row: (chosen.index(row.kind), *_rank(row)))
    currency = businesses.get().currency
    return {
        "findings": [_row(row, currency) for row in kept],
        "searches": [_search(kind, run) for kind in chosen],
        "as_of": run.as_of if run else None,
    }


def _rank(row: Finding) -> tuple[float, float, str]:
    return -(row.worth_minor or 0), -float(row.detail.get("lift", 0)), row.key


def _row(row: Finding, currency: str) -> dict[str, Any]:
    def major(minor: int | None) -> float | None:
        return None if minor is None else float(to_major(minor, currency))

    return {
        "kind": row.kind,
        "key": row.key,
        "title": words.title(row.kind, row.detail),
        "reason": words.reason(row.kind, row.detail),
        "worth": major(row.worth_minor),
        "low": major(row.low_minor),
        "high": major(row.high_minor),
        "unit": currency,
        "detail": row.detail,
    }


def _search(kind: str, run: FindingRun | None) -> dict[str, Any]:
    search = run.searches.get(kind) if run else None
    return {
        "kind": kind,
        "state": search["state"] if search else "never",
        "asked": search.get("asked", 0) if search else 0,
        "found": search["found"] if search else 0,
        "sentence": words.search_words(kind, search),
    }


def _matches(row: Finding, where: Mapping[str, Sequence[str]]) -> bool:
    told = _told(row)
    return all(
        bool({str(value) for value in values} & told[name])
        for name, values in where.items()
        if name in told
    )


def _told(row: Finding) -> dict[str, set[str]]:
    """What a finding is about, by dimension."""
    detail = row.detail
    if row.kind == "trend":
        return {detail["thing"]: {detail["name"], detail["sku"] or detail["name"]}}
    if row.kind == "association":
        both = (detail["first"], detail["second"])
        return {"product": {one[name] for one in both for name in ("name", "sku") if one[name]}}
    if row.kind == "sold_out":
        return {
            "product": {detail["product"], detail["sku"] or detail["product"]},
            "place": {detail["place"]},
            "weekday": {str(detail["weekday"])},
        }
    return {
        "place": {detail["place"]},
        "weekday": {str(day) for day in detail["weekdays"]},
        "hour": {str(detail["hour"])},
    }
