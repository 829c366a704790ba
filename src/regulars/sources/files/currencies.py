"""Signs and codes of currencies in amounts, and where a comma starts the decimals."""

from __future__ import annotations

import re

# ISO 4217 list one, the codes in everyday use.
CODES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
    GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
    NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS
    VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL""".split()
)
_PREFIXED = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "CDN$": "CAD", "A$": "AUD", "AU$": "AUD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD", "MX$": "MXN", "R$": "BRL", "NT$": "TWD",
}  # fmt: skip
_SIGNS = {
    "€": "EUR", "₹": "INR", "₺": "TRY", "₽": "RUB", "₩": "KRW", "₪": "ILS", "₫": "VND", "₴": "UAH",
    "₦": "NGN", "₱": "PHP", "฿": "THB", "₡": "CRC", "₲": "PYG", "₸": "KZT", "₵": "GHS", "zł": "PLN",
    "Kč": "CZK", "Ft": "HUF", "лв": "BGN", "Fr.": "CHF", "SFr.": "CHF", "Rp": "IDR", "RM": "MYR",
    "kr.": "DKK",
}  # fmt: skip
# Signs that several currencies share: the most traded first.
_SHARED = {
    "$": "USD CAD AUD NZD HKD SGD MXN ARS CLP COP UYU BBD BSD BZD FJD JMD NAD TTD TWD XCD".split(),
    "£": "GBP EGP FKP GIP SHP SDG SYP LBP".split(),
    "¥": "JPY CNY".split(),
    "￥": "JPY CNY".split(),
    "kr": "SEK NOK DKK ISK".split(),
    "R": ["ZAR"],
}
# CLDR 44: the main locale of these countries writes 1.234,50 or 1 234,50.
DECIMAL_COMMA_COUNTRIES = frozenset(
    """AD AL AM AO AR AT AZ BA BE BF BG BJ BO BR BY CF CG CI CL CM CO CR CU CV CY CZ DE DK DZ EC EE
    ES FI FO FR GA GE GF GL GN GP GR GW HR HU ID IS IT KG KZ LT LU LV MC MD ME MF MG MK ML MQ MZ
    NC NE NL NO PF PL PM PT PY RE RO RS RU RW SE SI SK SM SN SR ST TD TG TJ TM TN TR UA UY UZ VA VE
    VN XK ZA""".split()
)

_WORDS = sorted({*_PREFIXED, *_SIGNS, *_SHARED, *CODES}, key=len, reverse=True)
_ANY = "|".join(map(re.escape, _WORDS))
# A sign stands beside the number: before it (after a minus or bracket) or behind it.
_BEFORE = re.compile(rf"^([-+(]?\s*)({_ANY})\.?\s*(?=[-+(]?\s*[\d.,])")
_BEHIND = re.compile(rf"(?<=[\d.,)\-])\s*({_ANY})([-)]?)$")

# Most amounts bear no sign; to look for a hundred words in each takes three times as long.
_BARE = re.compile(r"[-+()\d.,\s]*")


def without_currency(text: str) -> str:
    """Return an amount without the sign and the code beside it ("-$0.95", "$5.00 USD")."""
    for _ in range(2):
        bare = _BEHIND.sub(r"\2", _BEFORE.sub(r"\1", text))
        if bare == text:
            break
        text = bare.strip()
    return text


def find_currency(text: str, *, home: str = "") -> str | None:
    """Return the ISO 4217 code of the sign or code in ``text``, or ``None`` if it bears none.

    A sign that several currencies share ("$", "kr", "¥", "£") means ``home`` (the business's own
    currency) if ``home`` uses it, else the most traded one ("$" USD, "kr" SEK, "¥" JPY, "£" GBP).
    A code alone ("gbp") counts too; a code beats a sign ("$5.00 CAD" is CAD).
    """
    text = text.strip().lstrip("'")
    if _BARE.fullmatch(text):
        return None
    if text.upper() in CODES:
        return text.upper()
    marks = [match[index] for match, index in (
        (_BEFORE.match(text), 2), (_BEHIND.search(text), 1)
    ) if match]  # fmt: skip
    codes = [mark for mark in marks if mark in CODES]
    if codes:
        return codes[0]
    if not marks and text not in {*_PREFIXED, *_SIGNS, *_SHARED}:
        return None
    mark = marks[0] if marks else text
    if mark in _SHARED:
        return home if home in _SHARED[mark] else _SHARED[mark][0]
    return _PREFIXED.get(mark) or _SIGNS[mark]
