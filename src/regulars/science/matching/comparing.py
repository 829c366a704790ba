"""What is compared of two records and at which levels of likeness; the chances before training.

Each level: a name, when it holds, and its chances among matches (m) and among strangers (u). The
chances are what the model begins with and falls back on where a business's own records are too few
to train them (T. Enamorado, B. Fifield, K. Imai 2019 blend in the same way).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Among how many agreeing pairs the chances before training weigh as much as the trained ones.
PRIOR_PAIRS = 50


@dataclass(frozen=True, slots=True)
class Level:
    """One level of likeness. ``rarity`` names the column whose rare values count for more."""

    name: str
    holds: str
    m: float
    u: float
    rarity: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: its name, the columns it needs, and its levels, the likest first. Where
    ``is_unknown`` holds, nothing can be said."""

    name: str
    columns: tuple[str, ...]
    is_unknown: str
    levels: tuple[Level, ...]


def _both(column: str, condition: str) -> str:
    return condition.replace("{l}", f"{column}_l").replace("{r}", f"{column}_r")


def _alike(column: str, least: float) -> str:
    return _both(column, f"jaro_winkler_similarity({{l}}, {{r}}) >= {least}")


def _typed(column: str, most: int) -> str:
    return _both(column, f"damerau_levenshtein({{l}}, {{r}}) <= {most}")


def _missing(*columns: str) -> str:
    return " OR ".join(f"{one}_l IS NULL OR {one}_r IS NULL" for one in columns)


_SWAPPED = "(first_l = last_r AND last_l = first_r AND first_l <> last_l)"
_SWAPPED_ALIKE = (
    "(jaro_winkler_similarity(first_l, last_r) >= 0.85 AND "
    "jaro_winkler_similarity(last_l, first_r) >= 0.85)"
)
_INITIAL = (
    "(length(first_l) = 1 OR length(first_r) = 1) AND substr(first_l, 1, 1) = substr(first_r, 1, 1)"
)
_CONTAINED = "list_has_all(string_split(first_l, ' '), string_split(first_r, ' ')) OR " + (
    "list_has_all(string_split(first_r, ' '), string_split(first_l, ' '))"
)

FIRST = Comparison(
    "first_name",
    ("first",),
    _missing("first"),
    (
        Level("same", "first_l = first_r", 0.72, 0.006, "first"),
        Level("swapped", _SWAPPED, 0.01, 0.00002),
        Level("part", f"({_INITIAL}) OR {_CONTAINED}", 0.03, 0.01),
        Level("spelt alike", _alike("first", 0.92), 0.08, 0.004),
        Level("alike", _alike("first", 0.85), 0.05, 0.012),
        Level("swapped alike", _SWAPPED_ALIKE, 0.005, 0.00005),
        Level("a little alike", _alike("first", 0.7), 0.04, 0.05),
        Level("different", "ELSE", 0.07, 0.918),
    ),
)
LAST = Comparison(
    "last_name",
    ("last",),
    # Where the two are swapped, the first name has said so already.
    f"{_missing('last')} OR {_SWAPPED} OR ({_SWAPPED_ALIKE} AND last_l <> last_r)",
    (
        Level("same", "last_l = last_r", 0.78, 0.003, "last"),
        Level("spelt alike", _alike("last", 0.92), 0.08, 0.002),
        Level("alike", _alike("last", 0.85), 0.04, 0.008),
        Level("a little alike", _alike("last", 0.7), 0.03, 0.04),
        Level("different", "ELSE", 0.06, 0.947),
    ),
)
_TURNED = (
    "substr(born_l, 1, 4) = substr(born_r, 1, 4) AND substr(born_l, 5, 2) = substr(born_r, 7, 2) "
    "AND substr(born_l, 7, 2) = substr(born_r, 5, 2)"
)
BORN = Comparison(
    "birth_date",
    ("born",),
    _missing("born"),
    (
        Level("same", "born_l = born_r", 0.85, 0.0001),
        Level("one slip", f"{_typed('born', 1)} OR ({_TURNED})", 0.08, 0.002),
        Level("two slips", _typed("born", 2), 0.03, 0.01),
        Level("different", "ELSE", 0.04, 0.9879),
    ),
)
_USER = "split_part({0}, '@', 1)"
_SAME_USER = f"{_USER.format('email_l')} = {_USER.format('email_r')}"
_ALIKE_USER = (
    f"jaro_winkler_similarity({_USER.format('email_l')}, {_USER.format('email_r')}) >= 0.9"
)
EMAIL = Comparison(
    "email",
    ("email",),
    _missing("email"),
    (
        Level("same", "email_l = email_r", 0.7, 0.0002),
        Level("same before the @", _SAME_USER, 0.08, 0.0003),
        Level("spelt alike", _alike("email", 0.92), 0.06, 0.001),
        Level("alike before the @", _ALIKE_USER, 0.03, 0.003),
        Level("different", "ELSE", 0.13, 0.9955),
    ),
)
PHONE = Comparison(
    "phone",
    ("phone",),
    _missing("phone"),
    (
        Level("same", "phone_l = phone_r", 0.7, 0.0004),
        Level("one slip", _typed("phone", 1), 0.06, 0.0006),
        Level("different", "ELSE", 0.24, 0.999),
    ),
)


POSTCODE = Comparison(
    "postcode",
    ("postcode",),
    _missing("postcode"),
    (
        Level("same", "postcode_l = postcode_r", 0.7, 0.004, "postcode"),
        Level("one slip", _typed("postcode", 1), 0.1, 0.015),
        Level("different", "ELSE", 0.2, 0.981),
    ),
)
STREET = Comparison(
    "street",
    ("street",),
    _missing("street"),
    (
        Level("same", "street_l = street_r", 0.7, 0.0008, "street"),
        Level("spelt alike", _alike("street", 0.9), 0.1, 0.002),
        Level("alike", _alike("street", 0.8), 0.05, 0.02),
        Level("different", "ELSE", 0.15, 0.977),
    ),
)
HOUSE = Comparison(
    "house_number",
    ("house",),
    _missing("house"),
    (
        Level("same", "house_l = house_r", 0.75, 0.02, "house"),
        Level("one slip", _typed("house", 1), 0.1, 0.15),
        Level("different", "ELSE", 0.15, 0.83),
    ),
)
CITY = Comparison(
    "city",
    ("city",),
    _missing("city"),
    (
        Level("same", "city_l = city_r", 0.75, 0.02, "city"),
        Level("spelt alike", _alike("city", 0.88), 0.08, 0.005),
        Level("different", "ELSE", 0.17, 0.975),
    ),
)
COMPARISONS = (FIRST, LAST, BORN, EMAIL, PHONE, STREET, HOUSE, POSTCODE, CITY)


def settings_of(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison in Splink's words."""
    unknown = {
        "sql_condition": comparison.is_unknown,
        "label_for_charts": "not known",
        "is_null_level": True,
    }
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [unknown, *map(_level, comparison.levels)],
    }


def _level(level: Level) -> dict[str, Any]:
    said: dict[str, Any] = {
        "sql_condition": level.holds,
        "label_for_charts": level.name,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.rarity:
        said |= {"tf_adjustment_column": level.rarity, "tf_adjustment_weight": 1.0}
    return said
