"""Works out at a refresh what the dashboard shows when it is opened."""

from __future__ import annotations

from typing import Any

from regulars.insights import ask as asking
from regulars.insights.dashboard import kept
from regulars.insights.dashboard.boxes import BOXES
from regulars.insights.dashboard.state import NUMBERS, State
from regulars.insights.outlook import Looking

# More products than that are asked for when somebody looks: every page reads the facts (200 bytes a
# row).
_MOST_ROWS = 2000


def work_out(seen: Looking) -> dict[str, Any]:
    """The rows of the usual state's numbers and boxes, by metric and dimension."""
    as_of = seen.snapshot.manifest.as_of
    if as_of is None:
        return {}
    usual = State()
    wanted: list[tuple[str, tuple[str, ...]]] = [(name, ()) for name in NUMBERS]
    wanted += [(box.metric or usual.metric, (box.by,)) for box in BOXES.values() if box.by]
    answers = {}
    for name, by in wanted:
        found = asking.ask(
            seen.snapshot,
            [name],
            usual.window(as_of).first,
            as_of,
            by,
            currency=seen.currency,
            zone=seen.zone,
            compare=True,
        ).rows
        if len(found) <= _MOST_ROWS:
            answers[kept.key(name, by)] = found
    version = seen.snapshot.manifest.version
    return {"version": version, "currency": seen.currency, "answers": answers}
