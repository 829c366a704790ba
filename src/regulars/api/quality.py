"""`/quality`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import FAILURES
from regulars.api.shapes_of_places import Quality

router = Router()


@router.get("/quality", response={200: Quality, **FAILURES})
def show_quality(request: HttpRequest) -> HttpResponse:
    """Is the data good enough to trust: what is wrong, what it costs, where it is mended."""
    from regulars.insights import quality

    return as_json(quality.quality(actor_of(request)))
