"""Money: integer minor units and an ISO 4217 code."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

# ISO 4217 exponents that differ from two (list one, amendment 177).
_EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


def exponent(currency: str) -> int:
    """Return how many decimal places the minor unit of ``currency`` has."""
    return _EXPONENTS.get(currency, 2)


@lru_cache(maxsize=16_384)
def to_minor(amount: Decimal, currency: str) -> int:
    """Round ``amount`` (major units) half away from zero to minor units."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def to_major(minor: int, currency: str) -> Decimal:
    """Return ``minor`` units as an exact amount in major units."""
    return Decimal(minor).scaleb(-exponent(currency))
