"""Mailchimp's members of an audience → people and what they allow.

Sources: mailchimp.com/developer/marketing/api/list-members (status, merge fields, times) and
mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    Customer,
    Unclear,
    clean,
    of_customer,
    part,
    text_of,
)

_STATES = {"subscribed": "granted", "unsubscribed": "withdrawn", "cleaned": "withdrawn",
           "archived": "unknown", "pending": "unknown", "transactional": "unknown"}  # fmt: skip
_BY_HOOK = {"subscribe": "granted", "unsubscribe": "withdrawn", "cleaned": "withdrawn",
            "profile": "", "upemail": ""}  # fmt: skip


def member(said: Json) -> Iterator[Json]:
    """Yield what the API says of one member."""
    as_of = clean(said.get("last_changed"))
    state = _STATES.get(clean(said.get("status")), "")
    since = clean(said.get("timestamp_opt")) if state == "granted" else as_of
    address = part(said, "merge_fields", "ADDRESS")
    yield from _person(clean(said.get("email_address")), part(said, "merge_fields"), address,
                       state, since or as_of, as_of, clean(said.get("language")))  # fmt: skip


def hook(said: dict[str, str]) -> Iterator[Json]:
    """Yield what one webhook says; its fields are those of its form, ``data[email]``."""
    kind = said.get("type", "")
    if kind not in _BY_HOOK:
        return
    as_of = _fired(said.get("fired_at", ""))
    merges = {name[13:-1]: value for name, value in said.items()
              if name.startswith("data[merges][") and name.count("[") == 2}  # fmt: skip
    email = said.get("data[email]", "") or said.get("data[new_email]", "")
    yield from _person(email, merges, {}, _BY_HOOK[kind], as_of, as_of, "")


def _person(
    email: str, merges: Json, address: Json, state: str, since: str, as_of: str, language: str
) -> Iterator[Json]:
    if not email or not as_of:
        raise Unclear("the member has no address or no time")
    consent = {"channel": "email", "state": state, "at": since, "origin": "Mailchimp"}
    told = Customer(
        email=email,
        phone=clean(merges.get("PHONE")),
        traits={
            "firstName": clean(merges.get("FNAME")),
            "lastName": clean(merges.get("LNAME")),
            "birthday": clean(merges.get("BIRTHDAY")),
            "language": language,
            "address": {"street": clean(address.get("addr1")), "city": clean(address.get("city")),
                        "state": clean(address.get("state")),
                        "postalCode": clean(address.get("zip")),
                        "country": clean(address.get("country"))},
        },
        consents=(consent,) if state else (),
    )  # fmt: skip
    yield from of_customer(told, as_of)


def _fired(at: str) -> str:
    """``2026-11-20 10:01:02``, which is in UTC, as an instant."""
    try:
        return text_of(datetime.strptime(at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
    except ValueError:
        raise Unclear(f"{at[:40]!r} is no instant") from None
