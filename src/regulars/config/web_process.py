"""The web process: one Granian worker, a few threads. ``python -m regulars.config.web_process``"""

from __future__ import annotations

import gc
import sys

from regulars.jobs.processes import environment_of_child, follow_parent

# Python runs one thread at a time and a page takes a few milliseconds: more threads only hold
# memory. The backpressure counts open connections, idle ones too: at 32 six open browsers, each
# with six connections kept alive, shut everybody else out (tried). Requests queue for the threads.
_THREADS = 4
_BACKPRESSURE = 512
_TARGET = "regulars.config.web_process:load"


def main(host: str, port: int) -> None:
    """Serve until SIGTERM."""
    follow_parent()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        _TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        blocking_threads=_THREADS,
        backpressure=_BACKPRESSURE,
        runtime_blocking_threads=_THREADS,
        websockets=False,
        workers_kill_timeout=2,
        log_level=LogLevels.warning,
    )
    server.on_startup(_mark_parent)
    server.serve()


def _mark_parent() -> None:
    """Let the process that Granian starts follow this one, as this one follows the supervisor."""
    import os

    os.environ.update(environment_of_child())


def load() -> object:
    """Return the application; called in the process that serves."""
    follow_parent()
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    # Most of what pages need, loaded while the tables are made; `wsgi` looks at what was prepared.
    import regulars.config.urls  # noqa: F401
    from regulars.config.starting import wait_until_prepared

    wait_until_prepared()
    from regulars.config.wsgi import application

    settle()
    return application


def settle() -> None:
    """Take what was loaded for good out of what the garbage collector looks through. A page with
    thousands of events else waits a tenth of a second for it, one time in ten (measured by
    ``benchmarks.person_page``)."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
