"""One run of all searches, kept as rows; the run before makes way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.db import transaction

from regulars.insights.findings import losing, selling_out, together, trending
from regulars.insights.findings.found import Search
from regulars.insights.findings.ledger import Ledger
from regulars.insights.models import Finding, FindingRun
from regulars.kernel import clock
from regulars.mart.engine import Engine

SEARCHES: dict[str, Callable[[Ledger], Search]] = {
    "trend": trending.find,
    "sold_out": selling_out.find,
    "association": together.find,
    "hour": losing.find,
}
MOST_KEPT = 100


def find_everything(folder: Path, *, as_of: date | None, currency: str, zone: str) -> FindingRun:
    """Search the mart at ``folder`` and put what was found in force."""
    run = FindingRun.objects.create(as_of=as_of)
    searches = {} if as_of is None else _searched(folder, as_of, currency, zone)
    rows = [
        Finding(
            run=run,
            kind=one.kind,
            key=one.key[:200],
            worth_minor=one.worth_minor,
            low_minor=one.low_minor,
            high_minor=one.high_minor,
            detail=one.detail,
        )
        for search in searches.values()
        for one in search.found[:MOST_KEPT]
    ]
    run.searches = {
        kind: {"state": search.state, **search.about, "found": len(search.found)}
        for kind, search in searches.items()
    }
    run.finished_at = clock.now()
    with transaction.atomic():
        Finding.objects.bulk_create(rows)
        run.save()
    # Readers use the latest finished run.
    with transaction.atomic():
        FindingRun.objects.filter(pk__lt=run.pk).delete()
    return run


def _searched(folder: Path, as_of: date, currency: str, zone: str) -> dict[str, Search]:
    engine = Engine(folder)
    try:
        ledger = Ledger(engine.snapshot(), as_of=as_of, currency=currency, zone=zone)
        return {kind: search(ledger) for kind, search in SEARCHES.items()}
    finally:
        engine.close()
