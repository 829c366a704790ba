"""A row of somebody's data in words: money, days and hours as the business writes them, and nothing
that only the program understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from regulars.accounts import locales
from regulars.accounts.models import Business
from regulars.kernel.money import to_major
from regulars.sources.files.identifiers import INNER_KINDS

# Numbers of rows and of tables, and marks: JSON has them.
_INNER = frozenset(
    "id digest version haystack words of_import is_summary evidence horizon recency frequency "
    "monetary model".split()
)
_INNER_ENDS = ("_id", "_key", "_ids", "_no")
_MINOR = "_minor"


def in_words(row: Mapping[str, Any], business: Business) -> Iterator[tuple[str, str]]:
    """Yield name and value of what a reader understands of ``row``; nothing of a row that holds
    only what the program made up."""
    if row.get("kind") in INNER_KINDS:
        return
    currency = str(row.get("currency") or business.currency)
    for name, value in row.items():
        is_inner = name in _INNER or name.endswith(_INNER_ENDS) or value in (None, "", [], {})
        # A place on a list is a number; a place on the map is a word.
        if is_inner or (name == "place" and isinstance(value, int)):
            continue
        if name.endswith(_MINOR) and isinstance(value, int):
            amount = locales.money(to_major(value, currency), currency)
            yield name.removesuffix(_MINOR).replace("_", " "), amount
        else:
            label = name.removeprefix("is_") if isinstance(value, bool) else name
            yield label.replace("_", " "), _words(value, ZoneInfo(business.timezone))


def _words(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_words(one, zone)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(_words(one, zone) for one in value)
    found = _instant(value)
    if isinstance(found, datetime):
        return locales.moment(found.astimezone(zone))
    return locales.day(found) if found else str(value)


def _instant(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not 10 <= len(value) <= 32 or value[4:5] != "-":
        return None
    try:
        return datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    except ValueError:
        return None
