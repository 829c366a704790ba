"""Static files under hashed names, which browsers may keep for ever: made once per version."""

from __future__ import annotations

import fcntl
from hashlib import blake2b
from pathlib import Path

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

_STAMP = "made-of.txt"


class HashedFiles(ManifestStaticFilesStorage):
    """Names carry a hash of the content once `make` has run; before, in tests and commands, they
    are plain, and WhiteNoise finds the files in the packages."""

    def stored_name(self, name: str) -> str:
        """The hashed name of ``name``."""
        return str(super().stored_name(name)) if self.hashed_files else name


def make() -> bool:
    """Make the hashed files anew where the packages hold others; whether that was needed.

    Processes that start together wait for the one that does it.
    """
    from django.conf import settings
    from django.core.management import call_command

    stamp, now = Path(settings.STATIC_ROOT) / _STAMP, _digest()
    with (Path(settings.DATA_FOLDER) / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.is_file() and stamp.read_text(encoding="ascii") == now:
            return False
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        _pack(Path(settings.STATIC_ROOT))
        # Last, so that work that was cut off is done again.
        stamp.write_text(now, encoding="ascii")
    return True


def _pack(folder: Path) -> None:
    """Put a packed twin beside each file that gains by it; WhiteNoise sends it where it may."""
    from whitenoise.compress import Compressor  # type: ignore[import-untyped]

    packer = Compressor(use_brotli=False, quiet=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and packer.should_compress(path.name):
            packer.compress(str(path))


def _digest() -> str:
    """A digest of every static file of the packages."""
    from django.contrib.staticfiles.finders import get_finders

    seen = blake2b(digest_size=16)
    for finder in get_finders():
        for path, storage in finder.list([]):
            seen.update(path.encode())
            with storage.open(path) as file:
                seen.update(file.read())
    return seen.hexdigest()
