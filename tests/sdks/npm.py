"""The SDKs from npm, installed once for each state of the lock file, outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
_FILES = ("package.json", "package-lock.json")


def folder() -> Path:
    """The folder that holds ``node_modules``; fails a build and skips elsewhere without npm."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _FILES)).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    wanted = cache / "regulars-tests" / f"sdks-{digest[:16]}"
    if not (wanted / "node_modules").is_dir():
        _install(wanted)
    return wanted


def _install(wanted: Path) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _give_up("Node.js and npm are not installed; on Debian: apt-get install nodejs npm")
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wanted.parent) as scratch:
        for name in _FILES:
            shutil.copy(HERE / name, scratch)
        command = [npm, "ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        if done.returncode:
            _give_up("npm could not install the SDKs, so they cannot be tried: "
                     + done.stderr.strip()[-500:])  # fmt: skip
        try:
            Path(scratch, "node_modules").rename(_made(wanted) / "node_modules")
        except OSError:
            # Another run was faster: what it put there is the same.
            assert (wanted / "node_modules").is_dir()


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _give_up(sentence: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)
