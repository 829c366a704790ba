"""Whom a message points at."""

from __future__ import annotations

from typing import Any

import orjson

from regulars.sources.files.identifiers import (
    in_order,
    is_blocked_word,
    normalise_customer_id,
    normalise_email,
    normalise_phone,
)
from regulars.sources.intake.protocol import Json

_LONGEST = 320


def identifiers(said: Json, namespace: str, region: str) -> tuple[tuple[str, str], ...]:
    """Return the identifiers of a message, the anchor first; placeholders point at nobody."""
    found: list[tuple[str, str]] = []
    traits = all_traits(said)
    is_alias = said.get("type") == "alias"
    for value in (said.get("userId"), said.get("previousId") if is_alias else None):
        text = plain(value)
        if address := normalise_email(text) if "@" in text else None:
            found.append(("email", address))
        elif number := normalise_customer_id(text):
            found.append((f"customer_id:{namespace}", number[:_LONGEST]))
    if address := normalise_email(plain(traits.get("email"))):
        found.append(("email", address))
    if phone := normalise_phone(plain(traits.get("phone")), region):
        found.append(("phone", phone))
    anonymous = plain(said.get("anonymousId"))
    if anonymous and not is_blocked_word(anonymous) and anonymous.strip("0-"):
        found.append((f"anonymous_id:{namespace}", anonymous[:_LONGEST]))
    return in_order(found)


def identifiers_in(body: str, namespace: str, region: str) -> set[tuple[str, str]]:
    """The same for a record as it is kept, which need not be a message at all."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return set()
    return set(identifiers(said, namespace, region)) if isinstance(said, dict) else set()


def all_traits(said: Json) -> Json:
    """Traits of the message and of its context; an e-mail address may stand in its properties."""
    context = said.get("context")
    inner = context.get("traits") if isinstance(context, dict) else None
    own, properties = said.get("traits"), said.get("properties")
    found: Json = dict(inner) if isinstance(inner, dict) else {}
    if isinstance(properties, dict) and isinstance(properties.get("email"), str):
        found["email"] = properties["email"]
    if isinstance(own, dict) and said.get("type") == "identify":
        found.update(own)
    return found


def plain(value: Any) -> str:
    """A text or whole number as text; anything else is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\x00", "").strip()
