"""What connectors say becomes messages that are kept.

Unlike at the door, the vendor's own time stands as it is: its clock may run ahead of ours, and its
changes must stay in its own order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b

import orjson

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import text_of
from regulars.sources.intake.protocol import Message


def as_messages(said: Iterable[Json], received_at: datetime) -> Iterator[Message]:
    """Yield what the Keeper keeps; ``said`` are whole messages with a ``messageId``, or what
    `gather` could not read."""
    received = text_of(received_at)
    for one in said:
        key = blake2b(one["messageId"].encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if "unclear" in one:
            yield Message(key, "", orjson.dumps(one).decode(), "not_understood")
            continue
        whole = {**one, "originalTimestamp": one["timestamp"], "receivedAt": received}
        yield Message(key, one["type"], orjson.dumps(whole).decode())
