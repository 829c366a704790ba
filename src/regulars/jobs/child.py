"""Does one heavy job and ends: ``python -m regulars.jobs.child JOB ATTEMPT``."""

from __future__ import annotations

import os
import signal
import sys

from regulars.jobs.processes import follow_parent, identity


def main(job_id: int, attempt: int) -> None:
    """Take the lease over from the worker that started this process, and do the job."""
    # Ctrl-C reaches every process of a terminal; the worker decides when this one stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    follow_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    from regulars.jobs.models import Job
    from regulars.jobs.performing import Stopping, perform
    from regulars.jobs.queue import hand_over

    job = Job.objects.filter(pk=job_id, attempts=attempt).first()
    if job is None or not hand_over(job, identity()):
        return

    def stop(*_: object) -> None:
        raise Stopping

    try:
        signal.signal(signal.SIGTERM, stop)
        perform(job)
    except Stopping:
        pass


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
