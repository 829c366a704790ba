"""Sources, imports, identifiers and facts."""

from regulars.sources.models.doubts import Doubt
from regulars.sources.models.facts import (
    Booking,
    CustomerRecord,
    Event,
    Fact,
    Feedback,
    Order,
    OrderLine,
    Product,
)
from regulars.sources.models.forgetting import EmptiedEvent, EmptiedOrder, Forgotten
from regulars.sources.models.identifiers import Identifier, IdentifierPair, IdentifierUse
from regulars.sources.models.imports import (
    Confirmation,
    Import,
    ImportUndo,
    MappingMemory,
    QuarantinedRow,
    RepeatExclusion,
    Source,
)
from regulars.sources.models.intake import (
    Cursor,
    IntakeHour,
    IntakeKey,
    IntakeRecord,
    Pull,
    Refusal,
)

__all__ = [
    "Booking",
    "Confirmation",
    "Cursor",
    "CustomerRecord",
    "Doubt",
    "EmptiedEvent",
    "EmptiedOrder",
    "Event",
    "Fact",
    "Feedback",
    "Forgotten",
    "Identifier",
    "IdentifierPair",
    "IdentifierUse",
    "Import",
    "ImportUndo",
    "IntakeHour",
    "IntakeKey",
    "IntakeRecord",
    "MappingMemory",
    "Order",
    "OrderLine",
    "Product",
    "Pull",
    "QuarantinedRow",
    "Refusal",
    "RepeatExclusion",
    "Source",
]
