"""Charts of aggregates: specs written once in Altair, pictures drawn by a process of their own.

`Chart` says what to show; `keep` stores it without drawing; `drawn` gives its picture, drawn at
most once; `picture` gives a bitmap for mail; `table` the same figures as words.
"""

from __future__ import annotations

from regulars.insights.charts.chart import Chart, Options
from regulars.insights.charts.drawer import NotDrawn
from regulars.insights.charts.keeping import Kept, forget, keep, kept
from regulars.insights.charts.merging import Look, size_of
from regulars.insights.charts.pictures import drawn, picture, script, script_version, spec, warm
from regulars.insights.charts.table import Table, table

__all__ = [
    "Chart",
    "Kept",
    "Look",
    "NotDrawn",
    "Options",
    "Table",
    "drawn",
    "forget",
    "keep",
    "kept",
    "picture",
    "script",
    "script_version",
    "size_of",
    "spec",
    "table",
    "warm",
]
