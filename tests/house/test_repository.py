from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from tests.house import source

# Written in halves, so that this file does not hold what it looks for.
_ADDRESSES = [
    r"https?://[^\s\"']*/simp" r"le(/|\b)",
    r"--(extra-)?index-" r"url",
    r"--find-" r"links[ =]",
    r"\"resol" r"ved\": *\"",
    r"^ *regis" r"try *=",
    r"files\.python" r"hosted\.org",
]
_UNFINISHED = [
    r"\bTO" r"DO\b",
    r"\bFIX" r"ME\b",
    r"\bXX" r"X\b",
    r"lor" r"em ips",
    r"coming so" r"on",
]
_CREDITS = [r"Co-Auth" r"ored-By", r"[Gg]enerated wi" r"th"]


def texts() -> list[tuple[str, str]]:
    read = []
    for path in source.tracked_files():
        data = path.read_bytes()
        if b"\0" not in data:
            read.append((str(path.relative_to(source.ROOT)), data.decode("utf-8", "replace")))
    return read


def hits(pattern: str) -> list[str]:
    wanted = re.compile(pattern, re.M)
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1}"
        for name, text in texts()
        if name != "LICENSE"
        for found in wanted.finditer(text)
    ]


@pytest.mark.parametrize("pattern", [*_ADDRESSES, *_UNFINISHED, *_CREDITS])
def test_nothing_unwanted_is_tracked(pattern: str) -> None:
    assert hits(pattern) == []


def test_no_path_of_this_machine_is_tracked() -> None:
    # A clone right below the folder for scratch files stands where every test may write.
    here = [one for one in (source.ROOT.parent, source.ROOT) if one != Path(tempfile.gettempdir())]
    if Path.home() != Path("/"):
        here.append(Path.home())
    assert [hit for place in here for hit in hits(re.escape(f"{place}/"))] == []


def test_no_data_set_is_tracked(shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("no shared data beside the repository")
    sizes = {p.stat().st_size for p in shared_data.rglob("*") if p.is_file()} - {0}
    large = [p for p in source.tracked_files() if p.stat().st_size > 20_000]
    assert [p for p in large if p.stat().st_size in sizes and p.suffix in (".csv", ".gz")] == []


def test_shell_scripts_are_sound() -> None:
    text = (source.ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
