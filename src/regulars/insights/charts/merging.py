"""Puts a chart's rows, its reader's language and a look into the packaged spec of its kind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from regulars.insights.charts.colours import colours
from regulars.insights.charts.formats import ticks

COMPILED = Path(__file__).parent / "compiled"
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
# Widths in CSS pixels of the picture before a page scales it, and heights of kinds that have one.
WIDTHS = {"wide": 1000, "medium": 560, "narrow": 340}
_HEIGHTS = {"wide": 320, "medium": 280, "narrow": 240}
_SPARK = (160, 44)
_STEPS = {"bars": 32, "interval": 34}
_NARROW_STEP = 46
_AXIS, _LEGEND = 44, 22
_FIGURE = 78
_MANY_DAYS = 200
# How many days are named on the axis of a line, and numbers on that of an interval.
_TICKS = {"wide": 10, "medium": 6, "narrow": 4}
_RUNGS = {"wide": 8, "medium": 5, "narrow": 4}
_LEGEND_COLUMNS = {"wide": 6, "medium": 3, "narrow": 2}
# Layers that are left out where no row knows the key.
_NEEDS = {"band": "low", "range": "low", "alone": "alone", "zero": "zero"}
_SERIES = [f"@series-{n}" for n in range(1, 7)]


@dataclass(frozen=True, slots=True)
class Look:
    """A theme (``light``, ``dark``) and a width (``wide``, ``medium``, ``narrow``)."""

    theme: str
    width: str = "wide"


def spec_of(kept: dict[str, Any], look: Look, *, paper: str = "transparent") -> dict[str, Any]:
    """Return the whole Vega-Lite spec of a kept chart in ``look``, on ``paper`` (a CSS colour)."""
    name, rows = _name(kept, look), kept["rows"]
    width, height = size_of(kept, look)
    values = colours(look.theme) | _values(kept, look, width) | {"paper": paper}
    spec = _filled(_packaged(name), values)
    lacking = {layer for layer, key in _NEEDS.items() if not _knows(rows, key)}
    spec["layer"] = [layer for layer in spec["layer"] if layer["name"] not in lacking]
    meta = _places(name)
    return {**spec, "width": width, "height": height, "data": {"values": rows}, "usermeta": meta}


def size_of(kept: dict[str, Any], look: Look) -> tuple[int, int]:
    """Return the picture's width and height in CSS pixels."""
    kind, rows, width = kept["kind"], kept["rows"], WIDTHS[look.width]
    if kind == "spark":
        return _SPARK
    legend = _LEGEND * -(-_named(kept) // _columns(kept, look))
    if kind in _STEPS:
        step = _NARROW_STEP if look.width == "narrow" else _STEPS[kind]
        return width, max(1, len(rows)) * step + legend + (_AXIS if kind == "interval" else 10)
    if kind == "heat":
        is_upright = look.width != "wide"
        down = len(_distinct(rows, "hour" if is_upright else "day"))
        return width, down * (30 if is_upright else 36) + _AXIS
    return width, _HEIGHTS[look.width] + legend


def _name(kept: dict[str, Any], look: Look) -> str:
    kind: str = kept["kind"]
    if kind == "line" and kept["series"]:
        return "lines"
    if kind == "heat":
        # A day has too many hours for a narrow page.
        return kind if look.width == "wide" else "heat-narrow"
    if kind in ("line", "bars") and _knows(kept["rows"], "before"):
        kind = f"{kind}-compared"
    return f"{kind}-narrow" if kept["kind"] in _STEPS and look.width == "narrow" else kind


def _places(name: str) -> dict[str, Any]:
    """Which fields say where a row stands, and how much distance across and up counts beside the
    pointer: a line is read by its day, a bar by its name."""
    if name == "heat":
        return {"x": "hour", "y": "day", "weights": [1, 1]}
    if name == "heat-narrow":
        return {"x": "day", "y": "hour", "weights": [1, 1]}
    if name.startswith(("bars", "interval")):
        return {"x": "value", "y": "name", "weights": [0.001, 1]}
    return {"x": "on", "y": "value", "weights": [1, 0.001]}


def _values(kept: dict[str, Any], look: Look, width: int) -> dict[str, Any]:
    is_narrow = look.width == "narrow"
    columns = _columns(kept, look)
    return {
        "font": FONT,
        "category": _SERIES,
        "words": kept["words"],
        "number": kept["number"],
        "day": kept["day"],
        "zero": kept["zero"],
        "columns": columns,
        "legend-limit": width // min(columns, max(1, _named(kept))) - 50,
        "names": _distinct(kept["rows"], "name"),
        "weekdays": _distinct(kept["rows"], "day"),
        "hours": _distinct(kept["rows"], "hour"),
        "stroke": 2.5 if len(kept["days"]) < _MANY_DAYS else 1.25,
        "ticks": ticks(kept["days"], kept["grain"], _TICKS[look.width]),
        "rungs": _RUNGS[look.width],
        "left": _FIGURE if any((row.get("end") or 0) < 0 for row in kept["rows"]) else 0,
        "label-limit": width - 10 if is_narrow else round(width * 0.34),
        "locale": kept["locale"],
    }


def _named(kept: dict[str, Any]) -> int:
    """How many names the legend has."""
    return len(kept["series"]) or 2 * _knows(kept["rows"], "before")


def _columns(kept: dict[str, Any], look: Look) -> int:
    """How many names stand side by side; those of the two periods are long."""
    if look.width == "narrow" and not kept["series"]:
        return 1
    return _LEGEND_COLUMNS[look.width]


def _distinct(rows: list[dict[str, Any]], key: str) -> list[Any]:
    return list(dict.fromkeys(row[key] for row in rows if key in row))


def _knows(rows: list[dict[str, Any]], key: str) -> bool:
    return any(row.get(key) is not None for row in rows)


@cache
def _packaged(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads((COMPILED / f"{name}.json").read_text("utf-8"))
    spec["config"]["locale"] = "@locale"
    return spec


def _filled(part: Any, values: dict[str, Any]) -> Any:
    """Return a copy of ``part`` with every placeholder's value; rows never pass through here."""
    if isinstance(part, dict):
        if set(part) == {"expr"} and part["expr"].startswith("@"):
            return values[part["expr"][1:]]
        return {key: _filled(one, values) for key, one in part.items()}
    if isinstance(part, list):
        if part == ["@category"]:
            return _filled(values["category"], values)
        return [_filled(one, values) for one in part]
    if isinstance(part, str) and part.startswith("@"):
        return values[part[1:]]
    return part
