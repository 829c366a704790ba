"""What has to be in order before anything is served: ``python -m regulars.config.preparing``"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """Bring the tables up to date, end a restore that was cut off, give static files their hashed
    names; returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django
    from django.conf import settings
    from django.db import DatabaseError

    django.setup()
    from regulars.config import static_files
    from regulars.jobs.migrations_due import migrate_if_due
    from regulars.jobs.restoring import settle_interrupted

    # WhiteNoise warns at every start of a folder that is not there.
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    static_files.make()
    try:
        migrate_if_due()
        settle_interrupted()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        sys.stderr.write(f"regulars: The database cannot be used, nothing was started: {reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
