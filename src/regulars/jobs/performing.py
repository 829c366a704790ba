"""Does one job under its lease and settles it, whatever happens."""

from __future__ import annotations

import logging

from regulars.jobs.models import Job
from regulars.jobs.processes import identity
from regulars.jobs.queue import LEASE_SECONDS, done, fail, give_back, postpone, renew, take
from regulars.jobs.registry import kind_of
from regulars.jobs.renewing import renewing
from regulars.kernel.errors import Busy, NoRoom, RegularsError

_log = logging.getLogger(__name__)
_LONGEST_FAILURE = 2000


class Stopping(BaseException):
    """Raised inside a running job when its process has to end; the job goes back to the queue."""


def perform(job: Job, lease_seconds: float = LEASE_SECONDS) -> None:
    """Do ``job`` in this process and settle it. Only `Stopping` gets out.

    What is busy is tried again in a second, a full disk and an unforeseen error with growing
    pauses; a request that is wrong in itself fails at once.
    """
    try:
        kind = kind_of(job.name)
    except LookupError as error:
        fail(job, str(error), may_retry=False)
        return
    with renewing(lambda: renew(job, lease_seconds), lease_seconds / 3):
        try:
            result = kind.function(**job.arguments)
        except Stopping:
            give_back(job)
            raise
        except Busy:
            postpone(job)
        except RegularsError as error:
            fail(job, error.message, may_retry=isinstance(error, NoRoom))
        except Exception as error:
            _log.exception("job %s (%s) failed", job.pk, job.name)
            fail(job, f"{type(error).__name__}: {error}"[:_LONGEST_FAILURE])
        else:
            if not done(job, result):
                _log.warning("job %s (%s) outlived its lease", job.pk, job.name)


def drain() -> int:
    """Do every job that is due, in this process, until none is left; returns how many."""
    me = identity()
    count = 0
    while (job := take(me)) is not None:
        perform(job)
        count += 1
    return count
