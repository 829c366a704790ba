"""Whether pages can be served: asked by the supervisor, by monitors and by load balancers."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from regulars.jobs.migrations_due import is_due

_seen: set[str] = set()


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 ``{"status": "ok"}`` when the database answers and has this version's tables.

    503 with a reason otherwise. The tables are looked at until they were right once: they change
    only with the program, which starts this process anew.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if "tables" not in _seen and is_due():
            return _unready("The database's tables are being brought up to date.")
    except DatabaseError:
        return _unready("The database does not answer.")
    _seen.add("tables")
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def _unready(reason: str) -> JsonResponse:
    return JsonResponse(
        {"status": "unready", "reason": reason},
        status=503,
        headers={"Cache-Control": "no-store", "Retry-After": "1"},
    )
