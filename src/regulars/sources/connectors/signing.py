"""Signatures of webhooks, compared in constant time."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from regulars.sources.connectors.contract import SIGNING, Account, BadSignature


def digest(secret: str, *parts: bytes) -> bytes:
    """HMAC-SHA256 of all ``parts`` in a row."""
    made = hmac.new(secret.encode(), digestmod=sha256)
    for part in parts:
        made.update(part)
    return made.digest()


def check_base64(account: Account, given: str, *parts: bytes) -> None:
    """Raise `BadSignature` unless ``given`` is the signature of ``parts`` in Base64."""
    wanted = base64.b64encode(digest(secret_of(account), *parts))
    if not hmac.compare_digest(wanted, given.strip().encode("utf-8", "replace")):
        raise BadSignature


def check_hex(account: Account, given: str, *parts: bytes) -> None:
    """Raise `BadSignature` unless ``given`` is the signature of ``parts`` in hex, with or without
    ``sha256=`` before it."""
    wanted = digest(secret_of(account), *parts).hex().encode()
    said = given.strip().removeprefix("sha256=").lower().encode("utf-8", "replace")
    if not hmac.compare_digest(wanted, said):
        raise BadSignature


def secret_of(account: Account) -> str:
    """The secret that signs; an account without one trusts nobody."""
    secret = account.secrets.get(SIGNING, "")
    if not secret:
        raise BadSignature("no_secret")
    return secret
