"""The named segments of the recency × frequency square: words alone, so no page needs NumPy."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kernel.telling import told

FEWEST = 20
"""With fewer people a fifth is too few to rank: nobody stands out, and nobody is slowing down."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A named part of the recency × frequency square.

    ``words`` is what a shop says, ``technical`` what the books say.
    """

    key: str
    words: str
    technical: str
    advice: str


SEGMENTS: tuple[Segment, ...] = (
    Segment(
        "champions",
        told("Best regulars"),
        told("Champions"),
        told("Thank them; let them hear news first."),
    ),
    Segment(
        "loyal",
        told("Regulars"),
        told("Loyal customers"),
        told("Keep them; ask for a review."),
    ),
    Segment(
        "promising",
        told("Coming back"),
        told("Potential loyalists"),
        told("Give a reason for the next visit."),
    ),
    Segment(
        "new",
        told("New faces"),
        told("New customers"),
        told("Welcome them while they remember you."),
    ),
    Segment(
        "needs_attention",
        told("Slowing down"),
        told("Need attention"),
        told("Remind them before they drift."),
    ),
    Segment(
        "at_risk",
        told("Drifting away"),
        told("At risk"),
        told("Write personally; ask what changed."),
    ),
    Segment(
        "cant_lose",
        told("Best regulars staying away"),
        told("Can't lose them"),
        told("Call them."),
    ),
    Segment(
        "hibernating",
        told("Rare visitors"),
        told("Hibernating"),
        told("One good offer, then leave it."),
    ),
    Segment(
        "lost",
        told("Probably gone"),
        told("Lost"),
        told("Do not spend on them."),
    ),
)
