from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands import Nursery
from tests.house import source

_FENCE = re.compile(
    r"(?P<not_run><!-- not run -->\s*\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.M | re.S
)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@dataclass(frozen=True)
class Step:
    """One command with the output that its page shows, or one piece of Python."""

    line: int
    command: list[str]
    shell_text: str
    shown: list[str]


def pages() -> list[Path]:
    return [
        source.ROOT / "README.md",
        *sorted(p for p in (source.ROOT / "docs").rglob("*.md") if "decisions" not in p.parts),
    ]


def steps(page: Path) -> list[Step]:
    text = page.read_text(encoding="utf-8")
    found: list[Step] = []
    for fence in _FENCE.finditer(text):
        line = text.count("\n", 0, fence.start("kind")) + 1
        if fence["not_run"]:
            continue
        if fence["kind"] == "console":
            found += console_steps(fence["body"], line)
        elif fence["kind"] == "python":
            found.append(Step(line, [sys.executable, "-"], fence["body"], []))
    return found


def console_steps(body: str, first_line: int) -> list[Step]:
    found: list[Step] = []
    for line, row in enumerate(body.splitlines(), first_line + 1):
        if row.startswith("$ "):
            found.append(Step(line, ["bash", "-euo", "pipefail", "-s"], row[2:] + "\n", []))
        elif row.startswith("> ") and found:
            last = found.pop()
            found.append(Step(last.line, last.command, last.shell_text + row[2:] + "\n", []))
        elif found and row.strip():
            found[-1].shown.append(row.rstrip())
    return found


def shows(printed: str, shown: list[str]) -> bool:
    """Whether ``shown`` stands in ``printed``, in order; an ellipsis stands for anything."""
    pattern = r"\s*\n\s*".join(re.escape(row.strip()).replace("…", ".*") for row in shown)
    return re.search(pattern, printed, re.S) is not None


def follow(page: Path, folder: Path, *programs: Path) -> None:
    """Type what ``page`` shows, with ``programs`` first on the path, and look at the answers."""
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    for step in steps(page):
        done = subprocess.run(
            step.command,
            input=step.shell_text,
            cwd=folder,
            env={**os.environ, "PATH": path, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        where = f"{page.name}:{step.line}: {step.shell_text}"
        assert done.returncode == 0, where + done.stdout + done.stderr
        assert shows(done.stdout, step.shown), where + done.stdout


INSTALLED = Path(sys.executable).parent


@pytest.mark.slow
def test_what_the_readme_shows_happens(tmp_path: Path, blank: Path) -> None:
    follow(source.ROOT / "README.md", tmp_path, INSTALLED)


@pytest.mark.slow(seconds=3)
@pytest.mark.parametrize("page", [*filter(steps, pages()[1:])], ids=lambda page: page.name)
def test_what_the_page_shows_happens(
    page: Path, tmp_path: Path, ready: Path, nursery: Nursery
) -> None:
    follow(page, tmp_path, nursery.programs, INSTALLED)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [link for link in _LINK.findall(text) if not (page.parent / link).exists()] == []


def test_the_tutorial_runs_something() -> None:
    assert sum(len(steps(page)) for page in pages()) > 0, "no page shows a command that is run"
