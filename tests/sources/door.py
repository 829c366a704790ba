"""Knocks at the door where programs send, as they do, without a server in between."""

from __future__ import annotations

import base64
import io
import json
from typing import Any, NamedTuple

from regulars.sources.intake import keys, room
from regulars.sources.intake.door import ahead_of


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


def pages(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"a page"]


DOOR = ahead_of(pages)


def knock(
    path: str,
    body: Any = None,
    *,
    key: str = "",
    method: str = "POST",
    query: str = "",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request; ``body`` is bytes, or what becomes JSON."""
    # What is remembered for a second or two would be another test's.
    keys.forget_senders()
    room.forget()
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": io.BytesIO(raw),
    }
    if key:
        environ["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    for name, value in (headers or {}).items():
        named = name.upper().replace("-", "_")
        environ[named if named == "CONTENT_TYPE" else f"HTTP_{named}"] = value
    told: list[Any] = []
    parts = DOOR(environ, lambda status, given: told.extend((status, given)))
    return Answer(int(told[0].split()[0]), dict(told[1]), b"".join(parts))
