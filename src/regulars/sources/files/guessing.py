"""Guessing which column fills which field, from header words and the look of cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .dates import EARLIEST_BIRTH, FIRST_YEAR, DateReader, are_day_numbers, decide_date_style
from .fields import FIELDS
from .identifiers import normalise_email, normalise_phone
from .plan import PLUS, MapContext
from .readers.words import event_of_row
from .synonyms import KIND_WEIGHTS, SYNONYMS
from .values import clean_text, parse_decimal, parse_quantity

_OUTRIGHT = 0.95
_ENOUGH = 0.45
_MOST_EVENTS = 0.9
_PAST_WORDS = frozenset("last previous prev former old next parent".split())
_KIND_WORDS = frozenset(
    "type group segment class category kind typ gruppe tipo grupo groupe".split()
)
_PERSONAL = frozenset(("customer_id", "name", "email", "phone", "card"))
_NAMED = frozenset(("name", "first_name", "last_name"))
_TOLD_OF = frozenset(("birthday", "street", "postcode"))
_GENERATED = re.compile(r"column_\d+")
_DATE_LIKE = re.compile(
    r"^(?:(?:19|20)\d{6}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|.*\b[A-Za-z]{3,9}\.?,?\s+\d{1,4}.*|"
    r"\d{1,2}\.?\s+[^\W\d]{3,9}\.?,?\s+\d{2,4}.*)$"
)
_TIME_LIKE = re.compile(r"^\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?$", re.IGNORECASE)
_INTEGER = re.compile(r"^-?\d+(?:\.0+)?$")
_YES_NO = frozenset("yes no y n true false t f 0 1 ja nein oui non si sí on off x".split())


@dataclass(frozen=True, slots=True)
class Guess:
    filled: dict[str, str]
    sureness: dict[str, float]

    def weight(self, kind: str) -> float:
        weights, filled = KIND_WEIGHTS[kind], self.filled.keys()
        total = sum(weights.get(name, 0.2) * self.sureness[name] for name in self.filled)
        required = [entry.name for entry in FIELDS[kind] if entry.required]
        if any(name not in self.filled for name in required):
            total *= 0.6
        if kind == "products" and not {"unit_price", "sku"} & self.filled.keys():
            total *= 0.3
        if (
            kind in ("customers", "audience")
            and not {"email", "phone", "customer_id"} & self.filled.keys()
        ):
            # A notebook of names and birthdays is a list of customers; a name alone says little.
            is_notebook = kind == "customers" and bool(_NAMED & filled and _TOLD_OF & filled)
            total *= 0.8 if is_notebook else 0.2
        if (
            kind == "audience"
            and not {"consent_email", "subscribed_at", "unsubscribed_at"} & self.filled.keys()
        ):
            total *= 0.5
        if kind == "reviews" and not {"rating", "text"} & self.filled.keys():
            total *= 0.2
        return total


def words_of(header: str) -> str:
    """Return a header as lower-case words without accents: ``InvoiceNo`` is ``invoice no``."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    bare = unicodedata.normalize("NFKD", apart.casefold())
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]|_", " ", bare).split())


def guess(
    kind: str, columns: Sequence[str], rows: Sequence[list[str]], context: MapContext
) -> Guess:
    samples = [
        [row[place] for row in rows[:200] if place < len(row) and clean_text(row[place])]
        for place in range(len(columns))
    ]
    headers = [words_of(name) for name in columns]
    filled, sureness, used = _combined(kind, columns, headers)
    forms = {entry.name: entry.form for entry in FIELDS[kind]}
    generated = all(_GENERATED.fullmatch(name) for name in columns)
    scored = []
    for order, (name, phrases) in enumerate(SYNONYMS[kind].items()):
        if name in filled:
            continue
        for place, header in enumerate(headers):
            if place in used or (name in _PERSONAL and _KIND_WORDS & set(header.split())):
                continue
            score = 0.0 if generated else _header_score(header, phrases)
            score = min(1.0, score * _looks(name, forms[name], samples[place], context, score))
            if score >= _ENOUGH:
                scored.append((-score, order, place, name))
    if generated:
        scored = [
            (-score, 0, place, name) for place, name, score in _by_looks(kind, samples, context)
        ]
    for negative, _, place, name in sorted(scored):
        if name not in filled and place not in used:
            filled[name], sureness[name] = columns[place], round(-negative, 2)
            used.add(place)
    _settle(kind, filled, sureness, {name: place for place, name in enumerate(columns)}, rows)
    return Guess(filled, sureness)


