"""What `regulars doctor` looks at on this floor."""

from __future__ import annotations

from datetime import timedelta

from regulars.jobs.doctor import Check, register
from regulars.kernel import clock
from regulars.sources.models import Import, QuarantinedRow


@register
def imports() -> Check:
    """Imports that were cut off, and rows that wait to be mended."""
    before = clock.now() - timedelta(hours=1)
    cut_off = Import.objects.filter(finished_at=None, started_at__lt=before).order_by("pk")
    unfinished = list(cut_off.values_list("pk", flat=True))
    waiting = QuarantinedRow.objects.filter(resolution="", of_import__undo=None).count()
    said = f"{len(unfinished)} imports are unfinished, {waiting} rows wait in quarantine."
    advice = " Import the same file again: it goes on where it stopped." if unfinished else ""
    detail = {"unfinished": unfinished, "quarantined": waiting}
    return Check("imports", not unfinished, said + advice, detail)
