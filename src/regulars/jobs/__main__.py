"""Runs one worker: ``python -m regulars.jobs``."""

from __future__ import annotations

import os

from regulars.jobs.processes import follow_parent


def main() -> None:
    """Load the application and work until told to stop."""
    follow_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    from regulars.jobs.worker import Worker

    Worker().run()


if __name__ == "__main__":
    main()
