"""Background work of this floor."""

from __future__ import annotations

from regulars.jobs.outbox import JOB
from regulars.jobs.registry import job


# In a child: a mail server that does not answer must not keep the worker from its other work.
@job(JOB, in_child=True)
def look_after_outbox() -> dict[str, int]:
    """Send what is due in the outbox."""
    from regulars.jobs.delivering import deliver

    return deliver()
