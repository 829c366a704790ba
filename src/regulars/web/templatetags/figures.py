"""How figures, money, days and rights are written on a page."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import locales, sentences
from regulars.accounts.actors import Actor
from regulars.insights import written
from regulars.kernel.money import exponent, to_major
from regulars.profiles.typed import fields as typed_fields
from regulars.sources.files.identifiers import MADE_UP
from regulars.web import changes
from regulars.web import people_words as people_vocabulary
from regulars.web import words as vocabulary

register = template.Library()
_UNKNOWN = locales.UNKNOWN
_EXACT_DECIMALS = 3
_ALMOST = 0.99
_DAY = re.compile(r"(?:(?P<year>\d{4})|-)-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)


@register.filter
def count(value: Any) -> str:
    """A whole number, grouped as the language does."""
    return _UNKNOWN if value is None else locales.number(value, most_decimals=_EXACT_DECIMALS)


@register.filter
def figure(value: Any, unit: str = "") -> str:
    """A metric's value in its unit: money, a share, days, or a plain number; – when not known."""
    return written.figure(value, unit)


@register.filter
def about(value: float | None, unit: str) -> str:
    """An estimate in money: pennies would claim too much."""
    if value is None:
        return _UNKNOWN
    return locales.money(value, unit, pennies=0 < abs(value) < 10 and exponent(unit) > 0)


@register.simple_tag
def worth_range(
    worth: float | None, low: float | None, high: float | None, unit: str, before: str = ""
) -> str:
    """The range around what a thing is worth, after ``before``; nothing where it says no more than
    the estimate does."""
    if not worth or low is None or high is None:
        return ""
    ends = {"low": about(low, unit), "high": about(high, unit)}
    if ends["low"] == ends["high"]:
        return ""
    if low != 0:
        said = _("%(low)s to %(high)s") % ends
    elif ends["high"] == about(worth, unit):
        said = _("could be nothing")
    else:
        said = _("could be nothing, at most %(high)s") % ends
    return before + said


@register.filter
def exact(value: float | None, unit: str) -> str:
    """An amount in money to the penny, so that a column lines up."""
    return _UNKNOWN if value is None else locales.money(value, unit)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Minor units of ``currency`` as money."""
    if minor is None or not currency:
        return _UNKNOWN
    return locales.money(to_major(minor, currency), currency)


@register.filter
def share(value: float | None) -> str:
    """A share (0 to 1) in per cent."""
    return locales.percent(value, most_decimals=1)


@register.filter
def stars(value: float) -> str:
    """A rating of 0 to 5 as five signs, to the nearest one."""
    full = min(5, int(value + 0.5))
    return "★" * full + "☆" * (5 - full)


@register.filter
def decimal(value: float | None) -> str:
    """A number with one decimal at most."""
    return _UNKNOWN if value is None else locales.number(value, most_decimals=1)


@register.filter
def seconds(value: float) -> str:
    """A short time: 1.5 s; of less than a tenth only that it is."""
    if value < 0.1:
        return _("under %(n)s s") % {"n": locales.number(0.1, most_decimals=1)}
    return _("%(n)s s") % {"n": locales.number(value, most_decimals=1)}


@register.filter
def moment(value: datetime | str | None, business: Any = None) -> str:
    """An instant in the business's own time."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if at is None:
        return _UNKNOWN
    if business is not None:
        at = at.astimezone(ZoneInfo(business.timezone))
    return locales.moment(at)


@register.filter
def happened(entry: dict[str, Any], business: Any) -> str:
    """When a thing was done, in the business's own time: the day alone where no file told more."""
    at = _at(entry, business)
    return locales.day(at.date()) if entry["is_day_alone"] else locales.moment(at)


@register.filter
def happened_plainly(entry: dict[str, Any], business: Any) -> str:
    """The same as attributes spell it."""
    at = _at(entry, business)
    return at.date().isoformat() if entry["is_day_alone"] else at.isoformat()


def _at(entry: dict[str, Any], business: Any) -> datetime:
    return datetime.fromisoformat(entry["at"]).astimezone(ZoneInfo(business.timezone))


@register.filter
def day(value: date | str | None, business: Any = None) -> str:
    """A day; an instant by its date, in the business's own time where that is given."""
    if not value:
        return _UNKNOWN
    on: date = _date_or_instant(value) if isinstance(value, str) else value
    if business is not None and isinstance(on, datetime):
        on = on.astimezone(ZoneInfo(business.timezone))
    return locales.day(on.date() if isinstance(on, datetime) else on)


def _date_or_instant(text: str) -> date:
    return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)


@register.filter
def trait_value(value: str) -> str:
    """What is known of somebody: days as the reader writes them, all else as it was said."""
    found = _DAY.fullmatch(value)
    if found is None:
        return value
    try:
        # Of a day that returns, the year may not be known; a leap year has every day.
        on = date(int(found["year"] or 2000), int(found["month"]), int(found["day"]))
    except ValueError:
        return value
    return locales.day(on) if found["year"] else locales.day_of_any_year(on)


@register.filter
def hour_in_words(value: datetime, business: Any) -> str:
    """An hour in which something was, in the business's own time: which minute was not kept."""
    zone = ZoneInfo(business.timezone)
    ends = [clock((value + timedelta(hours=one)).astimezone(zone).time()) for one in (0, 1)]
    parts = {"day": locales.day(value.astimezone(zone).date()), "from": ends[0], "to": ends[1]}
    return _("%(day)s, between %(from)s and %(to)s") % parts


