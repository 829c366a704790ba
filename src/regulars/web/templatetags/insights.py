"""How the dashboard's days, rows and changes are said."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import parse_qs

from django import template
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import locales
from regulars.insights import leading
from regulars.insights.dashboard import state as states
from regulars.kernel.windows import DayWindow
from regulars.web import changes
from regulars.web import words as vocabulary
from regulars.web.templatetags.figures import figure

register = template.Library()


@register.filter
def value_of(value: Any, by: str) -> str:
    """A dimension's value as people say it: Monday, 8–9, High Street."""
    if by == "":
        return str(vocabulary.WHO_WORDS.get(value, value))
    if by == "hour" and value is None:
        return _("Hour not told")
    if value is None or value == "":
        return _("No product") if by == "product" else _("Not named")
    if by == "weekday":
        name = locales.weekday(int(value))
        return name[:1].upper() + name[1:]
    if by == "hour":
        return _("%(from)02d:00 to %(to)02d:00") % {"from": int(value), "to": int(value) + 1}
    if by == "stars":
        return ngettext("%(n)d star", "%(n)d stars", int(value)) % {"n": int(value)}
    if by == "origin":
        return str(vocabulary.VOICE_WORDS.get(value) or _("Own"))
    if by == "channel":
        # Shops' programs name their ways in code: web, subscription_contract.
        said = str(value).replace("_", " ")
        return said[:1].upper() + said[1:]
    return str(value)


@register.filter
def weekday_short(day: int) -> str:
    """A weekday (Monday is 0) in a few letters."""
    return str(WEEKDAYS_ABBR[day])


@register.filter
def whole(value: float) -> str:
    """A sum without pennies, where a table has room for little."""
    return locales.number(round(value))


@register.filter
def plain_number(value: float) -> str:
    """A number as attributes of a drawing spell it, whatever the reader's language."""
    return f"{value:g}"


@register.filter
def period_word(name: str) -> str:
    """The words for a usual length of time."""
    return str(vocabulary.PERIOD_WORDS[name])


@register.filter
def state_in_words(query: str) -> list[str]:
    """A dashboard's state as a few words: days, number, filters."""
    found = states.read(parse_qs(query, keep_blank_values=True))
    if found.period == "custom":
        days = days_of(DayWindow(found.first, found.last or found.first))
    else:
        days = period_word(found.period)
    filters = [f"{dimension_word(name)}: {value_of(value, name)}" for name, value in found.where]
    return [days, leading.title(found.metric), *filters]


@register.simple_tag(takes_context=True)
def insights_tabs(context: template.Context) -> list[tuple[str, str, bool]]:
    """The pages of Insights that this member may open."""
    actor, here = context.get("actor"), context["request"].path
    pages = [
        (_("Dashboard"), "insights", "metrics.see"),
        (_("Products & hours"), "products", "metrics.see"),
    ]
    pages += [(_("Shared links"), "insights_shares", "insights.share")]
    return [
        (word, path, here == path)
        for word, name, permission in pages
        if actor is not None and actor.may(permission)
        for path in (reverse(name),)
    ]


@register.filter
def dimension_word(by: str) -> str:
    """The shop's word for a dimension."""
    return str(vocabulary.DIMENSION_WORDS.get(by, by))


@register.filter
def lacking(names: list[str]) -> str:
    """The dimensions a number does not know, as a list in a sentence."""
    return locales.listed([dimension_word(name) for name in names])


@register.filter
def days_of(window: Any) -> str:
    """A window of days in words."""
    if window.first == window.last:
        return locales.day(window.first)
    return _("%(first)s to %(last)s") % {
        "first": locales.day(window.first),
        "last": locales.day(window.last),
    }


@register.filter
def change_of(row: dict[str, Any]) -> SafeString | str:
    """A row's change beside the days before, in a word or two; strong when beyond chance."""
    said = changes.in_short(row)
    if not row.get("beyond_chance"):
        return said
    heard = _("more than chance")
    return format_html('<strong>{}</strong><span class="only-heard"> {}</span>', said, heard)


@register.filter
def change_at_length(number: dict[str, Any]) -> str:
    """A number's change beside the days before, and whether chance explains it."""
    if number.get("value") is None:
        return ""
    if number.get("before") is None:
        return _("Nothing to compare with.")
    return changes.at_length(number)


@register.filter
def range_of(number: dict[str, Any]) -> str:
    """A number's interval; a count's ends are whole, as nobody counts half a customer."""
    low, high = number["low"], number["high"]
    if number["unit"] == "count":
        low, high = math.floor(low), math.ceil(high)
    ends = {"low": figure(low, number["unit"]), "high": figure(high, number["unit"])}
    return _("%(low)s to %(high)s") % ends


@register.filter
def good_or_bad(number: dict[str, Any]) -> str:
    """Whether a change beyond chance is good news: a class name, or nothing."""
    if not number.get("beyond_chance") or number.get("direction") == "neither":
        return ""
    is_up = number["value"] > number["before"]
    return "good" if is_up == (number.get("direction") == "up_is_good") else "bad"
