"""The file that websites load, as the door serves it, and what goes into their pages."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from regulars.sources import origins
from regulars.sources.intake import snippet
from tests import world
from tests.sources.door import knock

_FILE = Path(snippet.__file__).with_name("regulars.js")


@pytest.mark.parametrize("path", ["/regulars.js", "/v1/regulars.js"])
def test_any_website_may_load_it_packed_and_keep_it_for_an_hour(path: str) -> None:
    asked = {"Accept-Encoding": "br, gzip", "Origin": "https://crumb.test"}
    answer = knock(path, method="GET", headers=asked)
    assert answer.status == 200 and len(answer.body) < 8 * 1024
    assert gzip.decompress(answer.body) == _FILE.read_bytes()
    said = answer.headers
    assert said["Content-Encoding"] == "gzip" and said["Content-Length"] == str(len(answer.body))
    assert said["Content-Type"] == "text/javascript; charset=utf-8"
    assert said["Access-Control-Allow-Origin"] == "https://crumb.test"
    assert said["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=3600" in said["Cache-Control"] and "public" in said["Cache-Control"]
    again = knock(path, method="GET", headers={"If-None-Match": f"W/{said['ETag']}"})
    assert (again.status, again.body) == (304, b"")
    plain = knock(path, method="GET")
    assert "Content-Encoding" not in plain.headers and plain.body == _FILE.read_bytes()


def test_caches_keep_what_differs_apart() -> None:
    environ = {"HTTP_ACCEPT_ENCODING": "gzip"}
    assert ("Vary", "Accept-Encoding, Origin") in snippet.answer(environ)


@pytest.mark.django_db
def test_a_website_is_given_three_lines_for_its_pages(settings: object) -> None:
    settings.PUBLIC_URL = "https://insight.crumb.test"  # type: ignore[attr-defined]
    owner = world.open_shop().owner
    website = origins.as_json(origins.add(owner, "web", name="Website"))
    assert website["snippet"].splitlines() == [
        '<script async src="https://insight.crumb.test/regulars.js"',
        f'        data-key="{website["write_key"]}"',
        '        data-consent="required"></script>',
    ]
    program = origins.as_json(origins.add(owner, "segment", name="Shop"))
    assert program["snippet"] is None
