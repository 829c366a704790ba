"""Secrets of vendors, kept in the database in a form that its reader alone cannot use.

They are encrypted with a key made of the installation's own secret (``REGULARS_SECRET_KEY`` or
``secret.key`` in the data folder), which does not stand in the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE = b"regulars: secrets of sources"


class Sealed(Exception):
    """The secrets were sealed under another installation's secret."""


def seal(secrets: Mapping[str, str]) -> str:
    """Return ``secrets`` encrypted, as text."""
    return _lock(settings.SECRET_KEY).encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(text: str) -> dict[str, str]:
    """Return what `seal` was given; nothing for an empty text, `Sealed` with another secret."""
    from cryptography.fernet import InvalidToken

    if not text:
        return {}
    try:
        found: dict[str, str] = json.loads(_lock(settings.SECRET_KEY).decrypt(text.encode()))
    except InvalidToken as error:
        raise Sealed from error
    return found


def keyed_hash(purpose: str, *parts: str | bytes, size: int = 8) -> str:
    """Return ``size`` bytes, as hexadecimal, that nobody can make of ``parts`` without the
    installation's secret. Hashes of different purposes say nothing of each other."""
    digest = blake2b(key=_hash_key(settings.SECRET_KEY), digest_size=size)
    for part in (purpose, *parts):
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


@lru_cache(maxsize=2)
def _hash_key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=64, person=b"regulars hashes").digest()


@lru_cache(maxsize=2)
def _lock(secret: str) -> Fernet:
    import base64

    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
