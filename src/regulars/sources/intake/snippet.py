"""`regulars.js`, the file that websites load: read and packed once, at one address for ever."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import blake2b
from html import escape
from pathlib import Path
from typing import Any

from django.conf import settings

PATHS = ("/regulars.js", "/v1/regulars.js")
_FILE = Path(__file__).with_name("regulars.js")
# Its address never changes, so browsers ask again within the hour whether it did.
_KEPT = "public, max-age=3600, stale-while-revalidate=604800"
Answered = tuple[int, bytes, *tuple[tuple[str, str], ...]]


def answer(environ: dict[str, Any]) -> Answered:
    """Return the status, the body and the headers for a request of the file.

    Any site may load it (also with `crossorigin` and `integrity`); headers for an `Origin` are
    the door's.
    """
    plain, packed, tag = _file()
    headers = (
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Cache-Control", _KEPT),
        ("ETag", tag),
        ("Vary", "Accept-Encoding, Origin"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("X-Content-Type-Options", "nosniff"),
    )
    if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return 304, b"", *headers
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "").lower():
        return 200, packed, ("Content-Encoding", "gzip"), *headers
    return 200, plain, *headers


def tag(key: str, host: str = "") -> str:
    """Return what goes into every page of a website that sends with ``key``; ``host`` stands in
    where nobody told the public address."""
    address = settings.PUBLIC_URL or host or "https://YOUR-REGULARS"
    return (
        f'<script async src="{escape(address)}{PATHS[0]}"\n'
        f'        data-key="{escape(key)}"\n'
        '        data-consent="required"></script>'
    )


@cache
def _file() -> tuple[bytes, bytes, str]:
    plain = _FILE.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0)
    return plain, packed, f'"{blake2b(plain, digest_size=12).hexdigest()}"'
