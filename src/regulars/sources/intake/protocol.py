"""What the Segment Spec says a request holds: bodies become messages, each good or with a reason.

Pure: no database, no clock. Facts and their sources are in ``docs/reference/collect.md``.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

MOST_BODY_BYTES = 4_000_000
"""A request as sent, packed or not; RudderStack's SDKs send up to this."""
MOST_INFLATED_BYTES = 8_000_000
MOST_MESSAGE_BYTES = 32_768
MOST_MESSAGES = 2_500
_CHUNK = 65_536
_LONGEST_INTEGER = 20

TYPES = frozenset({"identify", "track", "page", "screen", "group", "alias"})
SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias",
         "b": "batch"}  # fmt: skip

Json = dict[str, Any]


class Refused(Exception):
    """A request that must not be sent again as it is: an HTTP status and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Message:
    """One message as received: its key, its JSON with the four times, and why it cannot land.

    ``key`` is 16 bytes of its ``messageId``, or of its content where it has none; ``reason`` is
    empty for a good one, else the code under which it waits in quarantine.
    """

    key: bytes
    type: str
    body: str
    reason: str = ""


def inflate(body: bytes, encoding: str, most: int = MOST_INFLATED_BYTES) -> bytes:
    """Return the body as it was before it was packed; never holds more than ``most`` bytes of it.

    Raises `Refused`: 400 for what is not gzip, breaks off or goes beyond ``most``.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Refused(400, f"The encoding {encoding[:40]} is not understood; send gzip or none.")
    parts, size = [], 0
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | (32 if encoding != "deflate" else 0))
    pending = body
    try:
        while pending and not unpacker.eof:
            part = unpacker.decompress(pending, _CHUNK)
            size += len(part)
            if size > most:
                raise Refused(400, "The body is too large once it is unpacked.")
            parts.append(part)
            pending = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Refused(400, "The body is not valid gzip.") from error
    if not unpacker.eof:
        raise Refused(400, "The packed body breaks off.")
    return b"".join(parts)


def read_json(body: bytes) -> Any:
    """Return what the body says; `Refused` (400) when it is not JSON.

    Half characters, NaN and bytes that are no UTF-8 spoil one text, not its neighbours.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        text = body.decode("utf-8-sig", "replace")
        return _whole(json.loads(text, parse_constant=lambda _: None, parse_int=_integer))
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The body is not valid JSON.") from error


def _integer(text: str) -> int | float:
    """A whole number that can be written again: beyond 64 bits it is a float, as orjson has it."""
    if len(text) <= _LONGEST_INTEGER and -(1 << 63) <= (number := int(text)) < 1 << 64:
        return number
    return float(text)


def _whole(value: Any) -> Any:
    """The same without half characters and NUL."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value


