"""Questions as stored SQL: Ibis writes a question once, DuckDB runs it from then on.

The usual ones come with the package (`insights/compiled/`); others are compiled when first asked,
by a child process unless Ibis is loaded already, and kept in the data folder.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from .metrics.people import first_purchases
from .metrics.shapes import COMPUTED, ONLY_LINES, RELATIONS, TIME, Shape
from .registry import METRICS, metric

PACKAGED = Path(__file__).parent / "compiled"
# Kinds of interval whose question brings more than the value's own.
NEED_MORE = frozenset({"total", "ratio", "median"})
# Questions that other questions read.
INNER: dict[str, Callable[[Shape], Any]] = {"first_purchases": first_purchases}
PAIRS = (
    ("weekday", "hour"),
    ("place", "channel"),
    *product(TIME, ("place", "channel", "category")),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question's DuckDB SQL and the relations it reads."""

    sql: str
    relations: tuple[str, ...]


def key_of(name: str, shape: Shape) -> str:
    """Return the name under which the question for metric ``name`` in ``shape`` is kept."""
    marks = [m for m in ("lines", "filtered", "interval") if getattr(shape, m)]
    return " ".join([name, "by=" + ",".join(shape.by), *marks])


def compile_here(name: str, shape: Shape) -> Question:
    """Compile the question now; loads Ibis."""
    import ibis

    table = (INNER.get(name) or metric(name).question)(shape)
    sql = str(ibis.to_sql(table, dialect="duckdb", pretty=False))
    known = (*COMPUTED, *RELATIONS)
    return Question(sql, tuple(n for n in known if re.search(rf'(FROM|JOIN) "{n}"', sql)))


def question(name: str, shape: Shape, kept: Path | None = None) -> Question:
    """Return the question, from the package, from the folder ``kept``, or freshly compiled."""
    key = key_of(name, shape)
    found = _packaged(name).get(key)
    return found if found is not None else _kept(name, shape, kept)


@cache
def _packaged(name: str) -> dict[str, Question]:
    path = PACKAGED / f"{name}.json"
    return _read(path) if path.exists() else {}


@cache
def _kept(name: str, shape: Shape, kept: Path | None) -> Question:
    key = key_of(name, shape)
    path = kept / f"{_digest(key)}.json" if kept else None
    if path is not None and path.exists():
        return _read(path)[key]
    found = compile_here(name, shape) if "ibis" in sys.modules else _compile_in_child(name, shape)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({key: _plain(found)}), "utf-8")
    return found


def _digest(key: str) -> str:
    """Name a kept question after itself and the code that writes it: it never goes stale."""
    digest = hashlib.blake2b(key.encode(), digest_size=12)
    for path in sorted((Path(__file__).parent / "metrics").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compile_in_child(name: str, shape: Shape) -> Question:
    order = json.dumps([name, shape.by, shape.lines, shape.filtered, shape.interval])
    done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
        [sys.executable, "-m", "regulars.insights.compiling", order],
        capture_output=True,
        text=True,
        check=True,
    )
    return Question(**_tupled(json.loads(done.stdout)))


def packaged_shapes(name: str) -> list[Shape]:
    """Return the shapes of metric ``name`` whose questions come with the package."""
    if name in INNER:
        return [Shape(interval=False)]
    allowed = metric(name).dimensions
    choices: list[tuple[str, ...]] = [(), *((one,) for one in allowed)]
    choices += [pair for pair in PAIRS if set(pair) <= set(allowed)]
    shapes = []
    interval_ways = (True, False) if metric(name).interval in NEED_MORE else (False,)
    for by, interval in product(choices, interval_ways):
        on_lines = bool(ONLY_LINES & set(by))
        line_ways = {on_lines, True} if "product" in allowed and len(by) < 2 else {on_lines}
        filter_ways = (False, True) if name == "new_customers" else (False,)
        for lines, filtered in product(sorted(line_ways), filter_ways):
            shapes.append(Shape(by, lines, filtered, interval))
    return shapes


def compile_packaged() -> dict[str, dict[str, Any]]:
    """Compile every packaged question anew, by metric and key; loads Ibis."""
    return {
        name: {key_of(name, shape): _plain(compile_here(name, shape)) for shape in shapes}
        for name, shapes in ((name, packaged_shapes(name)) for name in (*METRICS, *INNER))
    }


def write_packaged(folder: Path = PACKAGED) -> None:
    """Write the packaged questions; run after a metric's question has changed."""
    folder.mkdir(exist_ok=True)
    for name, questions in compile_packaged().items():
        text = json.dumps(questions, indent=0, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", "utf-8")


def _plain(found: Question) -> dict[str, Any]:
    return {"sql": found.sql, "relations": list(found.relations)}


def _tupled(raw: dict[str, Any]) -> dict[str, Any]:
    return {"sql": raw["sql"], "relations": tuple(raw["relations"])}


def _read(path: Path) -> dict[str, Question]:
    raw = json.loads(path.read_text("utf-8"))
    return {key: Question(**_tupled(entry)) for key, entry in raw.items()}


def _answer_parent(order: str) -> None:
    name, by, lines, filtered, interval = json.loads(order)
    found = compile_here(name, Shape(tuple(by), lines, filtered, interval))
    sys.stdout.write(json.dumps(_plain(found)))


if __name__ == "__main__":
    _answer_parent(sys.argv[1])
