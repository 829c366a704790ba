"""Webhooks of any program: a signature or a token, then JSON of any shape.

Two ways of signing are understood: that of Standard Webhooks (``webhook-id``,
``webhook-timestamp``, ``webhook-signature``; standardwebhooks.com), and HMAC-SHA256 of the raw
body, in hex or Base64, in a header whose name is a setting. A program that cannot sign sends the
secret itself, as a bearer token or in a header.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import blake2b

import orjson

from regulars.sources.connectors.contract import (
    Account,
    BadSignature,
    Delivery,
    Heard,
    Json,
    NotUnderstood,
)
from regulars.sources.connectors.messages import text_of
from regulars.sources.connectors.signing import check_base64, check_hex, secret_of

TOLERANCE_SECONDS = 300
_HEADER = "x-signature"
_NUMBERS = ("webhook-id", "x-webhook-id", "x-event-id", "x-request-id", "idempotency-key")
_MOST_MESSAGES = 1_000


def hear(account: Account, delivery: Delivery) -> Heard:
    """Check whose it is, and keep each object of the body whole; the mapping reads it later."""
    _check(account, delivery)
    try:
        said = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(str(error)) from error
    found = said if isinstance(said, list) else [said]
    if not found or len(found) > _MOST_MESSAGES or not all(isinstance(one, dict) for one in found):
        raise NotUnderstood("the body is no object and no list of objects")
    number = next((delivery.headers[name] for name in _NUMBERS if delivery.headers.get(name)), "")
    return Heard([_message(one, number, place, delivery) for place, one in enumerate(found)])


def _message(payload: Json, number: str, place: int, delivery: Delivery) -> Json:
    """One object. The program's own number tells one delivery from another; without one, what it
    says does, so that the same sent again is not taken again."""
    content = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    digest = blake2b(content, digest_size=12).hexdigest()
    told = f"{number[:120]}/{place}/{digest}" if number else digest
    return {"type": "hook", "messageId": f"hook/{told}", "payload": payload,
            "timestamp": text_of(delivery.received_at)}  # fmt: skip


def _check(account: Account, delivery: Delivery) -> None:
    if "webhook-signature" in delivery.headers:
        return _check_standard(account, delivery)
    name = account.settings.get("header", "").strip().lower() or _HEADER
    given = delivery.headers.get(name, "")
    if not given and name == _HEADER:
        name, given = "authorization", delivery.headers.get("authorization", "")
    secret = secret_of(account)
    plain = given.removeprefix("Bearer ").strip().encode("utf-8", "replace")
    if hmac.compare_digest(secret.encode(), plain):
        return None
    try:
        check_hex(account, given, delivery.body)
    except BadSignature:
        check_base64(account, given.removeprefix("sha256="), delivery.body)
    return None


def _check_standard(account: Account, delivery: Delivery) -> None:
    headers = delivery.headers
    number, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        key = base64.b64decode(secret_of(account).removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = secret_of(account).encode()
    signed = b".".join([number.encode("utf-8", "replace"), at.encode("utf-8", "replace"),
                        delivery.body])  # fmt: skip
    wanted = base64.b64encode(hmac.new(key, signed, "sha256").digest())
    given = [one.partition(",")[2] for one in headers["webhook-signature"].split()
             if one.startswith("v1,")]  # fmt: skip
    fits = [hmac.compare_digest(wanted, one.encode("utf-8", "replace")) for one in given]
    if not any(fits):
        raise BadSignature
    if not at.isdecimal() or abs(delivery.received_at.timestamp() - int(at)) > TOLERANCE_SECONDS:
        raise BadSignature("stale_signature")
