"""Background work that pages start, and where it stands."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path

from django.db.models import QuerySet

from regulars.accounts.actors import Actor
from regulars.insights import following
from regulars.jobs.models import Job
from regulars.jobs.queue import enqueue
from regulars.kernel import clock
from regulars.mart.contracts import fingerprint
from regulars.mart.tables import TABLES

_LAND, _REHEARSE = "sources.import", "sources.rehearse"
# What was counted holds for a while; other imports may land meanwhile.
_COUNT_HOLDS = timedelta(minutes=10)
# A refresh that failed is not begun anew by every look at the page.
_CATCHING_UP = timedelta(minutes=2)


def land(actor: Actor, import_id: int) -> None:
    """Land an import in the background, then bring figures up to date."""
    enqueue(
        _LAND,
        {"import_id": import_id, "member_id": actor.member_id},
        unique_key=_key(import_id),
    )


def refresh(actor: Actor) -> None:
    """Bring figures up to date in the background."""
    following.follow(actor.member_id)


def catch_up() -> bool:
    """Whether the mart was made by another version of the program; then it is made anew in the
    background, on the owner's behalf as no member asked for it."""
    from regulars.insights import figures

    held = figures.engine().snapshot().manifest.contract
    if not held or held == fingerprint(TABLES.values()):
        return False
    since = clock.now() - _CATCHING_UP
    if not is_refreshing() and not _refreshes().filter(queued_at__gte=since).exists():
        following.follow(None)
    return True


def landing(import_id: int) -> Job | None:
    """The latest job that lands this import, or ``None`` when a page started none."""
    return Job.objects.filter(unique_key=_key(import_id)).order_by("-pk").first()


def is_refreshing() -> bool:
    """Whether figures are being brought up to date, or wait for it."""
    return _refreshes().filter(finished_at=None, failed_at=None).exists()


def counting(
    actor: Actor, path: Path, place: int, kind: str | None, changes: dict[str, str]
) -> Job:
    """The job that counts what importing a table of ``path`` so would do, begun if need be."""
    asked = {"path": str(path), "place": place, "kind": kind, "changes": changes}
    mark = blake2b(json.dumps(asked, sort_keys=True).encode(), digest_size=12).hexdigest()
    key = f"{_REHEARSE} {mark}"
    since = clock.now() - _COUNT_HOLDS
    found = Job.objects.filter(unique_key=key, queued_at__gte=since).order_by("-pk").first()
    return found or enqueue(_REHEARSE, {**asked, "member_id": actor.member_id}, unique_key=key)


def _refreshes() -> QuerySet[Job]:
    return Job.objects.filter(unique_key=following.REFRESH)


def _key(import_id: int) -> str:
    return f"{_LAND} {import_id}"