@register.filter
def day_after(value: date) -> date:
    """The day after the last one of something."""
    return value + timedelta(days=1)


@register.filter
def said(value: object) -> str:
    """A sentence that was told in English, in the reader's language."""
    return sentences.said(value)


@register.filter
def long_day(value: date | str | None) -> str:
    """A day with the name of its weekday, as a heading says it."""
    if not value:
        return _UNKNOWN
    on = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return locales.weekday_and_day(on)


@register.filter
def minutes(value: float) -> str:
    """How long a thing takes, roughly."""
    number = max(1, round(value))
    return ngettext("about %(n)d minute", "about %(n)d minutes", number) % {"n": number}


@register.filter
def weekday(number: int) -> str:
    """A weekday's name, Monday 0."""
    return locales.weekday(number)


@register.filter
def clock(at: time) -> str:
    """A time of day."""
    from babel.dates import format_time

    return str(format_time(at, "short", locale=locales.locale()))


@register.filter
def hours_in_words(day: Any) -> str:
    """A weekday's opening hours: from and to, closed, or not known."""
    if day.is_open is None:
        return _("not known yet")
    if not day.is_open:
        return _("closed")
    said = {"opens": clock(day.opens), "closes": clock(day.closes)}
    return _("%(opens)s to %(closes)s") % said


@register.filter
def hours_from(day: Any) -> str:
    """Where a weekday's opening hours are known from."""
    if day.origin == "set":
        return _("set by %(who)s") % {"who": day.set_by} if day.set_by else _("set")
    counted = {"sold": day.sold_days, "of": day.of_days}
    if day.origin == "seen":
        return _("seen in sales on %(sold)d of %(of)d such days") % counted
    return _("sales on %(sold)d of %(of)d such days") % counted if day.of_days else ""


@register.filter
def may(actor: Actor | None, permission: str) -> bool:
    """Whether the member may do this."""
    return actor is not None and actor.may(permission)


@register.filter
def entry(mapping: Any, key: str) -> Any:
    """One value of a dictionary by a key that a template cannot spell."""
    return mapping.get(key)


@register.filter
def change_in_words(number: dict[str, Any]) -> str:
    """How a number stands beside the period before, and whether chance explains it."""
    if number.get("value") is None:
        return _("Not known yet.")
    if number.get("before") is None:
        return _("Nothing to compare with yet.")
    return changes.at_length(number)


@register.filter
def words(key: str, kind: str) -> Any:
    """The shop's word for a short name: ``"granted"|words:"ALLOWANCE_WORDS"``."""
    known: dict[str, Any] = getattr(vocabulary, kind)
    return known.get(key, key.replace("_", " ").capitalize())


@register.filter
def people_words(key: str, kind: str) -> Any:
    """The shop's word about people: ``"same"|people_words:"LEVEL_WORDS"``."""
    known: dict[str, Any] = getattr(people_vocabulary, kind)
    return known.get(key, key)


@register.filter
def trait_words(name: str) -> str:
    """What a trait is called: what can be typed by its field's name, the rest by its own."""
    if name in vocabulary.TRAIT_WORDS:
        return str(vocabulary.TRAIT_WORDS[name])
    known = {one.key: one.label for one in typed_fields.BUILT_IN} | typed_fields.labels([name])
    return sentences.said(known[name]) if name in known else str(words(name, "TRAIT_WORDS"))


@register.filter
def weighed(value: float) -> str:
    """A weight of evidence with its sign; a whole number of bits would hide what is small."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + locales.number(round(abs(value), 1), most_decimals=1)


@register.filter
def chance(value: float | None) -> str:
    """A chance in words of percent: never 100, for nothing that was estimated is certain."""
    if value is None:
        return _UNKNOWN
    if value > _ALMOST:
        return _("more than %(share)s") % {"share": locales.percent(_ALMOST)}
    return locales.percent(value)


@register.filter
def identifier_words(kind: str) -> str:
    """The shop's word for a kind of identifier, with whose number it is where that matters."""
    base, _colon, whose = kind.partition(":")
    word = str(words(base, "IDENTIFIER_WORDS"))
    return f"{word} ({whose})" if whose and whose != "own" else word


@register.filter
def identifier_value(one: Any) -> str:
    """The value of an identifier; one that is made up says nothing to anybody."""
    return _("Written down by hand") if one.kind == MADE_UP else str(one.value)


@register.filter
def rule_in_words(rule: dict[str, Any]) -> str:
    """What the rule of a kind of identifier says, in two sentences."""
    limit, beside = rule["limit"], rule["beside"]
    if limit is None:
        has = _("One person may have any number.")
    else:
        parts = {"n": locales.number(limit), "window": words(rule["window"], "WINDOW_WORDS")}
        has = _("One person may have %(n)s %(window)s.") % parts
    if beside is None:
        joins = _("Whatever stands beside one is that person’s.")
    elif beside == 0:
        joins = _("It joins nobody to a stronger kind.")
    else:
        joins = ngettext(
            "Seen with more than %(n)s customer, it is shared and joins nobody.",
            "Seen with more than %(n)s customers, it is shared and joins nobody.",
            beside,
        ) % {"n": locales.number(beside)}
    return f"{has} {joins}"
