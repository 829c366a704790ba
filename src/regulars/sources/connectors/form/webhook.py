"""Forms of a website, as a browser or a form service sends them: no signature, for anybody."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import orjson

from regulars.sources.connectors.contract import Account, Delivery, Heard, NotUnderstood
from regulars.sources.connectors.form import mapping
from regulars.sources.connectors.messages import clean

_MOST_FIELDS = 200


def hear(account: Account, delivery: Delivery) -> Heard:
    """Read one submission: urlencoded, multipart or JSON. Files are left out."""
    kind = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            fields = _multipart(delivery)
        elif kind == "application/json" or delivery.body.lstrip()[:1] == b"{":
            fields = _json(delivery.body)
        else:
            fields = dict(parse_qsl(delivery.body.decode(), max_num_fields=_MOST_FIELDS))
    except (ValueError, LookupError, AttributeError, IndexError) as error:
        raise NotUnderstood(str(error)) from error
    if not fields:
        raise NotUnderstood("the form is empty")
    page = delivery.headers.get("referer", "").partition("?")[0]
    return Heard(list(mapping.submission(fields, delivery.received_at, page)))


def _json(body: bytes) -> dict[str, str]:
    said = orjson.loads(body)
    if not isinstance(said, dict):
        raise ValueError("the body is no object")
    inner = said.get("data") if isinstance(said.get("data"), dict) else said
    assert isinstance(inner, dict)
    return {str(name): clean(value) for name, value in inner.items()}


def _multipart(delivery: Delivery) -> dict[str, str]:
    head = f"Content-Type: {delivery.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    found = BytesParser(policy=HTTP).parsebytes(head + delivery.body)
    fields: dict[str, str] = {}
    for part in found.iter_parts() if found.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and part.get_filename() is None and len(fields) < _MOST_FIELDS:
            content = part.get_payload(decode=True)
            whole = content if isinstance(content, bytes) else b""
            fields[name] = whole.decode("utf-8", "replace").replace("\x00", "")
    return fields
