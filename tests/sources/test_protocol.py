"""What a request holds, whoever wrote it: good messages are read, others say why not."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.sources.intake import pixel
from regulars.sources.intake.protocol import (
    MOST_MESSAGES,
    Refused,
    basic_key,
    happened_at,
    inflate,
    instant,
    messages,
    read_json,
)

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def read(said: Any, kind: str = "batch") -> list[tuple[str, dict[str, Any]]]:
    return [(one.reason, json.loads(one.body)) for one in messages(said, kind, AT)]


def test_a_batch_gives_its_context_and_sending_time_to_every_message() -> None:
    body = {
        "writeKey": "k",
        "sentAt": "2026-11-26T09:29:50Z",
        "context": {"library": {"name": "x"}, "locale": "en"},
        "batch": [
            {"type": "track", "event": "A", "userId": "1", "timestamp": "2026-11-26T09:29:40Z"},
            {"type": "page", "anonymousId": "b", "context": {"locale": "de"}},
        ],
    }
    (good, first), (_, second) = read(body)
    assert good == "" and first["context"] == {"library": {"name": "x"}, "locale": "en"}
    # Twenty seconds before it was sent by the client's clock: so by ours.
    assert first["timestamp"] == "2026-11-26T09:29:50.000Z"
    assert first["originalTimestamp"] == "2026-11-26T09:29:40Z"
    assert (first["sentAt"], first["receivedAt"]) == (body["sentAt"], "2026-11-26T09:30:00.000Z")
    assert second["context"] == {"library": {"name": "x"}, "locale": "de"}
    assert second["timestamp"] == "2026-11-26T09:30:00.000Z" and "writeKey" not in second


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (5, "not_an_object"),
        ({"type": "x", "userId": "1"}, "no_type"),
        ({"userId": "1"}, "no_type"),
        ({"type": "track", "event": "A"}, "no_user_anon_id"),
        ({"type": "track", "event": "A", "userId": "  "}, "no_user_anon_id"),
        ({"type": "track", "event": " ", "userId": "1"}, "no_event"),
        ({"type": "track", "event": 5, "userId": "1"}, "no_event"),
        ({"type": "group", "userId": "1"}, "no_group_id"),
        ({"type": "alias", "userId": "1"}, "no_previous_id"),
        ({"type": "page", "userId": "1", "messageId": [1]}, "bad_message_id"),
        ({"type": "page", "userId": "1", "properties": {"t": "x" * 40_000}}, "too_large"),
        ({"type": "page", "userId": 17850}, ""),
        ({"type": "page", "anonymousId": "a", "userId": None}, ""),
    ],
)
def test_one_bad_message_waits_and_its_neighbour_lands(item: Any, reason: str) -> None:
    neighbour = {"type": "page", "userId": "7"}
    assert [one for one, _ in read({"batch": [item, neighbour]})] == [reason, ""]


def test_messages_are_known_by_their_id_else_by_their_content() -> None:
    batch = [
        {"type": "page", "userId": "1", "messageId": "m"},
        {"type": "page", "userId": "2", "messageId": "m"},
        {"type": "page", "userId": "1"},
        {"userId": "1", "type": "page"},
        {"type": "page", "userId": "2"},
    ]
    keys = [one.key for one in messages({"batch": batch}, "batch", AT)]
    assert keys[0] == keys[1] and keys[2] == keys[3] and len(set(keys)) == 3


@given(said=JSON | st.fixed_dictionaries({"batch": st.lists(JSON, max_size=5)}))
def test_whatever_is_said_is_read_or_refused(said: Any) -> None:
    for kind in ("batch", "track"):
        try:
            found = list(messages(said, kind, AT))
        except Refused as refused:
            assert refused.status == 400
        else:
            assert all(len(one.key) == 16 and len(one.reason) <= 40 for one in found)
            if kind == "batch":
                assert len(found) == len(said["batch"])


@given(body=st.binary(max_size=200))
def test_whatever_bytes_come_are_json_or_refused(body: bytes) -> None:
    for encoding in ("", "gzip", "deflate", "br"):
        try:
            read_json(inflate(body, encoding))
        except Refused as refused:
            assert refused.status == 400


def test_one_broken_text_does_not_spoil_its_neighbours() -> None:
    body = (
        b'{"batch":[{"type":"page","userId":"\\ud800x"},{"type":"page","userId":"\xff7","n":NaN}]}'
    )
    assert [reason for reason, _ in read(read_json(body))] == ["", ""]
    for number in ("1" + "0" * 30, "-" + "9" * 20, "9" * 5_000, "18446744073709551616"):
        large = b'{"batch":[{"type":"page","userId":"\\ud800","n":%s}]}' % number.encode()
        assert [reason for reason, _ in read(read_json(large))] == [""]


def test_no_letter_and_no_type_is_kept_that_a_database_would_refuse() -> None:
    item = {"type": "track", "event": "a\x00b", "userId": "7", "properties": {"\x00n": ["\x00"]}}
    odd = {"type": "x" * 500, "userId": "7"}
    kept = list(messages({"batch": [item, odd, {**odd, "type": "track\x00"}]}, "batch", AT))
    said = json.loads(kept[0].body)
    assert (said["event"], said["properties"]) == ("ab", {"n": [""]})
    assert [(one.type, one.reason) for one in kept[1:]] == [("", "no_type")] * 2


def test_bodies_are_unpacked_up_to_a_bound() -> None:
    text = b'{"batch":[]}'
    assert inflate(gzip.compress(text), "gzip") == text
    assert inflate(zlib.compress(text), "deflate") == text
    with pytest.raises(Refused, match="too large"):
        inflate(gzip.compress(bytes(50_000_000)), "gzip")
    with pytest.raises(Refused, match="breaks off"):
        inflate(gzip.compress(text * 100)[:-12], "gzip")
    with pytest.raises(Refused, match="valid JSON"):
        read_json(b"[" * 100_000)
    with pytest.raises(Refused, match="at most"):
        list(messages({"batch": [{}] * (MOST_MESSAGES + 1)}, "batch", AT))


@given(
    said=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2040, 1, 1)),
    skew=st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)),
    on_the_way=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)),
)
def test_a_wrong_clock_at_the_client_does_not_move_what_happened(
    said: datetime, skew: timedelta, on_the_way: timedelta
) -> None:
    truly = said.replace(tzinfo=UTC)
    received = truly + on_the_way
    by_their_clock = [(at + skew).isoformat() for at in (truly, received)]
    assert happened_at(*by_their_clock, received) == truly


def test_times_are_read_as_sdks_write_them() -> None:
    assert instant("2026-11-26T10:30:00.000+01:00") == AT
    assert instant("2026-11-26T09:30:00") == AT
    assert instant(AT.timestamp() * 1000) == AT
    for odd in ("yesterday", True, None, "", 1e30, [], "2026-13-40"):
        assert instant(odd) is None
    # After receipt nothing happened; without a time of sending the client's own time stands.
    assert happened_at("2027-01-01T00:00:00Z", None, AT) == AT
    assert happened_at("2020-01-01T00:00:00Z", None, AT).year == 2020
    assert happened_at(None, "2026-11-26T09:00:00Z", AT) == AT


@pytest.mark.parametrize(
    ("said", "happened"),
    [
        ({"timestamp": "2025-03-01T08:30:00Z"}, "2025-03-01T08:30:00.000Z"),
        ({"originalTimestamp": "2025-03-01T08:30:00Z"}, "2025-03-01T08:30:00.000Z"),
        # A thing long past, told now: RudderStack's SDK for Node says both.
        ({"timestamp": "2025-03-01T08:30:00Z", "originalTimestamp": "2026-11-26T09:29:59Z"},
         "2025-03-01T08:30:00.000Z"),
        ({"timestamp": "someday", "originalTimestamp": "2025-03-01T08:30:00Z"},
         "2025-03-01T08:30:00.000Z"),
        ({"timestamp": "someday"}, "2026-11-26T09:30:00.000Z"),
    ],
)  # fmt: skip
def test_the_time_that_a_program_told_counts(said: dict[str, str], happened: str) -> None:
    item = {"type": "page", "userId": "7", "sentAt": "2026-11-26T09:30:00Z", **said}
    [message] = messages({"batch": [item]}, "batch", AT)
    assert json.loads(message.body)["timestamp"] == happened


def test_keys_come_in_a_header_with_and_without_a_colon() -> None:
    for text in ("abc:", "abc", "abc:secret"):
        assert basic_key("Basic " + base64.b64encode(text.encode()).decode()) == "abc"
    for odd in ("", "Bearer abc", "Basic", "Basic %%%", "basic ÿ"):
        assert basic_key(odd) == ""


def test_a_picture_carries_a_message_in_its_address() -> None:
    said = {"userId": "7", "event": "Opened", "properties": {"a": 1}}
    packed = base64.b64encode(json.dumps(said).encode()).decode()
    assert pixel.read(f"data={packed}&writeKey=k") == {**said, "writeKey": "k"}
    dotted = pixel.read("userId=7&properties.a.b=1&context.page.url=x&userId.x=2")
    assert dotted == {
        "userId": "7",
        "properties": {"a": {"b": "1"}},
        "context": {"page": {"url": "x"}},
    }
    with pytest.raises(Refused):
        pixel.read("data=%%%")
