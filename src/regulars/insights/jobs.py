"""Background work around figures: land an import and bring everything up to date."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from regulars.accounts.actors import Actor, of_member, owner
from regulars.accounts.models import Member
from regulars.insights import following, mail_wishes
from regulars.jobs.registry import job
from regulars.jobs.ticker import schedule


@job("sources.import", in_child=True)
def land_import(*, import_id: int, member_id: int | None) -> dict[str, Any]:
    """Land an import to its end, then have the figures follow (once for several imports)."""
    from regulars.sources import imports

    run = imports.go_on(_actor(member_id), import_id)
    following.follow(member_id)
    return imports.as_json(run)


@job(following.REFRESH, in_child=True, after_restore={"member_id": None, "rebuild": True})
def refresh_figures(*, member_id: int | None, rebuild: bool = False) -> dict[str, Any]:
    """Bring people, figures and scores up to date, and let go of files that are done with."""
    from regulars.insights import refresh

    done = refresh.refresh(_actor(member_id), rebuild=rebuild)
    return {"as_of": str(done.get("as_of") or ""), "copies_removed": _drop_copies()}


def _drop_copies() -> int:
    """Remove kept copies of files whose imports have ended and of which no row waits.

    They hold people's names and addresses, and nothing reads them any more.
    """
    from django.conf import settings

    from regulars.sources.models import Import

    folder = Path(settings.DATA_FOLDER) / "imports"
    removed = 0
    kept = Import.objects.filter(is_kept_copy=True, path__startswith=f"{folder.name}/").order_by()
    for path in kept.values_list("path", flat=True).distinct():
        copy = folder.parent / path
        if copy.exists() and not _is_needed(path, copy):
            shutil.rmtree(copy.parent, ignore_errors=True)
            removed += 1
    return removed


def _is_needed(path: str, copy: Path) -> bool:
    from regulars.sources import quarantine
    from regulars.sources.files.reading import open_tables
    from regulars.sources.models import Import

    runs = Import.objects.filter(path=path)
    if runs.filter(finished_at=None).exists():
        return True
    if quarantine.waiting().filter(of_import__in=runs).exists():
        return True
    taken = set(runs.values_list("table_name", flat=True))
    return bool({table.name for table in open_tables(copy)} - taken)


def _actor(member_id: int | None) -> Actor:
    """Whoever started the work; the owner where a page did not."""
    member = Member.objects.filter(pk=member_id or 0, is_active=True).first()
    return of_member(member, "job") if member else owner("job")


@job(mail_wishes.JOB, in_child=True)
def put_weekly_mail(*, due_at: str = "", member_id: int | None = None) -> dict[str, Any]:
    """Put the weekly mail in the outbox: of the occasion ``due_at``, or now because a member
    asked."""
    from regulars.insights import weekly

    if due_at:
        return weekly.put_due(datetime.fromisoformat(due_at))
    return weekly.put_now(_actor(member_id))


schedule(mail_wishes.JOB, times=mail_wishes.times)


@job("insights.edit_many")
def edit_many(*, edit_id: int, member_id: int | None) -> dict[str, Any]:
    """Carry out a change to many people."""
    from regulars.insights import bulk_edits

    bulk_edits.carry_out(_actor(member_id), edit_id)
    return {"edit_id": edit_id}


@job("insights.undo_many")
def undo_many(*, edit_id: int) -> dict[str, Any]:
    """Put back what a change to many people did."""
    from regulars.profiles.viewing import bulk

    bulk.restore(edit_id)
    return {"edit_id": edit_id}
