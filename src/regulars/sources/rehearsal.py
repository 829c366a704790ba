"""A dry run: the whole import, row by row, without writing anything."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.kernel import clock
from regulars.sources.candidates import Candidate, context_of, look, preview
from regulars.sources.files.apart import apart
from regulars.sources.files.mapping import compile_reader
from regulars.sources.imports import lander_of
from regulars.sources.landing import remarks
from regulars.sources.landing.orders import OrderLander
from regulars.sources.landing.run import batches
from regulars.sources.models import Import

# Numbers of imports that exist are above zero.
_NO_IMPORT = 0
_SHOWN_REJECTS = 20
_COUNTED = ("rows_read", "landed", "unchanged", "quarantined", "repeated")
_NOTHING: dict[str, Any] = {
    "id": None,
    "dry_run": True,
    **dict.fromkeys(_COUNTED, 0),
    "seconds": 0.0,
    "reasons": {},
}


def rehearse(
    actor: Actor,
    path: Path,
    *,
    kind: str | None = None,
    changes: dict[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Say what importing ``path`` would do: counts, reasons, the first rows, the rejected ones."""
    actor.require("imports.run")
    candidates = look(path, businesses.get(), kind=kind, changes=changes)
    return [rehearse_candidate(actor, candidate) for candidate in candidates]


def rehearse_candidate(actor: Actor, candidate: Candidate) -> dict[str, Any]:
    """Say what importing one table of a file would do, read as ``candidate`` says."""
    actor.require("imports.run")
    business = businesses.get()
    if candidate.missing:
        return {**candidate.as_json(), **_NOTHING, "rejected": [], "rows": []}
    run = Import(id=_NO_IMPORT, kind=candidate.mapping.kind)
    reader = apart(
        candidate.table,
        candidate.mapping,
        compile_reader(candidate.table, candidate.mapping, context_of(business)),
    )
    lander = lander_of(run, candidate.mapping)
    lander.is_rehearsal = True
    whole = isinstance(lander, OrderLander) and lander.is_complete
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    rejects: list[dict[str, Any]] = []
    seen: remarks.Remarks = {}
    columns, fields, now = candidate.table.columns, candidate.mapping.fields, clock.now()
    for batch in batches(candidate.table, reader, start=0, whole_orders=whole):
        seen = remarks.counted(
            seen, batch.records, batch.cells,
            columns=columns, fields=fields, home=business.currency, now=now,
        )  # fmt: skip
        prepared = lander.prepare(batch.records)
        outcome = prepared.outcome
        outcome.rejected += batch.rejected
        counts["rows_read"] += batch.row_count
        counts["landed"] += outcome.landed
        counts["unchanged"] += outcome.unchanged
        counts["repeated"] += outcome.repeated
        counts["quarantined"] += len(outcome.rejected)
        reasons.update(row.reason for row in outcome.rejected)
        for row in outcome.rejected[: _SHOWN_REJECTS - len(rejects)]:
            rejects.append({"row": row.row_no, "reason": row.reason, "message": row.message})
    said = candidate.as_json()
    told = remarks.sentences(seen, business.currency)
    return {
        **said,
        **_NOTHING,
        "notes": [*said["notes"], *told],
        **{name: counts[name] for name in _COUNTED},
        "reasons": dict(reasons),
        "rejected": rejects,
        "rows": preview(candidate, business),
    }
