"""Where everything of one business lies on disk."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def data_folder() -> Path:
    """Return the folder that ``REGULARS_DATA`` names (default ``./regulars-data``), made if new.

    The folder is readable by its owner only: it holds customers' names and addresses.
    """
    folder = Path(os.environ.get("REGULARS_DATA") or "regulars-data").expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret_key(folder: Path) -> str:
    """Return the installation's secret, drawn once and kept in ``secret.key`` (mode 0600)."""
    path = folder / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _settled(path)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    return _settled(path)


def _settled(path: Path) -> str:
    # Another process may be between creating the file and writing it.
    for _ in range(1000):
        text = path.read_text(encoding="ascii").strip()
        if text:
            return text
    raise RuntimeError(f"{path} is empty; delete it to draw a new secret")
