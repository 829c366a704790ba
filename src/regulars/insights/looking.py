"""At the end of a refresh: everything that Today says is worked out and kept."""

from __future__ import annotations

from regulars.insights import (
    afterwards,
    outlook,
    people,
    since_yesterday,
    suggestions,
    today_numbers,
)
from regulars.insights.dashboard import ahead, kept
from regulars.insights.outlook import Looking


def look(seen: Looking) -> None:
    """Work out every fact and put them in force."""
    found = suggestions.work_out(seen)
    if seen.run is not None:
        held = people.count_segments(seen.run)
        found[outlook.SEGMENTS] = {"run": seen.run.pk, "held": held}
    found[kept.NAME] = ahead.work_out(seen)
    found[today_numbers.NAME] = today_numbers.work_out(seen)
    found[since_yesterday.NAME] = since_yesterday.work_out(seen)
    found[afterwards.NAME] = afterwards.work_out(seen)
    outlook.keep(seen.as_of, found)
