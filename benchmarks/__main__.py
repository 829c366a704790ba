"""Runs every benchmark in a process of its own and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import benchmarks

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Written by `make bench`; every figure below came out of that one run. A bar that is not met says so.
"""


def names() -> list[str]:
    """The benchmarks there are: every public module of this package."""
    found = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def measure(name: str) -> dict[str, Any]:
    """Run one benchmark; its answer, with how long it took."""
    began = time.monotonic()
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    answer["seconds"] = round(time.monotonic() - began, 1)
    return answer


def page(answers: list[dict[str, Any]]) -> str:
    """The page for all answers."""
    parts = [_HEAD]
    for answer in answers:
        parts.append(f"## {answer['name']}\n")
        machine = ", ".join(f"{key} {value}" for key, value in answer["machine"].items())
        command = f"`python -m benchmarks.{answer['module']}`"
        parts.append(f"{command}, {answer['seconds']} s; {machine}\n")
        parts.append("| what | measured | bar | |\n| --- | ---: | ---: | --- |")
        parts += [_line(one) for one in answer["results"]]
        parts.append("")
    return "\n".join(parts)


def _line(one: dict[str, Any]) -> str:
    value = "not measured" if one["value"] is None else f"{one['value']:,.5g} {one['unit']}".strip()
    bar = "" if one.get("bar") is None else f"{one['bar']:,.6g}"
    verdict = {True: "met", False: "**not met**", None: ""}[one.get("met")]
    return f"| {one['what']} | {value} | {bar} | {verdict} |"


def main() -> None:
    """Run all benchmarks, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which ones; all without")
    chosen = parser.parse_args().names or names()
    # An installed program finds its modules compiled; so does this one from its second start on.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    answers = []
    for name in chosen:
        print(f"{name} …", file=sys.stderr, flush=True)
        answers.append({**measure(name), "module": name})
    if chosen == names():
        PAGE.write_text(page(answers), "utf-8")
    print(page(answers))


if __name__ == "__main__":
    main()
