"""`/refresh` and `/jobs`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api import background
from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import ABSENT, FAILURES
from regulars.api.parameters import Number
from regulars.api.shapes import Job, Queued
from regulars.insights import following
from regulars.jobs.models import Job as Work
from regulars.kernel.errors import NotFound

router = Router()


@router.post("/refresh", response={202: Queued, **FAILURES})
def refresh(request: HttpRequest) -> HttpResponse:
    """Bring people, figures and scores up to date, in the background."""
    actor = actor_of(request)
    actor.require("refresh.run")
    return as_json({"job": background.as_json(background.queue(actor))}, status=202)


@router.get("/jobs/{job_id}", response={200: Job, **ABSENT})
def show_job(request: HttpRequest, job_id: Number) -> HttpResponse:
    """Where background work stands that a request or a page asked for."""
    actor_of(request).require("imports.see")
    names = (background.IMPORT, following.REFRESH, background.MAIL)
    job = Work.objects.filter(pk=job_id, name__in=names).first()
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    return as_json(background.as_json(job))
