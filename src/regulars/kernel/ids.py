"""Keys of facts: the same fact told twice has the same key, whatever file or process told it."""

from __future__ import annotations

from hashlib import blake2b

_SEPARATOR = "\x1f"


def key64(*parts: str) -> int:
    """Return a signed 64-bit key of ``parts`` (BLAKE2b, first eight bytes).

    Two different facts share a key with probability n²/2⁶⁵ (three in a hundred million at a
    million facts). Readers compare the natural id beside the key and refuse a clash.
    """
    digest = blake2b(_SEPARATOR.join(parts).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)