def _header_score(header: str, phrases: Sequence[str]) -> float:
    """How well a header says one of the phrases: 1 for the whole, less for a part of it."""
    best = 0.0
    padded = f" {header} "
    for rank, phrase in enumerate(phrases):
        if header == phrase or header.replace(" ", "") == phrase.replace(" ", ""):
            best = max(best, 1.0 - 0.001 * rank)
        elif len(phrase) > 2 and f" {phrase} " in padded:
            best = max(best, 0.55 + 0.3 * len(phrase) / len(header) - 0.004 * rank)
    # "Last purchase" speaks of the past; "last name" is a phrase of its own.
    is_whole = any(header.replace(" ", "") == phrase.replace(" ", "") for phrase in phrases)
    return best * 0.4 if _PAST_WORDS & set(header.split()) and not is_whole else best


def _share(cells: Sequence[str], test: object) -> float:
    return sum(bool(test(cell)) for cell in cells) / len(cells)  # type: ignore[operator]


def _is_number(cell: str) -> bool:
    try:
        parse_decimal(cell)
    except ValueError:
        return False
    return True


def _is_quantity(cell: str) -> bool:
    try:
        parse_quantity(cell)
    except ValueError:
        return False
    return True


def _looks(name: str, form: str, cells: Sequence[str], context: MapContext, score: float) -> float:
    """A factor for how cells bear out a form: 0 vetoes; 1 where there is nothing to see."""
    if not cells or not score:
        return 0.9
    # A header that says it outright is believed with half its cells broken: they go to quarantine.
    enough = 0.5 if score >= _OUTRIGHT else 0.8
    if form in ("number", "money"):
        fits = _is_quantity if name == "quantity" else _is_number
        return 1.0 if _share(cells, fits) >= enough else 0.0
    if form == "date":
        first = EARLIEST_BIRTH if name == "birthday" else FIRST_YEAR
        is_dated = are_day_numbers(cells) or _are_dates(cells, context, enough, first)
        return 1.0 if is_dated else 0.0
    if form == "time":
        return 1.0 if _share(cells, lambda c: _TIME_LIKE.match(c.strip())) > 0.8 else 0.0
    if form == "email":
        return 1.0 if _share(cells, lambda c: "@" in c) > 0.5 else 0.0
    if form == "phone":
        return 1.0 if _share(cells, lambda c: sum(d.isdigit() for d in c) > 5) > 0.6 else 0.0
    if form == "yes":
        return 1.0 if len(set(cells)) <= 12 and not _are_dates(cells, context) else 0.0
    if name == "event":
        # Types of goods and of customers stand under the same words.
        return 1.0 if _share(cells, event_of_row) >= _MOST_EVENTS else 0.0
    if form == "currency":
        return 1.0 if _share(cells, lambda c: len(c.strip()) <= 4) > 0.9 else 0.0
    if (
        form == "id"
        and name == "customer_id"
        and _share(cells, lambda c: any(map(str.isdigit, c))) < 0.2
    ):
        return 0.3  # words, not numbers: a kind of customer, or a name
    if form == "id":
        long = _share(cells, lambda c: len(c) > 40 or c.count(" ") > 3) > 0.2
        return 0.0 if long or _are_dates(cells, context) else 1.0
    if name == "name" and _share(cells, lambda c: any(map(str.isdigit, c))) > 0.8:
        return 0.5
    # A text column that holds only numbers is seldom a name or a description.
    return 0.6 if _share(cells, _is_number) > 0.95 else 1.0


def _are_dates(
    cells: Sequence[str], context: MapContext, enough: float = 0.8, first_year: int = FIRST_YEAR
) -> bool:
    if _share(cells, lambda c: _DATE_LIKE.match(c.strip())) < enough:
        return False
    style = decide_date_style(cells, default_day_first=True)
    reader = DateReader(style, context.zone, earliest_year=first_year)
    good = 0
    for cell in cells[:50]:
        try:
            reader(cell)
        except ValueError:
            continue
        good += 1
    return good >= enough * min(len(cells), 50)


