"""How each kind of chart looks, in Altair; compiled once into ``compiled/`` for the package.

Every text or expression that begins with ``@`` stands for something that only the reader's theme,
language or data decides; `merging` puts it in. After a change here, run
``python -m regulars.insights.charts.specs``. Nothing else imports this module: Altair is needed to
build the package, not to run it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import altair as alt

COMPILED = Path(__file__).parent / "compiled"
_PICKED = "datum.n === picked"
_TEXT_SIZE = 13
_CONFIG: dict[str, Any] = {
    # A picture says what it says by its alt; a label on each mark would double its weight.
    "aria": False,
    "font": "@font",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": "@hairline",
        "labelColor": "@ink-soft",
        "labelFontSize": _TEXT_SIZE,
        "labelFontWeight": "normal",
        "labelPadding": 8,
        "title": None,
    },
    "legend": {
        "title": None,
        "orient": "top",
        "direction": "horizontal",
        "labelColor": "@ink",
        "labelFontSize": _TEXT_SIZE,
        "labelLimit": {"expr": "@legend-limit"},
        "columns": {"expr": "@columns"},
        "symbolSize": 300,
        "symbolStrokeWidth": 2.5,
        "symbolType": "stroke",
        "offset": 8,
    },
    "range": {"category": ["@category"]},
    "text": {"font": "@font", "fontSize": _TEXT_SIZE, "color": "@ink"},
}


def line(*, compared: bool) -> Any:
    """One line over time; its interval as a band, the period before in grey."""
    base = _over_days()
    layers: dict[str, Any] = {
        "band": base.mark_area(color="@accent", opacity=0.16).encode(y=_up("low"), y2="high:Q")
    }
    now = base.mark_line(strokeWidth=_later("stroke"), strokeJoin="round", color="@accent")
    now = now.encode(y=_up("value"))
    if compared:
        before = base.mark_line(strokeWidth=1.75, strokeDash=[5, 4]).encode(y=_up("before"))
        layers["before"] = _named(before, "before", "stroke")
        now = _named(now, "now", "stroke")
    return _layered(layers | {"now": now} | _touched(base, color="@accent"))


def lines() -> Any:
    """Up to six lines over time, in the set of six colours."""
    base = _over_days().encode(color=alt.Color("series:N", sort=None))
    now = base.mark_line(strokeWidth=_later("stroke"), strokeJoin="round").encode(y=_up("value"))
    return _layered({"now": now} | _touched(base))


def spark() -> Any:
    """A line without axes, with a dot at its end."""
    across = alt.X("on:T", axis=None, scale=alt.Scale(type="utc", padding=5))
    up = alt.Y("value:Q", axis=None, scale=alt.Scale(zero=_later("zero"), padding=5))
    base: Any = alt.Chart().encode(x=across, y=up)
    dots = base.mark_point(filled=True, size=45, opacity=1, color="@accent")
    layers = {
        "now": base.mark_line(strokeWidth=2, color="@accent", strokeJoin="round"),
        "alone": dots.transform_filter("datum.alone"),
        "end": dots.transform_filter("datum.last"),
    }
    return _layered(layers)


def bars(*, compared: bool, narrow: bool) -> Any:
    """Bars from zero with their figure at the end, the period before as a thin grey one beneath.

    On a phone the name stands above its bar.
    """
    base = _by_name(narrow=narrow)
    down = 10 if narrow else 0
    size, up = (12, -3) if compared else (16, 0)
    bar = base.mark_bar(size=size, yOffset=down + up, color="@accent").encode(x=_along("value"))
    layers: dict[str, Any] = {}
    if compared:
        before = base.mark_bar(size=5, yOffset=down + 7).encode(x=_along("before"))
        bar = _named(bar, "now", "square")
        layers["before"] = _named(before, "before", "square")
    rule = base.mark_rule(color="@ink", strokeWidth=1.5, yOffset=down + up)
    figure = base.mark_text(
        align=alt.expr("datum.end < 0 ? 'right' : 'left'"),
        dx=alt.expr("datum.end < 0 ? -8 : 8"),
        dy=down + up,
    )
    layers |= {
        "bar": bar,
        "picked": base.mark_bar(size=size, yOffset=down + up, color="@ink")
        .encode(x=_along("value"))
        .transform_filter(_PICKED),
        "range": rule.encode(x=_along("low"), x2="high:Q"),
        "figure": figure.encode(x=_along("end"), text="figure:N"),
    }
    return _layered(layers | _names_above(base, narrow=narrow))


def interval(*, narrow: bool) -> Any:
    """A dot and its range on a common scale, with a line at zero where zero is in sight."""
    base = _by_name(narrow=narrow)
    down = 10 if narrow else 0
    dot = base.mark_point(filled=True, size=110, opacity=1, yOffset=down).encode(x=_across("value"))
    layers = {
        "zero": base.mark_rule(color="@edge")
        .transform_filter("datum.n === 0")
        .encode(x=_across("zero"), y=alt.value(0), y2=alt.value("height")),
        "range": base.mark_rule(color="@accent", opacity=0.45, strokeWidth=5, yOffset=down).encode(
            x=_across("low"), x2="high:Q"
        ),
        "dot": dot.encode(color=alt.value("@accent")),
        "picked": dot.encode(color=alt.value("@ink")).transform_filter(_PICKED),
    }
    return _layered(layers | _names_above(base, narrow=narrow))


def heat(*, narrow: bool) -> Any:
    """Hours by weekdays; more is darker (in the dark brighter), the figure stands in each field."""
    day = {"field": "day", "type": "ordinal", "sort": None, "scale": _fields("weekdays")}
    hour = {"field": "hour", "type": "ordinal", "sort": None, "scale": _fields("hours")}
    side = {"labelAngle": 0, "grid": False, "labelPadding": 6}
    across, down = (day, hour) if narrow else (hour, day)
    base: Any = alt.Chart().encode(
        x=alt.X(**across, axis=alt.Axis(orient="top", **side)),
        y=alt.Y(**down, axis=alt.Axis(**side)),
    )
    shades = alt.Scale(range=["@heat-low", "@heat-high"], interpolate="lab", zero=True)
    known = base.mark_rect().encode(color=alt.Color("value:Q", legend=None, scale=shades))
    layers = {
        "unknown": base.mark_rect(fill="@ground-sunk").transform_filter("!isValid(datum.value)"),
        "known": known.transform_filter("isValid(datum.value)"),
        "picked": base.mark_rect(filled=False, stroke="@ink", strokeWidth=2).transform_filter(
            _PICKED
        ),
        "figure": base.mark_text(fontSize=12).encode(text="figure:N"),
    }
    return _layered(layers)


def _fields(domain: str) -> Any:
    # Named outright: a layer that leaves out what is not known would move it to the end.
    return alt.Scale(domain=_later(domain), paddingInner=0.06)


def _over_days() -> Any:
    axis = alt.Axis(
        format="@day", grid=False, values=_later("ticks"), labelFlush=False, labelPadding=10
    )
    return alt.Chart().encode(x=alt.X("on:T", axis=axis, scale=alt.Scale(type="utc")))


def _by_name(*, narrow: bool) -> Any:
    axis = None if narrow else alt.Axis(labelLimit=_later("label-limit"), labelColor="@ink")
    rows = alt.Scale(domain=_later("names"), paddingInner=0, paddingOuter=0)
    return alt.Chart().encode(y=alt.Y("name:N", sort=None, axis=axis, scale=rows))


def _names_above(base: Any, *, narrow: bool) -> dict[str, Any]:
    if not narrow:
        return {}
    above = base.mark_text(align="left", dy=-10, limit=_later("label-limit"))
    return {"names": above.encode(x=alt.value(0), text="name:N")}


def _up(key: str) -> Any:
    axis = alt.Axis(format="@number", tickCount=5)
    return alt.Y(f"{key}:Q", axis=axis, scale=alt.Scale(zero=_later("zero"), nice=True))


def _along(key: str) -> Any:
    # Room for the figure beyond the longest bar.
    room = alt.Scale(zero=True, nice=False, range=[_later("left"), alt.expr("width - 78")])
    return alt.X(f"{key}:Q", axis=None, scale=room)


def _across(key: str) -> Any:
    axis = alt.Axis(format="@number", tickCount=_later("rungs"))
    return alt.X(f"{key}:Q", axis=axis, scale=alt.Scale(zero=False, padding=14))


def _named(layer: Any, which: str, symbol: str) -> Any:
    """Give a layer its colour by the period it shows, and the period a place in the legend."""
    scale = alt.Scale(domain=["now", "before"], range=["@accent", "@edge"])
    legend = alt.Legend(labelExpr="words[datum.label]", symbolType=symbol)
    if symbol == "square":
        legend = alt.Legend(labelExpr="words[datum.label]", symbolType=symbol, symbolSize=120)
    told = layer.transform_calculate(which=f"'{which}'")
    return told.encode(color=alt.Color("which:N", scale=scale, legend=legend))


def _touched(base: Any, **colour: str) -> dict[str, Any]:
    """Points that no line would show, and what is shown of the one that a reader points at."""
    dots = base.mark_point(filled=True, size=70, opacity=1, **colour).encode(y=_up("value"))
    rule = base.mark_rule(opacity=0.4).encode(color=alt.value("@ink"))
    return {
        "alone": dots.transform_filter("datum.alone"),
        "rule": rule.transform_filter(_PICKED),
        "picked": dots.transform_filter(_PICKED),
    }


def _later(name: str) -> Any:
    return alt.expr(f"@{name}")


def _layered(layers: dict[str, Any]) -> Any:
    named = [layer.properties(name=name) for name, layer in layers.items()]
    params = alt.param(name="picked", value=-1), alt.param(name="words", value="@words")
    return alt.layer(*named).add_params(*params)


SPECS: dict[str, Any] = {
    "line": lambda: line(compared=False),
    "line-compared": lambda: line(compared=True),
    "lines": lines,
    "spark": spark,
    "bars": lambda: bars(compared=False, narrow=False),
    "bars-compared": lambda: bars(compared=True, narrow=False),
    "bars-narrow": lambda: bars(compared=False, narrow=True),
    "bars-compared-narrow": lambda: bars(compared=True, narrow=True),
    "interval": lambda: interval(narrow=False),
    "interval-narrow": lambda: interval(narrow=True),
    "heat": lambda: heat(narrow=False),
    "heat-narrow": lambda: heat(narrow=True),
}


def compiled(name: str) -> str:
    """Return the spec ``name`` as the JSON text that comes with the package."""
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    chart = SPECS[name]().properties(autosize=fit, background="@paper")
    chart.config = _CONFIG
    spec: dict[str, Any] = chart.to_dict()
    for part in (spec, *spec["layer"]):
        part.pop("data", None)
    return json.dumps(spec, indent=1, ensure_ascii=False) + "\n"


def write(folder: Path = COMPILED) -> None:
    """Write every packaged spec."""
    folder.mkdir(exist_ok=True)
    for name in SPECS:
        (folder / f"{name}.json").write_text(compiled(name), "utf-8")


if __name__ == "__main__":
    write()
