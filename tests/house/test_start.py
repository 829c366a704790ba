from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = [
    "ibis",
    "deltalake",
    "pandas",
    "scipy",
    "sklearn",
    "altair",
    "pyarrow",
    "duckdb",
    "numpy",
    "vl_convert",
]


def loaded_after(statement: str, **environment: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def cpu_seconds(*command: str, cwd: Path) -> float:
    before = os.times()
    subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    spent_user = after.children_user - before.children_user
    return spent_user + after.children_system - before.children_system


def test_help_answers_at_once(tmp_path: Path) -> None:
    program = str(Path(sys.executable).with_name("regulars"))
    # The best of five: the first run may still be writing byte code.
    assert min(cpu_seconds(program, "--help", cwd=tmp_path) for _ in range(5)) < 0.4
    assert list(tmp_path.iterdir()) == [], "asking for help made files"


def test_the_package_alone_loads_nothing() -> None:
    loaded = loaded_after("import regulars")
    assert {name for name in loaded if name.startswith("regulars.")} == set()
    assert "django" not in loaded


@pytest.mark.parametrize("entry", ["regulars.config.wsgi", "regulars.cli"])
def test_the_web_process_stays_light(entry: str, tmp_path: Path) -> None:
    loaded = loaded_after(f"import {entry}", REGULARS_DATA=str(tmp_path / "data"))
    assert loaded.intersection(_HEAVY) == set()


def test_opening_pages_of_figures_brings_no_models(tmp_path: Path) -> None:
    opening = """
import django
django.setup()
import regulars.web.urls
from regulars.insights import suggestions, today
from regulars.insights.dashboard import boxes, picture
"""
    settings = {
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "REGULARS_DATA": str(tmp_path / "data"),
    }
    # Questions need DuckDB; an interval needs NumPy, once it is asked for.
    assert loaded_after(opening, **settings).intersection(_HEAVY) <= {"duckdb"}


def test_drawing_a_chart_leaves_the_process_light(tmp_path: Path) -> None:
    drawing = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from regulars.insights import charts
chart = charts.Chart("bars", [{"name": "Loaf", "value": 3}], "Loaves.")
assert charts.drawn(charts.keep(chart), charts.Look("light")).startswith(b"<svg")
"""
    settings = {
        "REGULARS_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
    }
    assert loaded_after(drawing, **settings).intersection(_HEAVY) == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    import regulars

    with pytest.raises(AttributeError, match="Nothing"):
        regulars.Nothing  # noqa: B018


def test_a_notebook_finds_its_workspace() -> None:
    import regulars

    assert regulars.Workspace.__name__ == "Workspace"
