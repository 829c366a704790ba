"""Background work of sources: counting what a large file would do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from regulars.accounts.actors import of_member
from regulars.accounts.models import Member
from regulars.jobs.registry import Wanted, follower, job, listener
from regulars.jobs.ticker import Every, schedule

_TOLD = (
    "table", "rows_read", "landed", "unchanged", "quarantined", "repeated", "reasons", "rejected",
)  # fmt: skip

# Webhooks tell at once; asking finds what they missed.
_PULL_MINUTES = 15
_LOOK_MINUTES = 60


@job("sources.rehearse", in_child=True, max_attempts=2)
def rehearse(
    *, path: str, place: int, kind: str | None, changes: dict[str, str], member_id: int
) -> dict[str, Any]:
    """Count what importing one table of a file would do; writes nothing.

    ``place`` is the table's among those of the file, ``changes`` what is changed in its mapping.
    """
    from regulars.accounts import business
    from regulars.sources import rehearsal
    from regulars.sources.candidates import look

    actor = of_member(Member.objects.get(pk=member_id, is_active=True), "job")
    candidate = look(Path(path), business.get(), kind=kind)[place]
    candidate.mapping = candidate.mapping.changed(candidate.table.columns, changes)
    found = rehearsal.rehearse_candidate(actor, candidate)
    return {name: found[name] for name in _TOLD}


@job("sources.pull", in_child=True, max_attempts=4)
def pull(*, source_id: int) -> dict[str, Any]:
    """Ask one source's vendor what is new; goes on later where the vendor or the time says so."""
    from regulars.sources.connectors import pulling

    said = pulling.pull(source_id)
    if said.again_in_seconds is not None:
        pulling.enqueue_pull(source_id, in_seconds=said.again_in_seconds)
    return {"kept": said.kept, "pages": said.pages, "problem": said.problem}


@job("sources.replay", in_child=True, max_attempts=4)
def replay(*, source_id: int, member_id: int) -> dict[str, Any]:
    """Read what is kept of one source once more, as far as nobody did it yet."""
    from regulars.sources import reading_hooks

    actor = of_member(Member.objects.get(pk=member_id), "job")
    return {"read": reading_hooks.go_on(actor, source_id)}


@job("sources.fold_anew", max_attempts=6)
def fold_anew(*, import_id: int) -> dict[str, Any]:
    """Finish the undo of a month of messages whose process was killed."""
    from regulars.sources import imports

    imports.fold_again(import_id)
    return {}


@job("sources.look_for_doubts", in_child=True, max_attempts=2)
def look_for_doubts() -> dict[str, Any]:
    """Find what looks wrong in the data."""
    from regulars.sources.cleaning import finding

    return dict(finding.look())


@job("sources.look_again", max_attempts=2)
def look_again(*, due_at: str) -> dict[str, Any]:
    """Queue the search for doubts where messages come in; after a file it is queued at once."""
    from regulars.jobs.queue import enqueue

    enqueue("sources.look_for_doubts", unique_key="sources.look_for_doubts")
    return {}


def _look_times() -> list[Every]:
    from regulars.sources.models import Source

    since = Source.objects.exclude(write_key=None).order_by("created_at").first()
    return [Every(_LOOK_MINUTES, since.created_at)] if since is not None else []


@job("sources.pull_all", max_attempts=2)
def pull_all(*, due_at: str) -> dict[str, Any]:
    """Queue a pull for every source that can be asked."""
    from regulars.sources.connectors import pulling

    return {"sources": pulling.enqueue_all()}


def _pull_times() -> list[Every]:
    from regulars.sources.connectors import pulling

    since = pulling.first_added_at()
    return [Every(_PULL_MINUTES, since)] if since is not None else []


schedule("sources.pull_all", times=_pull_times, patience=timedelta(hours=1))

schedule("sources.look_again", times=_look_times, patience=timedelta(hours=1))


@follower
def land() -> int:
    """Turn what sources sent into facts."""
    from regulars.sources.intake.landing import land_waiting

    return land_waiting()


@follower
def age() -> int:
    """Let go of records whose days are over."""
    from regulars.sources.intake.ageing import purge_now_and_then

    return purge_now_and_then()


@listener
def listened_to() -> Iterable[Wanted]:
    """Listen to every source that sends over an open connection."""
    from regulars.sources.connectors import listening

    return listening.wanted()
