"""The door for programs that send by themselves: a small WSGI callable ahead of Django.

Answers what SDKs of the Segment Spec expect (see ``docs/reference/collect.md``): exactly 200 once
the messages are on disk, 400 for what must not be sent again, 429 or 503 with ``Retry-After``
while there is no room. Pages and the API are Django's.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import orjson
from django.db import DatabaseError

from regulars.kernel import clock
from regulars.sources.connectors import hooks
from regulars.sources.connectors.contract import Delivery
from regulars.sources.intake import pixel, room, snippet
from regulars.sources.intake.keeping import KEEPER
from regulars.sources.intake.keys import SPOKEN, Sender, count_refusal, sender_of
from regulars.sources.intake.protocol import (
    MOST_BODY_BYTES,
    SHORT,
    TYPES,
    Refused,
    basic_key,
    inflate,
    messages,
    read_json,
)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_PREFIXES = ("/v1/", "/beacon/", "/pixel/", "/sourceConfig", "/regulars.js")
_SLASHES = re.compile(r"/{2,}")
_SETTINGS = re.compile(r"/v1/projects/([^/]{1,64})/settings")
_HOOK = re.compile(r"/v1/hook/([^/]{1,64})")
_PIXEL = re.compile(r"(?:/v1/pixel|/pixel/v1)/([a-z]+)")
_TAKEN = b'{"success":true}'
_PHRASES = {200: "OK", 204: "No Content", 304: "Not Modified", 400: "Bad Request",
            401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
            429: "Too Many Requests", 503: "Service Unavailable"}  # fmt: skip
_CODES = {400: "bad_request", 401: "unknown_key", 404: "nothing_here", 405: "wrong_method",
          429: "too_many_waiting", 503: "no_room"}  # fmt: skip
_JSON = ("Content-Type", "application/json; charset=utf-8")
_logger = logging.getLogger("regulars.intake")


class Answer(Exception):
    """What is answered: raised by whatever knows."""

    def __init__(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers


def ahead_of(pages: Application, prepare: Callable[[], None] = lambda: None) -> Application:
    """Return an application that takes the paths of the spec and leaves all others to ``pages``.

    ``prepare`` is called before each request that is taken.
    """

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = _SLASHES.sub("/", environ.get("PATH_INFO", "/"))
        if not path.startswith(_PREFIXES):
            return pages(environ, start_response)
        answer = _answer(environ, path.rstrip("/"), prepare)
        headers = [*answer.headers, *_cors(environ), ("Content-Length", str(len(answer.body)))]
        if answer.body and answer.headers[:1] == ():
            headers.insert(0, _JSON)
        phrase = _PHRASES.get(answer.status, "")
        start_response(f"{answer.status} {phrase}", headers)
        return [answer.body]

    return application


def _answer(environ: Environ, path: str, prepare: Callable[[], None]) -> Answer:
    try:
        prepare()
        return _route(environ, path)
    except Answer as answer:
        return answer
    except Refused as refused:
        return _said(refused.status, refused.sentence)
    except DatabaseError:
        _logger.warning("The database could not take messages", exc_info=True)
        return _later(503, "The database cannot be written just now.")
    except OSError:
        _logger.warning("The disk could not take messages", exc_info=True)
        return _later(503, "The disk cannot be written just now.")


def _route(environ: Environ, path: str) -> Answer:
    method = environ.get("REQUEST_METHOD", "GET")
    if method == "OPTIONS":
        return Answer(204, b"")
    if found := _SETTINGS.fullmatch(path):
        return _settings(found[1])
    if path in snippet.PATHS:
        return Answer(*snippet.answer(environ))
    if found := _HOOK.fullmatch(path):
        return _hook(environ, method, found[1])
    if path == "/sourceConfig":
        return _source_config(environ)
    if found := _PIXEL.fullmatch(path):
        return _pixel(environ, found[1])
    name = path.rpartition("/")[2]
    if path not in (f"/v1/{name}", "/beacon/v1/batch"):
        return _said(404, "There is nothing at this address.")
    if name in ("m", "metrics"):
        # Figures about the SDK itself: read off the wire, and nothing is kept.
        return Answer(200, _TAKEN)
    kind = SHORT.get(name, "batch" if name == "import" else name)
    if kind not in TYPES and kind != "batch":
        return _said(404, "There is nothing at this address.")
    if method != "POST":
        return Answer(405, _sentence(405, "Send it by POST."), _JSON, ("Allow", "POST, OPTIONS"))
    return _collect(environ, kind)


def _collect(environ: Environ, kind: str) -> Answer:
    body = inflate(_body(environ), environ.get("HTTP_CONTENT_ENCODING", "").strip().lower())
    key = basic_key(environ.get("HTTP_AUTHORIZATION", "")) or _queried(environ, "writeKey")
    said = read_json(body)
    if not key and isinstance(said, dict) and isinstance(said.get("writeKey"), str):
        key = said["writeKey"]
    sender = _sender(key)
    if sender.kind not in SPOKEN:
        # A vendor's key proves nothing by itself: its webhooks are signed.
        count_refusal(sender.source_id, "only_webhooks")
        return _said(401, "This source takes signed webhooks only.")
    if (full := room.why_full()) is not None:
        count_refusal(sender.source_id, full.reason)
        return _later(full.status, full.sentence)
    received_at = clock.now()
    KEEPER.keep(sender.source_id, received_at, list(messages(said, kind, received_at)))
    return Answer(200, _TAKEN)


def _hook(environ: Environ, method: str, key: str) -> Answer:
    """A vendor's webhook: its key stands in the path, its signature says who it is."""
    if method in ("GET", "HEAD"):
        # Some vendors look whether there is anybody before they take an address.
        _sender(key)
        return Answer(200, _TAKEN if method == "GET" else b"")
    if method != "POST":
        return Answer(405, _sentence(405, "Send it by POST."), _JSON, ("Allow", "POST, OPTIONS"))
    sender = _sender(key)
    body = inflate(_body(environ), environ.get("HTTP_CONTENT_ENCODING", "").strip().lower())
    if (full := room.why_full()) is not None:
        count_refusal(sender.source_id, full.reason)
        return _later(full.status, full.sentence)
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items()
               if name.startswith("HTTP_")}  # fmt: skip
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    try:
        hooks.take(sender.source_id, Delivery(headers, body, clock.now()))
    except hooks.Refusal as refusal:
        count_refusal(sender.source_id, refusal.reason)
        return _said(refusal.status, refusal.sentence)
    return Answer(200, _TAKEN)


