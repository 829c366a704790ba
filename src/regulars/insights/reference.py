"""The reference page of all metrics, written from the registry."""

from __future__ import annotations

from regulars.kernel.declarations import Direction, Metric

from .dimensions import SENTENCES
from .registry import INTERVALS, METRICS

_HEAD = """# Metrics

Every figure on a page, in the API, on the command line and in a notebook comes from this list.
[Metrics and their intervals](../algorithms/metrics.md) tells how values and intervals are found.

`regulars.insights.reference.render()` writes this page; a test says when it is out of date.
"""
_DIRECTIONS = {
    Direction.UP_IS_GOOD: "up is good",
    Direction.DOWN_IS_GOOD: "down is good",
    Direction.NEITHER: "neither way is better in itself",
}
_UNITS = {
    "money": "money, in the business's currency",
    "count": "a count",
    "share": "a share, 0 to 1",
    "days": "days",
    "stars": "stars, out of five",
    "people": "people",
}


def render() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD, *(_section(metric) for metric in METRICS.values()), _dimensions()]
    return "\n".join(parts)


def _section(metric: Metric) -> str:
    lines = [
        f"## {metric.title}",
        "",
        metric.sentence,
        "",
        "| | |",
        "| --- | --- |",
        f"| name | `{metric.name}` |",
        f"| formula | {metric.formula} |",
        f"| unit | {_UNITS[metric.unit]} |",
        f"| direction | {_DIRECTIONS[metric.direction]} |",
        f"| interval | {INTERVALS[metric.interval][0]}; 95 % |",
        f"| smallest sample | {metric.smallest_sample}; below it no interval is given |",
        f"| by | {', '.join(f'`{name}`' for name in metric.dimensions)} |",
        "",
    ]
    return "\n".join(lines)


def _dimensions() -> str:
    rows = [f"| `{name}` | {sentence} |" for name, sentence in SENTENCES.items()]
    return "\n".join(["## Dimensions", "", "| name | is |", "| --- | --- |", *rows, ""])
