"""Pictures of charts: drawn when first asked for, from then on read from the data folder."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from regulars.accounts import locales
from regulars.insights.charts.chart import Chart
from regulars.insights.charts.colours import colours
from regulars.insights.charts.drawer import DRAWER, Drawer
from regulars.insights.charts.keeping import folder, load, write
from regulars.insights.charts.merging import Look, spec_of
from regulars.insights.charts.saying import prepared


def drawn(digest: str, look: Look) -> bytes:
    """Return the kept chart as SVG. Raises `NotFound`, or `NotDrawn` when the drawing failed."""
    path = _path(digest, look)
    kept = load(digest)
    try:
        return path.read_bytes()
    except OSError:
        svg = DRAWER.ask({"make": "svg", "spec": spec_of(kept, look)})
    write(path, svg)
    return svg


def warm(digest: str, looks: Iterable[Look]) -> None:
    """Start the drawing process, ahead of the browser's asking, unless all is drawn."""
    if not all(_path(digest, look).exists() for look in looks):
        DRAWER.warm()


def spec(digest: str, look: Look) -> dict[str, Any]:
    """Return the kept chart's Vega-Lite spec for a browser. Raises `NotFound`."""
    return spec_of(load(digest), look)


def picture(chart: Chart, theme: str = "light", scale: float = 2, width: str = "medium") -> bytes:
    """Return ``chart`` as PNG, ``scale`` bitmap pixels to a CSS pixel; raises `NotDrawn`.

    ``width`` is ``wide`` (1000 CSS pixels), ``medium`` (560) or ``narrow`` (340).
    """
    look = Look(theme, width)
    with locales.country_kept():
        whole = spec_of(prepared(chart), look, paper=colours(theme)["ground"])
    return DRAWER.ask({"make": "png", "spec": whole, "scale": scale})


def _bundle() -> bytes:
    # In a process of its own: it takes seconds, and pictures shall not wait for it.
    bundler = Drawer()
    try:
        return bundler.ask({"make": "bundle"}, seconds=60)
    finally:
        bundler.stop()


def _path(digest: str, look: Look) -> Path:
    return folder() / f"{digest}.{look.theme}.{look.width}.svg"


@cache
def script_version() -> str:
    """Return the version that the browser's script goes by."""
    return version("vl-convert-python")


def script() -> bytes:
    """Return Vega for browsers, gzipped; bundled once by the drawing process (some seconds)."""
    path = folder() / f"vega.{script_version()}.js.gz"
    try:
        # What browsers still ask for is not old.
        os.utime(path)
        return path.read_bytes()
    except OSError:
        packed = gzip.compress(_bundle(), mtime=0)
    write(path, packed)
    return packed
