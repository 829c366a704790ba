"""The door keeps what its document says, whatever is sent; nobody loses by a bad neighbour."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, example, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regulars.sources import origins
from regulars.sources.intake import document, keys, protocol
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import Event, IntakeRecord, Source
from tests import world
from tests.sources.door import DOOR, knock

pytestmark = pytest.mark.django_db
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_LAX: dict[str, Any] = {
    "deadline": None, "database": None, "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}  # fmt: skip


@pytest.fixture
def source(db: None) -> Iterator[Source]:
    keys.forget_senders()
    yield origins.add(world.open_shop().owner, "segment", name="Web shop")
    keys.forget_senders()


def test_the_document_is_fresh(repository: Path) -> None:
    written = (repository / "docs/reference/collect-openapi.json").read_text(encoding="utf-8")
    assert written == document.text(), document.__doc__


def test_the_document_names_every_path_that_is_taken(source: Source) -> None:
    named = set(document.openapi()["paths"])
    for name in (*protocol.TYPES, *protocol.SHORT, "batch", "import", "m", "metrics", "x", "merge"):
        for path in (f"/v1/{name}", f"/beacon/v1/{name}", f"/v1/pixel/{name}", f"/pixel/v1/{name}"):
            method = "GET" if "pixel" in path else "POST"
            found = knock(path, {}, key=str(source.write_key), method=method).status
            # A picture is answered whatever is asked.
            is_taken = found != 404 and (name in protocol.TYPES or "pixel" not in path)
            assert (path in named) == is_taken, path


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(document.openapi())
    return [one.ok() for one in schema.get_all_operations()]


@pytest.mark.parametrize("operation", operations(), ids=lambda one: one.label)
def test_whatever_is_sent_is_answered_as_written(operation: Any, source: Source) -> None:
    @seed(20260101)
    @settings(max_examples=6, **_LAX)
    @given(operation.as_strategy())
    def hold(case: Any) -> None:
        if "writeKey" in case.path_parameters:
            case.path_parameters["writeKey"] = source.write_key
        response = case.call(
            app=DOOR, base_url="http://localhost", auth=(str(source.write_key), "")
        )
        case.validate_response(response, checks=_CHECKS)

    hold()


def junk() -> st.SearchStrategy[Any]:
    """Anything JSON can say, more of what hurts: long, deep, huge, half and forbidden letters."""
    text = st.one_of(
        st.text(max_size=20),
        st.sampled_from(["\x00", "a\x00b", "\ud800", "x" * 40_000, "2026-13-40", "NaN", "-0", ""]),
    )
    number = st.one_of(
        st.integers(), st.floats(), st.sampled_from([1 << 70, -(1 << 64), 1e308, -1e-320])
    )
    leaf = st.one_of(st.none(), st.booleans(), number, text)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=3)
        ),
        max_leaves=8,
    )


def hostile() -> st.SearchStrategy[Any]:
    """Items that look like messages, each field of which may be anything."""
    likely = {
        "type": st.sampled_from([*sorted(protocol.TYPES), "batch"]),
        "event": st.sampled_from(["Order Completed", "Order Refunded", "Completed Order", "A"]),
        "userId": st.sampled_from(["7", 7, "ada@crumb.test", " ", "0"]),
        "properties": st.fixed_dictionaries(
            {},
            optional={
                name: st.one_of(junk(), st.sampled_from(["7", "GBP", 3.5, "1.20"]))
                for name in ("order_id", "currency", "total", "products", "shipping", "email")
            },
        ),
    }
    names = (
        *likely, "messageId", "anonymousId", "groupId", "previousId", "traits", "context", "name",
        "timestamp", "originalTimestamp", "sentAt", "integrations", "receivedAt",
    )  # fmt: skip
    fields = {name: st.one_of(likely.get(name, junk()), junk()) for name in names}
    return st.one_of(junk(), st.fixed_dictionaries({}, optional=fields))


_DEEP: Any = {"type": "track", "event": "A", "userId": "7", "properties": {}}
for _ in range(200):
    _DEEP = {**_DEEP, "properties": {"in": _DEEP["properties"]}}
_HURTFUL = [
    _DEEP,
    {"type": "identify", "userId": "a\x00b", "traits": {"email": "x\x00@y.z", "n\x00": "\x00"}},
    {"type": "track", "event": "a\x00b", "userId": "7", "properties": {"n": 1 << 70, "f": 1e308}},
    {"type": "track", "event": "Order Completed", "userId": "7",
     "properties": {"order_id": "1\x00", "total": "1e11", "products": [{"price": "Infinity"}]}},
    {"type": "x" * 500, "userId": "7"},
    {"type": "page", "userId": "\ud800", "timestamp": 1e300, "sentAt": "9999-12-31T23:59:59-23:00"},
    {"type": "page", "userId": "7", "timestamp": "0001-01-01T00:00:00+23:00", "sentAt": 0},
]  # fmt: skip


@pytest.mark.parametrize("is_packed", [False, True])
def test_nobody_loses_by_a_bad_neighbour(source: Source, is_packed: bool) -> None:
    count = 0

    @seed(20260101)
    @settings(max_examples=40, **_LAX)
    @example(items=_HURTFUL, shared={})
    @given(
        items=st.lists(hostile(), max_size=4),
        shared=st.fixed_dictionaries(
            {}, optional={"context": junk(), "sentAt": junk(), "integrations": junk()}
        ),
    )
    def hold(items: list[Any], shared: dict[str, Any]) -> None:
        nonlocal count
        count += 1
        good = {"type": "page", "userId": "9", "messageId": f"good {count}"}
        body = json.dumps({**shared, "batch": [*items, good, *items]}).encode()
        if is_packed:
            body = gzip.compress(body)
        headers = {"Content-Encoding": "gzip"} if is_packed else {}
        assert knock("/v1/b", body, key=str(source.write_key), headers=headers).status == 200
        land_waiting()
        # Its own context may be too large by then: that is said, and it is kept.
        [record] = [one for one in IntakeRecord.objects.filter(kind="page")
                    if f'"good {count}"' in one.body]  # fmt: skip
        landed = Event.objects.filter(properties__messageId=f"good {count}").count()
        assert (record.reason, landed) in (("", 1), ("too_large", 0))

    hold()
    records = IntakeRecord.objects.filter(source_id=source.pk)
    assert records.filter(reason="").count() == Event.objects.count()
