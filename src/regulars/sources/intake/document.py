"""The written contract of the door, as an OpenAPI document.

``python -m regulars.sources.intake.document > docs/reference/collect-openapi.json``
"""

from __future__ import annotations

import json
from typing import Any

from regulars.sources.intake.protocol import MOST_BODY_BYTES, MOST_MESSAGES, SHORT, TYPES

Json = dict[str, Any]

_ID: Json = {"type": ["string", "integer", "null"]}
_TIME: Json = {
    "type": ["string", "number", "null"],
    "description": "ISO 8601, UTC where no zone is said; or milliseconds since 1970.",
}
_OBJECT: Json = {"type": "object"}
_MESSAGE: Json = {
    "type": "object",
    "description": "Whatever else is said is kept as it is.",
    "properties": {
        "messageId": _ID, "userId": _ID, "anonymousId": _ID, "timestamp": _TIME,
        "originalTimestamp": _TIME, "sentAt": _TIME, "context": _OBJECT,
        "integrations": _OBJECT, "properties": _OBJECT, "traits": _OBJECT,
        "event": {"type": "string"}, "name": {"type": "string"}, "category": {"type": "string"},
        "groupId": _ID, "previousId": _ID, "writeKey": {"type": "string"},
    },
}  # fmt: skip
_NEEDS: dict[str, tuple[str, ...]] = {
    "track": ("event",), "group": ("groupId",), "alias": ("previousId", "userId"),
}  # fmt: skip
_KEYS: list[Json] = [{"basic": []}, {"inQuery": []}, {}]
_RETRY: Json = {
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."},
    "X-RateLimit-Reset": {"schema": {"type": "integer"}, "description": "The same."},
}


def openapi() -> Json:
    """Return the OpenAPI 3.1 document of all that SDKs ask and send."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Regulars: collection endpoint",
            "version": "1",
            "description": "Takes messages of the Segment Spec. See collect.md.",
        },
        "paths": dict(sorted(_paths().items())),
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic",
                          "description": "The write key as the name; no password."},
                "inQuery": {"type": "apiKey", "in": "query", "name": "writeKey"},
            },
            "parameters": {"Encoding": {
                "name": "Content-Encoding", "in": "header", "required": False,
                "schema": {"enum": ["gzip", "deflate", "identity"]},
                "description": "How the body is packed. It is JSON whatever its type says.",
            }},
            "requestBodies": {kind.title(): _request(kind) for kind in sorted({*TYPES, "batch"})},
            "responses": _responses(),
            "schemas": {
                "Message": _MESSAGE,
                **{kind.title(): _kind(kind) for kind in sorted(TYPES)},
                "Item": _item(),
                "Batch": _batch(),
                "Taken": _closed({"success": {"const": True}}),
                "Refused": _closed({"success": {"const": False}, "code": {"type": "string"},
                                    "message": {"type": "string"}}),
            },
        },
    }  # fmt: skip


def text() -> str:
    """Return the document as the file holds it."""
    return json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n"


def _paths() -> Json:
    found: Json = {"/v1/import": _collects("batch", "/v1/import")}
    for kind in (*sorted(TYPES), "batch"):
        found[f"/v1/{kind}"] = _collects(kind, f"/v1/{kind}")
    for short, kind in SHORT.items():
        found[f"/v1/{short}"] = _collects(kind, f"/v1/{short}")
    found["/beacon/v1/batch"] = _collects("batch", "/beacon/v1/batch")
    for path in ("/v1/m", "/v1/metrics"):
        found[path] = {"post": {
            "summary": "Figures an SDK sends about itself; nothing is kept.",
            "responses": {"200": _answer("Read.", "Taken")},
        }}  # fmt: skip
    for kind in sorted(TYPES):
        for path in (f"/v1/pixel/{kind}", f"/pixel/v1/{kind}"):
            found[path] = {"get": _pixel(kind)}
    found["/v1/projects/{writeKey}/settings"] = {"get": _settings()}
    found["/sourceConfig"] = {"get": _source_config()}
    return found


def _collects(kind: str, path: str) -> Json:
    return {"post": {
        "summary": f"Take {'a batch of messages' if kind == 'batch' else f'one {kind}'}.",
        "operationId": path.strip("/").replace("/", "_"),
        "security": _KEYS,
        "parameters": [{"$ref": "#/components/parameters/Encoding"}],
        "requestBody": {"$ref": f"#/components/requestBodies/{kind.title()}"},
        "responses": {status: {"$ref": f"#/components/responses/{status}"}
                      for status in _responses()},
    }}  # fmt: skip


def _responses() -> Json:
    return {
        "200": _answer("All of it is on disk; what cannot be read is held back.", "Taken"),
        "400": _answer("Never send it again as it is.", "Refused"),
        "401": _answer("The write key is missing or unknown.", "Refused"),
        "404": _answer("The source is paused.", "Refused"),
        "429": {**_answer("Too much waits to be read.", "Refused"), "headers": _RETRY},
        "503": {**_answer("The disk or the database cannot be written.", "Refused"),
                "headers": _RETRY},
    }  # fmt: skip


def _request(kind: str) -> Json:
    body = {"schema": _ref(kind.title())}
    return {
        "required": True,
        "description": f"At most {MOST_BODY_BYTES} bytes as sent.",
        "content": {"application/json": body, "text/plain": body},
    }


def _pixel(kind: str) -> Json:
    return {
        "summary": f"A picture of one dot that tells one {kind}.",
        "security": _KEYS,
        "parameters": [
            {"name": "data", "in": "query", "required": False, "schema": {"type": "string"},
             "description": "The message: base64 of JSON. Else dotted names beside it."},
            {"name": "userId", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "event", "in": "query", "required": False, "schema": {"type": "string"}},
        ],
        "responses": {"200": {
            "description": "The picture, whether the message could be taken or not.",
            "content": {"image/gif": {"schema": {"type": "string", "format": "binary"}}},
        }},
    }  # fmt: skip


def _settings() -> Json:
    return {
        "summary": "What analytics.js asks for before it sends.",
        "parameters": [{"name": "writeKey", "in": "path", "required": True,
                        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}}],
        "responses": {"200": _answer("Send all of it here.", None),
                      "404": _answer("The write key is unknown.", "Refused")},
    }  # fmt: skip


def _source_config() -> Json:
    return {
        "summary": "What RudderStack's SDK for browsers asks for before it sends.",
        "security": _KEYS[:2],
        "responses": {"200": _answer("Send all of it here.", None),
                      "401": _answer("The write key is missing or unknown.", "Refused")},
    }  # fmt: skip


def _kind(kind: str) -> Json:
    return {"allOf": [_ref("Message"), {"type": "object", "required": list(_NEEDS.get(kind, ()))}]}


def _item() -> Json:
    named = {"properties": {"type": {"enum": sorted(TYPES)}}, "required": ["type"]}
    return {"allOf": [_ref("Message"), {"type": "object", **named}]}


def _batch() -> Json:
    return {
        "type": "object",
        "required": ["batch"],
        "properties": {
            "batch": {"type": "array", "maxItems": MOST_MESSAGES, "items": _ref("Item")},
            "sentAt": {**_TIME, "description": "Of each message that says none."},
            "context": {"type": "object", "description": "Under that of each message."},
            "integrations": _OBJECT,
            "writeKey": {"type": "string"},
        },
    }


def _closed(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}  # fmt: skip


def _answer(description: str, schema: str | None) -> Json:
    body = _OBJECT if schema is None else _ref(schema)
    return {"description": description, "content": {"application/json": {"schema": body}}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


if __name__ == "__main__":
    import sys

    sys.stdout.write(text())