def basic_key(header: str) -> str:
    """Return the write key in an ``Authorization: Basic`` header, or an empty text."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
    return text.partition(":")[0]


def messages(said: Any, kind: str, received_at: datetime) -> Iterator[Message]:
    """Yield what a body says: of a batch every item, else the one message of type ``kind``.

    Raises `Refused` (400) when the body is no object, or its batch no list or too long.
    """
    if not isinstance(said, dict):
        raise Refused(400, "The body is not a JSON object.")
    if kind != "batch":
        shared: Json = {}
        items: Any = [{**said, "type": kind}]
    else:
        shared, items = said, said.get("batch")
        if not isinstance(items, list):
            raise Refused(400, "The batch is not a list.")
        if len(items) > MOST_MESSAGES:
            raise Refused(400, f"A batch holds at most {MOST_MESSAGES} messages.")
    received = _text_of(received_at)
    sent = shared.get("sentAt")
    common = {name: shared[name] for name in ("context", "integrations")
              if isinstance(shared.get(name), dict)}  # fmt: skip
    for item in items:
        yield _message(item, common, sent, received, received_at)


def mended(said: Any, received_at: datetime) -> Message:
    """Return a message that a person has mended, as it would be kept: its times stand as they are.

    Raises `Refused` when it is no object, names no type, lacks what its type needs, or is too long.
    """
    if not isinstance(said, dict):
        raise Refused(400, "The message is not a JSON object.")
    whole = _whole(said)
    if reason := _problem(whole, whole.get("type")):
        raise Refused(400, reason)
    for name in ("timestamp", "receivedAt"):
        if instant(whole.get(name)) is None:
            whole[name] = _text_of(received_at)
    body = _packed(whole)
    if body is None or len(body) > MOST_MESSAGE_BYTES:
        raise Refused(400, "unreadable" if body is None else "too_large")
    return Message(_key_of_content(whole), str(whole["type"]), body.decode())


def _message(item: Any, common: Json, sent: Any, received: str, received_at: datetime) -> Message:
    if not isinstance(item, dict):
        return _odd(item, "not_an_object")
    said = dict(item)
    said.pop("writeKey", None)
    for name, shared in common.items():
        own = said.get(name)
        said[name] = {**shared, **own} if isinstance(own, dict) else shared
    if "sentAt" not in said and sent is not None:
        said["sentAt"] = sent
    number = said.get("messageId")
    key = _key(number) if _is_id(number) else _key_of_content(item)
    kind = said.get("type")
    reason = _problem(said, kind)
    _date(said, received, received_at)
    body = _packed(said)
    if body is not None and b"\\u0000" in body:
        # PostgreSQL keeps it in no text, and one such message would stop all behind it.
        body = _packed(_whole(said))
    if body is None:
        return _odd(item, "unreadable", key)
    if len(body) > MOST_MESSAGE_BYTES:
        reason = reason or "too_large"
    return Message(
        key, kind if isinstance(kind, str) and kind in TYPES else "", body.decode(), reason
    )


def _problem(said: Json, kind: Any) -> str:
    if not isinstance(kind, str) or kind not in TYPES:
        return "no_type"
    number = said.get("messageId")
    if number is not None and not _is_id(number):
        return "bad_message_id"
    if not (_is_id(said.get("userId")) or _is_id(said.get("anonymousId"))):
        return "no_user_anon_id"
    if kind == "track" and not _is_text(said.get("event")):
        return "no_event"
    if kind == "group" and not _is_id(said.get("groupId")):
        return "no_group_id"
    if kind == "alias" and not (_is_id(said.get("previousId")) and _is_id(said.get("userId"))):
        return "no_previous_id"
    return ""


def _is_id(value: Any) -> bool:
    """Whether ``value`` can name somebody or something: a text or a whole number, not too long."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return True
    return isinstance(value, str) and 0 < len(value.strip()) <= 320


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _key(number: Any) -> bytes:
    return blake2b(str(number)[:320].encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _key_of_content(item: Any) -> bytes:
    body = _packed(item, sort=True) or _shown(item).encode("utf-8", "surrogatepass")
    return blake2b(b"content:" + body, digest_size=16).digest()


def _odd(item: Any, reason: str, key: bytes | None = None) -> Message:
    body = (_packed(item) or _shown(item)[:1000].encode("utf-8", "replace"))[:MOST_MESSAGE_BYTES]
    return Message(key or _key_of_content(item), "", body.decode("utf-8", "replace"), reason)


def _shown(item: Any) -> str:
    """What no JSON can say, as a person may look at it."""
    try:
        return repr(item)
    except RecursionError:
        return "Nested too deeply to be shown."


def _packed(value: Any, *, sort: bool = False) -> bytes | None:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort else None)
    except (orjson.JSONEncodeError, TypeError, RecursionError):
        return None


def _date(said: Json, received: str, received_at: datetime) -> None:
    """Put the four times in: ``timestamp`` on the wire is the client's own.

    Where both are said, ``timestamp`` is what the program told of a thing long past, and
    ``originalTimestamp`` when it told it (RudderStack's SDK for Node).
    """
    original = said.get("timestamp")
    if instant(original) is None:
        original = said.get("originalTimestamp") or original
    if original is not None:
        said["originalTimestamp"] = original
    said["receivedAt"] = received
    happened = happened_at(original, said.get("sentAt"), received_at)
    said["timestamp"] = _text_of(happened)


def happened_at(original: Any, sent: Any, received_at: datetime) -> datetime:
    """Return when it happened by our clock: received − (sent − original), never after received.

    Without the instant of sending, the client's own time stands; without either, that of receipt.
    """
    said, left = instant(original), instant(sent)
    if said is None:
        return received_at
    try:
        happened = said if left is None else received_at - (left - said)
    except OverflowError:
        return received_at
    return min(happened, received_at)


def instant(value: Any) -> datetime | None:
    """Read an ISO 8601 instant, or milliseconds since 1970; UTC where no zone is said."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
        if not isinstance(value, str) or len(value) > 40:
            return None
        at = datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
