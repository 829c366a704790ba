"""Sends webhooks as vendors do, and reads their payloads from beside the mappings."""

from __future__ import annotations

import base64
import hmac
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.kernel import clock
from regulars.profiles import person
from regulars.sources import connectors, feed
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import Event, Identifier, Refusal, Source
from tests.sources import states
from tests.sources.door import Answer, knock

FOLDER = Path(connectors.__file__).parent
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SECRET = "a secret that signs"


def payload(vendor: str, file: str, /, **changes: Any) -> dict[str, Any]:
    """One payload in the vendor's own shape, with some of its fields changed."""
    text = (FOLDER / vendor / "fixtures" / f"{file}.json").read_text(encoding="utf-8")
    return {**json.loads(text), **changes}


def in_base64(*parts: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), b"".join(parts), sha256).digest()).decode()


def send(source: Source, body: bytes, headers: dict[str, str], *, path: str = "") -> Answer:
    return knock(path or f"/v1/hook/{source.write_key}", body, headers=headers)


def refused() -> dict[str, int]:
    """What was refused, by reason."""
    return {one.reason: one.count for one in Refusal.objects.all()}


def standing() -> dict[str, Any]:
    """All facts that count, after everything that waits has landed."""
    while land_waiting():
        pass
    return {name: sorted(map(repr, rows)) for name, rows in states.live().items()}


def orders() -> dict[str, tuple[str, dict[str, int]]]:
    """Of each order that counts: its status, and its lines' amounts by kind."""
    while land_waiting():
        pass
    found: dict[str, tuple[str, dict[str, int]]] = {}
    for header, lines in feed.orders_with_lines(feed.view("Europe/London")):
        sums: Counter[str] = Counter()
        for line in lines:
            sums[line[6]] += line[9]
        found[header[1]] = (header[10], {kind: n for kind, n in sums.items() if n})
    return found


def bookings() -> dict[tuple[str, str], tuple[str, int | None, str]]:
    """Of each booking that counts, by its begin (UTC) and what it is: status, amount, e-mail."""
    standing()
    emails = {one.pk: one.value for one in Identifier.objects.filter(kind="email")}
    return {
        (f"{row[3]:%Y-%m-%d %H:%M}", row[8]): (row[9], row[11], emails.get(row[1], ""))
        for row in feed.bookings(feed.view("UTC"))
    }


def allowed(email: str) -> dict[str, str]:
    """What the person of an address allows: state by channel, where one is known."""
    standing()
    resolve()
    link = Link.objects.filter(identifier__kind="email", identifier__value=email).first()
    said = {} if link is None else person.allowed(link.profile_id)
    return {channel: state for channel, state in said.items() if state != "unknown"}


def told() -> list[tuple[str, str, dict[str, Any]]]:
    """Events that count, oldest first: name, e-mail or number of whoever did it, properties."""
    standing()
    who = {one.pk: one.value for one in Identifier.objects.all()}
    rows = Event.objects.order_by("happened_at", "pk")
    return [(one.name, who.get(one.identifier_id or 0, ""), one.properties) for one in rows]


def ends_the_same(story: Sequence[Any], tell: Callable[[Any], Any], dice: random.Random) -> None:
    """Tell ``story`` in its order, then scattered, with repeats and in pieces: the same facts."""
    with clock.frozen(NOW), states.scratch():
        for one in story:
            assert tell(one).status == 200
        wanted = standing()
    scattered = [*story, *(dice.choice(story) for _ in range(3))]
    dice.shuffle(scattered)
    with clock.frozen(NOW), states.scratch():
        for one in scattered:
            assert tell(one).status == 200
            if dice.random() < 0.4:
                standing()
        assert standing() == wanted
