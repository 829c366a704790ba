"""How far a figure is from the one before, so that what is read adds up.

A difference is that of the figures as they are shown; where they are shown alike, it is none.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import locales
from regulars.insights.written import figure, is_money

# In these units a per cent of the figure before would be misread or say little.
_APART = ("share", "percent", "stars")
_TIMES = 10


def at_length(number: dict[str, Any]) -> str:
    """A sentence on a number whose ``value`` and ``before`` are known: by how much it is more or
    less, and whether chance explains that."""
    now, before, unit = number["value"], number["before"], number["unit"]
    if now == before:
        return _("Exactly as before.")
    said = {"before": figure(before, unit)}
    by = _by(now, before, unit)
    if by is None:
        return _("About the same as before (%(before)s).") % said
    said["by"] = by
    if now > before:
        change = _("%(by)s more than before (%(before)s)") % said
    else:
        change = _("%(by)s less than before (%(before)s)") % said
    beyond = number.get("beyond_chance")
    if beyond is None:
        return _("%(change)s; too few to tell.") % {"change": change}
    if beyond:
        return _("%(change)s; more than chance.") % {"change": change}
    return _("%(change)s; could be chance.") % {"change": change}


def in_short(row: dict[str, Any]) -> str:
    """The same in a word or two, with a sign; – where one of the two is not known."""
    now, before, unit = row.get("value"), row.get("before"), row["unit"]
    if now is None or before is None:
        return locales.UNKNOWN
    if before == 0 and now > 0 and unit not in _APART:
        return _("new")
    if before > 0 and now / before >= _TIMES + 1 and unit not in _APART:
        # Beyond some times as much a percentage says little.
        return f"×{locales.number(round(now / before))}"
    by = _by(now, before, unit)
    if by is None:
        return "±0"
    return ("+" if now > before else "\N{MINUS SIGN}") + by


def _by(now: float, before: float, unit: str) -> str | None:
    """How far two figures are apart in words; ``None`` where nobody would see it."""
    if figure(now, unit) == figure(before, unit):
        return None
    if unit in ("share", "percent"):
        apart = abs(round(100 * now, 1) - round(100 * before, 1))
        return _("%(n)s points") % {"n": locales.number(apart, most_decimals=1)}
    if before > 0 and unit not in _APART:
        # Tenths of a per cent say nothing but in small ones.
        share = abs(now - before) / before
        return figure(round(share, 2), "share") if share >= 0.01 else _slightly(share)
    return figure(abs(_as_shown(now, unit) - _as_shown(before, unit)), unit)


def _slightly(share: float) -> str | None:
    return figure(round(share, 3), "share") if round(share, 3) else None


def _as_shown(value: float, unit: str) -> float:
    """A figure, rounded as `figure` rounds it."""
    if abs(value) >= 1000:
        return float(round(value))
    return round(value, 2 if is_money(unit) else 1)