def _by_looks(
    kind: str, samples: Sequence[Sequence[str]], context: MapContext
) -> list[tuple[int, str, float]]:
    """Guess a file without header by its cells: the first column that fits takes a field."""
    found: list[tuple[int, str, float]] = []
    dated = "date" if kind in ("sales", "reviews") else "starts_at" if kind == "bookings" else ""
    taken: set[str] = set()

    def take(place: int, name: str, score: float) -> None:
        if name and name not in taken and name in SYNONYMS[kind]:
            taken.add(name)
            found.append((place, name, score))

    for place, cells in enumerate(samples):
        if not cells:
            continue
        if _share(cells, normalise_email) > 0.8:
            take(place, "email", 0.8)
        elif _are_dates(cells, context):
            take(place, dated, 0.7)
        elif _share(cells, lambda c: _INTEGER.match(c.strip())) > 0.95:
            small = (
                _share(cells, lambda c: len(c.strip().lstrip("-")) <= 3 and not c.startswith("0"))
                > 0.9
            )
            take(place, "quantity" if small else "customer_id", 0.5)
        elif _share(cells, _is_number) > 0.95:
            take(place, "amount" if kind == "sales" else "unit_price", 0.6)
        elif _share(cells, lambda c: normalise_phone(c, context.country)) > 0.8:
            take(place, "phone", 0.6)
        elif kind in ("sales", "products"):
            take(place, "item", 0.5)
    return found


def _combined(
    kind: str, columns: Sequence[str], headers: Sequence[str]
) -> tuple[dict[str, str], dict[str, float], set[int]]:
    """Find fields that several columns fill together: a date in parts, nights, a party."""
    filled: dict[str, str] = {}
    sureness: dict[str, float] = {}
    used: set[int] = set()

    def join(name: str, places: Sequence[int]) -> None:
        filled[name] = PLUS.join(columns[place] for place in places)
        sureness[name] = 0.9
        used.update(places)

    date = {"sales": "date", "bookings": "starts_at"}.get(kind)
    if date:
        parts = {
            part: [p for p, h in enumerate(headers) if h.endswith(ending)]
            for part, ending in (("day", "day of month"), ("month", "month"), ("year", "year"))
        }
        parts["day"] = parts["day"] or [
            p for p, h in enumerate(headers) if h.split()[-1:] == ["day"]
        ]
        parts["month"] = [p for p in parts["month"] if not headers[p].endswith("of month")]
        if all(len(found) == 1 for found in parts.values()):
            join(date, [parts["day"][0], parts["month"][0], parts["year"][0]])
    if kind == "bookings":
        nights = [p for p, h in enumerate(headers) if h.endswith("nights")]
        if len(nights) > 1:
            join("nights", nights)
        heads = [
            p for p, h in enumerate(headers) if h in ("adults", "children", "babies", "infants")
        ]
        if len(heads) > 1:
            join("party", heads)
    return filled, sureness, used


def _settle(
    kind: str,
    filled: dict[str, str],
    sureness: dict[str, float],
    place_of: dict[str, int],
    rows: Sequence[list[str]],
) -> None:
    """Drop guesses that mean nothing on their own, or that the figures contradict."""

    def drop(*names: str) -> None:
        for name in names:
            filled.pop(name, None)
            sureness.pop(name, None)

    has_person = bool({"customer_id", "email", "phone", "card"} & filled.keys())
    if kind in ("sales", "bookings") and not has_person:
        # A town or a firm of nobody: often the shop's own, and not to be trusted.
        drop("company", "street", "city", "region", "postcode")
        if kind == "sales":
            drop("name", "first_name", "last_name", "country")
    if kind == "bookings" and "rate" in filled and sureness.get("amount", 1.0) < 0.8:
        drop("amount")
    if kind != "sales":
        return
    if {"unit_price", "amount", "quantity"} <= filled.keys():
        factors = [place_of[filled[name]] for name in ("quantity", "unit_price", "amount")]
        if not _multiplies(rows, factors):
            drop("amount" if sureness["amount"] <= sureness["unit_price"] else "unit_price")
    if "unit_price" in filled and not {"amount", "quantity"} & filled.keys():
        filled["amount"], sureness["amount"] = filled.pop("unit_price"), sureness.pop("unit_price")


def _multiplies(rows: Sequence[list[str]], factors: Sequence[int]) -> bool:
    """Whether quantity × price makes the amount on most rows, to two per cent."""
    checked = fitting = 0
    for row in rows[:200]:
        try:
            quantity, price, amount = (parse_quantity(row[place]) for place in factors)
        except (ValueError, IndexError):
            continue
        checked += 1
        fitting += abs(quantity * price - amount) <= abs(amount) / 50
    return not checked or fitting > 0.6 * checked
