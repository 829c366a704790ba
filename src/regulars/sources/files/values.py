"""Numbers, currencies, yes and no, and clean text, as people and programs write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from regulars.kernel.telling import told

from .currencies import DECIMAL_COMMA_COUNTRIES, find_currency, without_currency

__all__ = [
    "NumberReader",
    "NumberStyle",
    "clean_text",
    "decide_number_style",
    "find_currency",
    "parse_bool",
    "parse_decimal",
    "parse_quantity",
]

_CACHE_TEXTS = 8_000
_ENOUGH_EVIDENCE = 1_000
_EMPTY = frozenset("nan NaN NAN NULL null N/A n/a #N/A <NA> \\N NaT".split())
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff]")
_PLAIN = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_POWER = re.compile(r"-?\d{1,20}(\.\d{1,30})?[eE][+-]?\d{1,2}", re.ASCII)
_MINUS = str.maketrans("\u2212\u2012\u2013\ufe63\uff0d", "-----")
_SPACES = re.compile("[ \u00a0\u202f\u2009\u2007\t]")
_DIGITS = re.compile(r"(?=.*\d)[\d.,]{1,60}", re.ASCII)
# Groups of three, or of two before the last three as in India.
_GROUPS = {
    sign: re.compile(rf"\d{{1,3}}([{sign}]\d{{3}})+|\d{{1,2}}([{sign}]\d{{2}})+[{sign}]\d{{3}}")
    for sign in ".,"
}
_SPACED = re.compile(r"(\d{1,3})((?:[ '’]\d{3})+)(?=[.,]|$)", re.ASCII)
# How pieces are counted. Weights and volumes are no pieces: 500 g and 2 kg do not add up.
_PIECES = frozenset(
    "x × pc pcs pce pces piece pieces ea each unit units item items st stk stck stück stücke mal"
    " pièce pièces unité unités ud uds unidad unidades pieza piezas pza pzas pz".split()
)
_COUNTED = re.compile(r"(?:([x×])\s*)?(-?[\d.,]+)(?:\s*([^\W\d_]+|×)\.?)?", re.IGNORECASE)
_TRUE = frozenset("true yes y 1 t on x ✓ ✔ ja j oui o si sí s wahr vrai verdadero".split())
_FALSE = frozenset("false no n 0 f off nein non falsch faux falso".split())


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a column writes numbers: its decimal sign ("." or ",").

    ``conclusive`` is false when the column gave no evidence and the country's habit was taken;
    ``notes`` holds plain sentences, as on mixed writing.
    """

    decimal: str = "."
    conclusive: bool = True
    notes: tuple[str, ...] = ()


def decide_number_style(samples: Iterable[str], *, country: str = "") -> NumberStyle:
    """Decide from a column's texts; ``country`` (ISO 3166 alpha-2) settles what they leave open."""
    seen = {".": 0, ",": 0}
    is_open = False
    for text in samples:
        sign, is_ambiguous = _evidence(text)
        is_open = is_open or is_ambiguous
        if sign:
            seen[sign] += 1
            if sum(seen.values()) >= _ENOUGH_EVIDENCE:
                break
    if seen["."] or seen[","]:
        decimal = "." if seen["."] >= seen[","] else ","
        fewer = min(seen.values())
        note = told(
            "%(fewer)s of %(total)s amounts write decimals the other way.",
            fewer=fewer,
            total=sum(seen.values()),
        )
        return NumberStyle(decimal, True, (note,) if fewer else ())
    decimal = "," if country.upper() in DECIMAL_COMMA_COUNTRIES else "."
    if not is_open:
        return NumberStyle(decimal, False)
    example = "1,234" if decimal == "." else "1.234"
    note = told(
        "Nothing in the column tells decimals from thousands; %(example)s is read as 1234.",
        example=example,
    )
    return NumberStyle(decimal, False, (note,))


@lru_cache(maxsize=4096)
def _evidence(text: str) -> tuple[str, bool]:
    """Return the decimal sign that ``text`` proves ("" if none), and whether it is ambiguous."""
    try:
        body = _bare(text)[0]
    except ValueError:
        return "", False
    signs = {sign for sign in ".," if sign in body}
    if not signs:
        return "", False
    if len(signs) == 2:
        return max(signs, key=body.rindex), False
    sign = signs.pop()
    other = "," if sign == "." else "."
    if body.count(sign) > 1:
        return other, False
    return ("", True) if _is_ambiguous(body, sign) else (sign, False)


def _is_ambiguous(body: str, sign: str) -> bool:
    whole, _, rest = body.partition(sign)
    return len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")


