from __future__ import annotations

import gzip
from pathlib import Path
from statistics import median

import pytest

from tests.house import source

SNIPPET = source.PACKAGE / "sources" / "intake" / "regulars.js"


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def below(suffix: str) -> list[Path]:
    return sorted(source.PACKAGE.rglob(f"*.{suffix}"))


def test_source_files_stay_small() -> None:
    sizes = {str(p.relative_to(source.PACKAGE)): lines(p) for p in source.python_files()}
    assert {name: size for name, size in sizes.items() if size > 500} == {}
    assert source.nine_tenths(list(sizes.values())) <= 250


def test_functions_stay_small() -> None:
    sizes = {
        f"{path.relative_to(source.PACKAGE)}:{node.lineno} {node.name}": (node.end_lineno or 0)
        - node.lineno
        + 1
        for path in source.python_files()
        for node in source.functions(path)
    }
    assert {name: size for name, size in sizes.items() if size > 60} == {}
    assert source.nine_tenths(list(sizes.values())) <= 25


def test_templates_stay_small() -> None:
    sizes = [lines(path) for path in below("html")]
    assert sizes, "no template found"
    assert source.nine_tenths(sizes) <= 60


def test_stylesheets_stay_small() -> None:
    sizes = [lines(path) for path in below("css")]
    assert sizes, "no stylesheet found"
    assert median(sizes) <= 80


def test_scripts_stay_small() -> None:
    # What foreign websites load is one file without a build step: it counts as it travels.
    ours = [path for path in below("js") if path != SNIPPET]
    assert {p.name: lines(p) for p in ours if lines(p) > 100} == {}


def test_what_websites_load_stays_light() -> None:
    assert len(gzip.compress(SNIPPET.read_bytes(), 9)) < 8 * 1024
    assert lines(SNIPPET) <= 600


@pytest.mark.parametrize(
    "forbidden", ["utils", "util", "helpers", "common", "misc", "manager", "service", "core"]
)
def test_no_module_is_named_for_nothing(forbidden: str) -> None:
    named = [
        path
        for path in source.PACKAGE.rglob("*.py")
        if forbidden in (path.stem, *path.relative_to(source.PACKAGE).parts[1:])
    ]
    assert named == []
