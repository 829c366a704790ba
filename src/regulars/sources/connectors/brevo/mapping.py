"""Brevo's contacts → people and what they allow.

Sources: developers.brevo.com/reference/getcontacts-1 and …/docs/marketing-webhooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    Customer,
    Unclear,
    at_of,
    clean,
    of_customer,
    part,
)

_BY_HOOK = {"unsubscribe": "withdrawn", "hard_bounce": "withdrawn", "hardBounce": "withdrawn",
            "spam": "withdrawn", "list_addition": "granted", "contact_updated": ""}  # fmt: skip


def contact(said: Json) -> Iterator[Json]:
    """Yield what the API says of one contact: on a list and not blocked is subscribed."""
    as_of = clean(said.get("modifiedAt")) or clean(said.get("createdAt"))
    is_on = bool(said.get("listIds"))
    consents = []
    for channel, blocked in (("email", "emailBlacklisted"), ("sms", "smsBlacklisted")):
        if said.get(blocked) is True:
            consents.append((channel, "withdrawn"))
        elif channel == "email" and is_on:
            consents.append((channel, "granted"))
    yield from _person(said, clean(said.get("email")), consents, as_of)


def hook(said: Json) -> Iterator[Json]:
    """Yield what one webhook says."""
    kind = clean(said.get("event"))
    if kind not in _BY_HOOK:
        return
    at = said.get("ts_event") or said.get("ts")
    if not isinstance(at, int):
        raise Unclear("the event has no time")
    emails = said.get("email")
    for email in emails if isinstance(emails, list) else [emails]:
        consents = [("email", _BY_HOOK[kind])] if _BY_HOOK[kind] else []
        content = said.get("content")
        changed = content[0] if isinstance(content, list) and content else {}
        told = changed if isinstance(changed, dict) else {}
        yield from _person(told, clean(email), consents, at_of(at))


def _person(said: Json, email: str, consents: list[tuple[str, str]], as_of: str) -> Iterator[Json]:
    named = part(said, "attributes") or said
    phone = clean(named.get("SMS"))
    if not as_of or not (email or phone):
        raise Unclear("the contact has no address or no time")
    told = Customer(
        email=email,
        phone=phone if not phone or phone.startswith("+") else f"+{phone}",
        traits={
            "firstName": clean(named.get("FIRSTNAME")) or clean(named.get("PRENOM"))
            or clean(named.get("VORNAME")) or clean(named.get("NOMBRE")),
            "lastName": clean(named.get("LASTNAME")) or clean(named.get("NOM"))
            or clean(named.get("NACHNAME")) or clean(named.get("APELLIDOS")),
        },
        consents=tuple(
            {"channel": channel, "state": state, "at": as_of, "origin": "Brevo"}
            for channel, state in consents
        ),
    )  # fmt: skip
    yield from of_customer(told, as_of)
