"""Background work that a request asks for."""

from __future__ import annotations

from typing import Any

from regulars.accounts.actors import Actor
from regulars.insights import following
from regulars.jobs import queue as jobs
from regulars.jobs.models import Job

IMPORT, MAIL = "sources.import", "insights.weekly_mail"


def queue(actor: Actor) -> Job:
    """Queue a refresh; one that waits already does for both."""
    return following.follow(actor.member_id)


def queue_import(actor: Actor, import_id: int) -> Job:
    """Queue the landing of an import that has begun; the figures follow by themselves."""
    arguments = {"import_id": import_id, "member_id": actor.member_id}
    return jobs.enqueue(IMPORT, arguments, unique_key=f"{IMPORT} {import_id}")


def as_json(job: Job) -> dict[str, Any]:
    """A job as the API shows it."""
    return {
        "id": job.pk,
        "name": job.name,
        "state": job.state,
        "queued_at": job.queued_at,
        "started_at": job.started_at,
        "ended_at": job.finished_at or job.failed_at,
        "failure": job.failure or None,
        "result": job.result,
    }
