"""What a person allows, per channel, from what the files say. See docs/algorithms/people.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from regulars.profiles.records import Record

CHANNELS = ("email", "sms", "post")
# What a person may be written to for. Whatever says nothing else is about advertising.
MARKETING = "marketing"
PURPOSES = (MARKETING, "service", "review")
_STRICTNESS = {"granted": 0, "unknown": 1, "withdrawn": 2}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was said about a channel and a purpose: where, and when it was true."""

    channel: str
    purpose: str
    state: str
    at: datetime
    has_own_date: bool
    said: str
    record: Record


def statements(records: Iterable[Record]) -> list[Statement]:
    """Return every statement of ``records``; one without a date of its own has its record's."""
    found = []
    for record in records:
        for entry in record.consents:
            own = _instant(entry.get("at"))
            state = entry.get("state") if entry.get("state") in _STRICTNESS else "unknown"
            found.append(
                Statement(
                    str(entry.get("channel", "")),
                    str(entry.get("purpose") or MARKETING),
                    str(state),
                    own or record.at,
                    own is not None,
                    str(entry.get("origin", "")),
                    record,
                )
            )
    return found


def decide(said: Iterable[Statement], purpose: str = MARKETING) -> dict[str, Statement]:
    """Return channel → the statement that counts for ``purpose``.

    Of one identifier's statements the latest counts, of equally late ones the strictest; where
    identifiers of one person disagree, the strictest.
    """
    latest: dict[tuple[str, int], Statement] = {}
    for one in said:
        key = (one.channel, one.record.identifier_id)
        if one.purpose == purpose and (key not in latest or _order(one) > _order(latest[key])):
            latest[key] = one
    decided: dict[str, Statement] = {}
    for (channel, _), one in latest.items():
        former = decided.get(channel)
        if former is None or _weight(one) > _weight(former):
            decided[channel] = one
    return decided


def _order(one: Statement) -> tuple[datetime, int]:
    return one.at, _STRICTNESS[one.state]


def _weight(one: Statement) -> tuple[int, datetime]:
    return _STRICTNESS[one.state], one.at


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