def _sender(key: str) -> Sender:
    sender = sender_of(key) if key else None
    if sender is None:
        count_refusal(0, "bad_key" if key else "no_key")
        raise _said(401, "The write key is missing or unknown.")
    if sender.is_paused:
        count_refusal(sender.source_id, "paused")
        raise _said(404, "This source is paused.")
    return sender


def _body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    most = int(length) if length.isdecimal() else MOST_BODY_BYTES + 1
    if most > MOST_BODY_BYTES and length:
        raise Refused(400, "The body is too large.")
    body: bytes = environ["wsgi.input"].read(most)
    if len(body) > MOST_BODY_BYTES:
        raise Refused(400, "The body is too large.")
    if not body.strip():
        raise Refused(400, "The body is empty.")
    return body


def _queried(environ: Environ, name: str) -> str:
    query: str = environ.get("QUERY_STRING", "")
    return parse_qs(query).get(name, [""])[0]


def _pixel(environ: Environ, kind: str) -> Answer:
    """A picture of one dot, whatever the address says: it stands in a mail or a page."""
    if kind in TYPES:
        try:
            said = pixel.read(environ.get("QUERY_STRING", ""))
            key = said.get("writeKey") or basic_key(environ.get("HTTP_AUTHORIZATION", ""))
            sender = _sender(key if isinstance(key, str) else "")
            if sender.kind in SPOKEN and room.why_full() is None:
                at = clock.now()
                KEEPER.keep(sender.source_id, at, list(messages(said, kind, at)))
        except (Answer, Refused):
            pass
    return Answer(200, pixel.DOT, ("Content-Type", "image/gif"), ("Cache-Control", "no-store"))


def _settings(key: str) -> Answer:
    sender = sender_of(key)
    if sender is None:
        return _said(404, "The write key is unknown.")
    stub = {
        "integrations": {"Segment.io": {"apiKey": key, "unbundledIntegrations": [],
                                        "addBundledMetadata": True, "versionSettings": {}}},
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}},
                 "identify": {"__default": {"enabled": True}},
                 "group": {"__default": {"enabled": True}}},
        "edgeFunction": {}, "analyticsNextEnabled": True, "middlewareSettings": {},
        "enabledMiddleware": {}, "metrics": {"sampleRate": 0}, "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }  # fmt: skip
    return Answer(200, orjson.dumps(stub), _JSON, ("Cache-Control", "no-cache"))


def _source_config(environ: Environ) -> Answer:
    key = basic_key(environ.get("HTTP_AUTHORIZATION", "")) or _queried(environ, "writeKey")
    sender = sender_of(key) if key else None
    if sender is None:
        return _said(401, "The write key is missing or unknown.")
    at = clock.now().isoformat()
    stub = {
        "source": {"id": str(sender.source_id), "name": sender.name, "writeKey": key,
                   "enabled": not sender.is_paused, "config": {}, "workspaceId": "regulars",
                   "dataplanes": {}, "destinations": [], "connections": [], "updatedAt": at},
        "updatedAt": at,
    }  # fmt: skip
    return Answer(200, orjson.dumps(stub), _JSON, ("Cache-Control", "no-cache"))


def _cors(environ: Environ) -> list[tuple[str, str]]:
    origin = environ.get("HTTP_ORIGIN")
    if not origin:
        return []
    headers = [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        # A page of another origin sees no other header, and would not know when to come again.
        ("Access-Control-Expose-Headers", "Retry-After, X-RateLimit-Reset"),
        ("Vary", "Origin"),
    ]
    if environ.get("REQUEST_METHOD") == "OPTIONS":
        asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "Content-Type, Authorization")
        headers += [
            ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
            ("Access-Control-Allow-Headers", asked[:500]),
            ("Access-Control-Max-Age", "86400"),
        ]
    return headers


def _said(status: int, sentence: str) -> Answer:
    return Answer(status, _sentence(status, sentence), _JSON)


def _later(status: int, sentence: str) -> Answer:
    seconds = str(room.RETRY_SECONDS)
    return Answer(status, _sentence(status, sentence), _JSON, ("Retry-After", seconds),
                  ("X-RateLimit-Reset", seconds))  # fmt: skip


def _sentence(status: int, text: str) -> bytes:
    # SDKs for Python read ``code``; RudderStack's sends a refused batch again where there is none.
    return orjson.dumps({"success": False, "code": _CODES.get(status, "refused"), "message": text})
