"""Messages in the address of a picture: ``?data=`` as base64 of JSON, or dotted keys."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl

from regulars.sources.intake.protocol import Refused, read_json

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""An empty GIF of one dot."""
_DEEPEST = 5
_MOST_FIELDS = 200


def read(query: str) -> dict[str, Any]:
    """Return the message an address holds; `Refused` when it cannot be read."""
    try:
        pairs = parse_qsl(query, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Refused(400, "The address holds too many names.") from error
    named = dict(pairs)
    if "data" not in named:
        return _nested(pairs)
    text = named["data"].replace("-", "+").replace("_", "/").replace(" ", "+")
    try:
        said = read_json(base64.b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Refused(400, "The data is not base64.") from error
    if not isinstance(said, dict):
        raise Refused(400, "The data is not a JSON object.")
    if "writeKey" in named:
        said.setdefault("writeKey", named["writeKey"])
    return said


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        *above, last = name.split(".", _DEEPEST)
        place = found
        for step in above:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place[last] = value
    return found