def parse_decimal(text: str, style: NumberStyle = NumberStyle()) -> Decimal:
    """Return the number in ``text``. Percent gives a share ("12 %" is 0.12).

    A text that can only be read one way ("1.234,50", "1,234,567", "2,5") is read so; ``style``
    settles the rest ("1,234"). Raises ValueError with a plain reason, also for an empty text.
    """
    if _PLAIN.fullmatch(text) and (style.decimal == "." or "." not in text):
        return Decimal(text)
    body, is_negative, is_percent = _bare(text)
    if _POWER.fullmatch(body):
        number = Decimal(body)
    else:
        number = Decimal(_with_point(body, style.decimal, text))
    if is_percent:
        number = number.scaleb(-2)
    return -number if is_negative and number else number


def parse_quantity(text: str, style: NumberStyle = NumberStyle()) -> Decimal:
    """Return the number of pieces in ``text``, with or without a word for a piece ("2 Stk", "3x").

    Raises ValueError with a plain reason, as `parse_decimal` does.
    """
    try:
        return parse_decimal(text, style)
    except ValueError:
        found = _COUNTED.fullmatch(text.strip())
        if not found or (found[3] and found[3].casefold() not in _PIECES):
            raise
        return parse_decimal(found[2], style)


def _bare(text: str) -> tuple[str, bool, bool]:
    """Return digits and separators only, and whether the number is negative and a percentage."""
    body = text.strip().lstrip("'’`").strip().translate(_MINUS)
    if not body:
        raise ValueError(told("the amount is empty"))
    body = _SPACES.sub(" ", body)
    is_negative = False
    if body.startswith("(") and body.endswith(")"):
        is_negative, body = True, body[1:-1]
    is_percent = body.endswith("%")
    body = without_currency(body.rstrip("%").strip()).strip()
    if body.startswith("(") and body.endswith(")"):
        is_negative, body = True, body[1:-1].strip()
    for sign in "-+":
        if body.startswith(sign) or body.endswith(sign):
            is_negative = is_negative or sign == "-"
            body = body.removeprefix(sign) if body.startswith(sign) else body.removesuffix(sign)
            break
    body = without_currency(body.strip()).strip()
    spaced = _SPACED.match(body)
    if spaced:
        body = spaced[1] + re.sub("[ '’]", "", spaced[2]) + body[spaced.end() :]
    if not _DIGITS.fullmatch(body) and not _POWER.fullmatch(body):
        raise ValueError(told("“%(text)s” is not a number", text=text.strip()[:40]))
    return body, is_negative, is_percent


def _with_point(body: str, decimal: str, text: str) -> str:
    """Return ``body`` without grouping and with a decimal point."""
    signs = {sign for sign in ".," if sign in body}
    if not signs:
        return body
    if len(signs) == 2:
        decimal = max(signs, key=body.rindex)
    else:
        sign = next(iter(signs))
        if body.count(sign) > 1:
            decimal = "," if sign == "." else "."
        elif not _is_ambiguous(body, sign):
            decimal = sign
    group = "," if decimal == "." else "."
    whole, _, rest = body.partition(decimal)
    if group in rest or decimal in rest or (group in whole and not _GROUPS[group].fullmatch(whole)):
        raise ValueError(told("“%(text)s” is not a number", text=text.strip()[:40]))
    return f"{whole.replace(group, '') or '0'}.{rest}".rstrip(".")


class NumberReader(dict[str, Decimal]):
    """``reader(text)`` is ``parse(text, style)`` with a bounded memory of texts seen."""

    def __init__(
        self,
        style: NumberStyle = NumberStyle(),
        parse: Callable[[str, NumberStyle], Decimal] = parse_decimal,
    ) -> None:
        super().__init__()
        self.style = style
        self.parse = parse

    def __missing__(self, text: str) -> Decimal:
        number = self.parse(text, self.style)
        if len(self) >= _CACHE_TEXTS:
            self.clear()
        self[text] = number
        return number

    def __call__(self, text: str) -> Decimal:
        """Return the number in ``text``; raises ValueError with a plain reason."""
        return self[text]


def parse_bool(text: str) -> bool:
    """Return yes or no as written in English, French, German, Spanish, by digits or a tick.

    Raises ValueError with a plain reason for anything else.
    """
    word = text.strip().lstrip("'").casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(told("“%(text)s” is neither yes nor no", text=text.strip()[:40]))


def clean_text(text: str) -> str:
    """Return ``text`` stripped, NFC, without control characters or Excel's protecting apostrophe.

    "nan", "NaN", "NULL", "N/A", "#N/A" and the like, written exactly so, give "".
    """
    if text.isascii() and text.isprintable():
        cleaned = text.strip()
    else:
        cleaned = unicodedata.normalize("NFC", _CONTROLS.sub("", text)).strip()
    # Excel and Shopify protect only what would turn into a number or a formula.
    if cleaned.startswith("'") and len(cleaned) > 1 and cleaned[1] in "0123456789+-=@":
        cleaned = cleaned[1:].strip()
    return "" if cleaned in _EMPTY else cleaned
