"""Forms of a website: whoever fills one in is found, and claims nothing more."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.sources import origins
from regulars.sources.models import Source
from tests import world
from tests.connectors.hooks import allowed, refused, send, told

pytestmark = pytest.mark.django_db
SAID = {"name": "Ada Lovelace", "email": "Ada@Crumb.test", "message": "A cake for 20, please",
        "date": "2026-12-01", "_form": "Cakes"}  # fmt: skip
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded",
              "Referer": "https://crumb.test/cakes?utm=x"}  # fmt: skip


@pytest.fixture
def source() -> Source:
    return origins.add(world.open_shop().owner, "form", name="Contact")


def multipart(fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    parts = [f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
             for name, value in fields.items()]  # fmt: skip
    head = 'Content-Disposition: form-data; name="f"; filename="a.png"'
    body = "".join([*parts, f"--XX\r\n{head}\r\n\r\nPNG\r\n--XX--\r\n"]).encode()
    return body, {
        "Content-Type": "multipart/form-data; boundary=XX",
        "Referer": "https://crumb.test/cakes",
    }


@pytest.mark.parametrize("way", ["urlencoded", "multipart", "json"])
def test_a_form_becomes_an_event_of_whoever_filled_it_in(source: Source, way: str) -> None:
    body, head = {
        "urlencoded": (urlencode(SAID).encode(), URLENCODED),
        "multipart": multipart(SAID),
        "json": (json.dumps(SAID).encode(), {"Content-Type": "application/json",
                                             "Referer": "https://crumb.test/cakes"}),
    }[way]  # fmt: skip
    assert send(source, body, head).status == 200
    [(name, who, said)] = told()
    assert (name, who) == ("Form Submitted", "ada@crumb.test")
    assert said["text"] == "A cake for 20, please" and said["form"] == "Cakes"
    assert said["fields"] == {"date": "2026-12-01"} and said["page"] == "https://crumb.test/cakes"


def test_programs_and_empty_forms_are_left_out_and_permissions_not_believed(
    source: Source,
) -> None:
    assert send(source, urlencode({**SAID, "_gotcha": "x"}).encode(), URLENCODED).status == 200
    assert send(source, b"name=Ada", URLENCODED).status == 200
    assert send(source, b"{", URLENCODED | {"Content-Type": "application/json"}).status == 400
    assert told() == [] and refused() == {"not_understood": 1}
    claim = {"email": "ada@crumb.test", "context": {"consents": [{"channel": "email"}]}}
    send(source, json.dumps(claim).encode(), {"Content-Type": "application/json"})
    assert allowed("ada@crumb.test") == {}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(min_size=1, max_size=80), kind=st.sampled_from(
    ["application/json", "multipart/form-data; boundary=X", "multipart/form-data", "text/plain",
     "application/x-www-form-urlencoded"]))  # fmt: skip
def test_anybody_may_send_anything(source: Source, body: bytes, kind: str) -> None:
    answer: Any = send(source, body, {"Content-Type": kind})
    assert answer.status in (200, 400)
