"""How the house tests see the source: its files, floors, functions."""

from __future__ import annotations

import ast
import math
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "regulars"


def python_files() -> list[Path]:
    """Every source file that a person wrote: migrations are written by Django."""
    return sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def floors() -> dict[str, int]:
    """Height of each floor above the ground, read from the layers contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers")
    return {
        name.strip(" ()"): height
        for height, line in enumerate(reversed(layers))
        for name in line.split("|")
    }


def floor_of(module: str) -> str | None:
    """The floor that ``module`` lies on, or None outside the house."""
    parts = module.split(".")
    return parts[1] if parts[0] == "regulars" and len(parts) > 1 else None


def tracked_files() -> list[Path]:
    """Files that are in the repository, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def nine_tenths(values: Sequence[int]) -> int:
    """The smallest value that nine tenths of ``values`` do not exceed; 0 of none."""
    return sorted(values)[math.ceil(0.9 * len(values)) - 1] if values else 0
