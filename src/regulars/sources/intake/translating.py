"""One message as records that land: an event always, what was said of the person, what was sold.

Pure but for the clock of its rows; orders are in `ecommerce`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regulars.kernel.ids import key64
from regulars.sources.files.plan import MapContext
from regulars.sources.files.records import Consent, CustomerRow, EventRow
from regulars.sources.intake import bots, ecommerce, mapped, states
from regulars.sources.intake.pointing import all_traits, identifiers, plain
from regulars.sources.intake.protocol import Json, instant

_TRAITS = {
    "name": "name", "firstName": "first_name", "first_name": "first_name",
    "lastName": "last_name", "last_name": "last_name", "birthday": "birthday",
    "company": "company", "gender": "gender", "language": "language",
}  # fmt: skip
_ADDRESS = {
    "street": "street", "city": "city", "state": "region", "postalCode": "postcode",
    "postal_code": "postcode", "country": "country",
}  # fmt: skip
_LONGEST_TEXT = 400
_CONSENTS = ("granted", "withdrawn", "unknown")
_NAMES = {"page": "Page Viewed", "screen": "Screen Viewed", "identify": "Identified",
          "group": "Group Joined", "alias": "Aliased"}  # fmt: skip
_KEPT_CONTEXT = ("page", "campaign", "referrer", "locale", "timezone", "userAgent", "library",
                 "device", "screen", "app", "os", "sessionId", "consent")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """What reading depends on: whose numbers these are, and the business's own ways."""

    namespace: str
    orders_in: str
    region: str
    currency: str
    plan: mapped.Plan | None = None
    """How a source's own bodies are read, where it has any."""
    context: MapContext | None = None
    trusts_consents: bool = False
    """Whether consents are believed: a website's key is there for all to read, a vendor signs."""


@dataclass(slots=True)
class Translated:
    """What one message says."""

    event: EventRow
    people: list[CustomerRow] = field(default_factory=list)
    orders: list[ecommerce.OrderTold] = field(default_factory=list)
    states: list[states.StateTold] = field(default_factory=list)


def translate_all(number: int, said: Json, setting: Setting) -> list[Translated]:
    """Return what record ``number`` says: of one message, or of each that its body tells by the
    source's mapping."""
    if said.get("type") != mapped.HOOK:
        return [translate(number, said, setting)]
    at = instant(said.get("receivedAt")) or instant(said.get("timestamp"))
    assert at is not None and setting.context is not None
    told = mapped.read(said, setting.plan, setting.context, at)
    received = said.get("receivedAt") or said["timestamp"]
    return [
        translate(number, {**one, "originalTimestamp": one["timestamp"], "receivedAt": received},
                  setting)
        for one in told
    ]  # fmt: skip


def translate(number: int, said: Json, setting: Setting) -> Translated:
    """Return what record ``number`` says; `ecommerce.Unreadable` when it cannot become facts."""
    at = instant(said["timestamp"])
    assert at is not None
    kind = said["type"]
    bot = bots.bot_of(said)
    who = bots.spoken_of(bot, identifiers(said, setting.namespace, setting.region))
    name = ecommerce.name_of(str(said["event"])) if kind == "track" else _NAMES[kind]
    message_id = str(said.get("messageId") or f"record {number}")
    event = EventRow(number, message_id, name[:120], at, _properties(said), who)
    translated = Translated(event)
    if bot is not None:
        event.properties["bot"] = bot.name
    traits = _traits(said)
    consents = _consents(said) if setting.trusts_consents else ()
    if (traits or consents) and who:
        translated.people.append(CustomerRow(number, message_id, who, traits, consents, at))
    is_order = kind == "track" and name in ecommerce.ORDERS
    if is_order and not bots.is_crawler(bot):
        order = order_in(number, name, event.properties, at, who, setting.currency)
        event.subject_key = key64("order", setting.orders_in, order.order_id)
        translated.orders.append(order)
    if kind == "track" and name in states.NAMES and not bots.is_crawler(bot):
        state = state_in(number, name, event.properties, at, who, setting)
        event.subject_key = state.key
        translated.states.append(state)
    return translated


def state_in(
    row_no: int,
    name: str,
    properties: dict[str, Any],
    at: datetime,
    who: tuple[tuple[str, str], ...],
    setting: Setting,
) -> states.StateTold:
    """Return the state an event tells, from what the event keeps."""
    return states.state_of(
        states.Telling(row_no, name, properties, at, who, setting.orders_in, setting.currency)
    )


def order_in(
    row_no: int,
    name: str,
    properties: dict[str, Any],
    at: datetime,
    who: tuple[tuple[str, str], ...],
    currency: str,
) -> ecommerce.OrderTold:
    """Return what an order's event tells, from what the event keeps."""
    return ecommerce.order_of(row_no, name, {"properties": properties}, at, who, currency)


def _consents(said: Json) -> tuple[Consent, ...]:
    """What a connector says of permissions: ``context.consents``, a list of objects."""
    context = said.get("context")
    given = context.get("consents") if isinstance(context, dict) else None
    return tuple(
        (_text(one.get("channel")), _text(one.get("state")), instant(one.get("at")),
         _text(one.get("origin")))
        for one in (given if isinstance(given, list) else ())
        if isinstance(one, dict) and one.get("state") in _CONSENTS
    )  # fmt: skip


def _traits(said: Json) -> dict[str, str]:
    given = all_traits(said)
    found = {ours: text for theirs, ours in _TRAITS.items() if (text := _text(given.get(theirs)))}
    company = given.get("company")
    if isinstance(company, dict) and (text := _text(company.get("name"))):
        found["company"] = text
    address = given.get("address")
    if isinstance(address, dict):
        found |= {ours: text for theirs, ours in _ADDRESS.items()
                  if (text := _text(address.get(theirs)))}  # fmt: skip
    return found


def _properties(said: Json) -> dict[str, Any]:
    """What the event keeps: its properties or traits raw, the two times of the client, context."""
    found: dict[str, Any] = {}
    for name in ("properties", "traits"):
        if isinstance(said.get(name), dict):
            found.update(said[name])
    for name in ("name", "category", "groupId", "previousId"):
        if isinstance(said.get(name), str | int) and name not in found:
            found[name] = said[name]
    context = said.get("context")
    if isinstance(context, dict):
        kept = {name: context[name] for name in _KEPT_CONTEXT if name in context}
        if kept:
            found["context"] = kept
    times = {name: said[name] for name in ("originalTimestamp", "sentAt", "receivedAt")
             if name in said}  # fmt: skip
    return {**found, "times": times, "messageId": said.get("messageId") or ""}


def _text(value: Any) -> str:
    if isinstance(value, float):
        value = str(value)
    return plain(value)[:_LONGEST_TEXT]
