"""An interval that is drawn is the same however the mart's threads order the rows."""

from __future__ import annotations

import random

from regulars.insights.registry import METRICS
from regulars.insights.uncertainty import Spread, estimates


def test_the_order_of_rows_moves_no_interval() -> None:
    metric = METRICS["average_order_value"]
    dice = random.Random(3)
    rows = [{"top": dice.randrange(100, 900), "bottom": 1, "n": 1} for _ in range(80)]
    found = []
    for _ in range(5):
        dice.shuffle(rows)
        found.append(estimates(metric, rows, (), with_interval=True, spread=Spread()))
    assert found[0][()].low is not None and all(one == found[0] for one in found)
