"""Opens a data folder in this process."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

from regulars.kernel.errors import WrongUse


def open_folder(folder: str | PathLike[str] | None) -> Path:
    """Start the application on ``folder`` (``None``: as the environment says) and return it.

    `WrongUse` when this process has opened another folder already.
    """
    from django.conf import settings

    wanted = Path(folder).expanduser().absolute() if folder is not None else None
    # A notebook runs inside an event loop; each cell still waits for its answer.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    if not settings.configured:
        if wanted is not None:
            os.environ["REGULARS_DATA"] = str(wanted)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    opened = Path(settings.DATA_FOLDER)
    if wanted is not None and wanted.resolve() != opened.resolve():
        raise WrongUse(f"This process has opened {opened}; start another one for {wanted}.")
    _start()
    return opened


def _start() -> None:
    import django

    django.setup()
    from regulars.jobs.migrations_due import migrate_if_due

    migrate_if_due()
