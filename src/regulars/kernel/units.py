"""Units that a figure can have."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """How a metric's value reads. MONEY values are minor units until a face shows them."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    DAYS = "days"
    STARS = "stars"
    PEOPLE = "people"
