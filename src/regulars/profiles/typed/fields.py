"""What can be typed about a person: what every business needs, and fields of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.models import CustomField
from regulars.profiles.typed.days import read_day

KINDS = ("text", "number", "date", "choice", "yes")
_LONGEST_LABEL, _LONGEST_CHOICE, _MOST_CHOICES, _MOST_FIELDS = 80, 80, 50, 60
_LONGEST_VALUE = 1000
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be typed. ``group``: who, home, likes, days or own; ``is_known_year``
    is false for days that return, whose year may be left out."""

    key: str
    label: str
    kind: str
    group: str
    choices: tuple[str, ...] = ()


_WHO = (
    Field("name", told("Full name"), "text", "who"),
    Field("company", told("Company"), "text", "who"),
    Field("language", told("Language"), "text", "who"),
)
_HOME = (
    Field("street", told("Street"), "text", "home"),
    Field("postcode", told("Postcode"), "text", "home"),
    Field("city", told("Town"), "text", "home"),
    Field("country", told("Country"), "text", "home"),
)
_LIKES = (
    Field("must_know", told("Must know"), "text", "likes"),
    Field("allergies", told("Allergies"), "text", "likes"),
    Field("likes", told("Likes"), "text", "likes"),
    Field("seating", told("Seat or table"), "text", "likes"),
    Field("room", told("Room"), "text", "likes"),
    Field("stylist", told("Served best by"), "text", "likes"),
)
_DAYS = (
    Field("birthday", told("Birthday"), "day", "days"),
    Field("anniversary", told("Anniversary"), "day", "days"),
)
BUILT_IN = (*_LIKES, *_DAYS, *_WHO, *_HOME)
_BY_KEY = {one.key: one for one in BUILT_IN}


def fields() -> list[Field]:
    """Everything that can be typed, in the order of the page."""
    own = CustomField.objects.filter(taken_away_at=None).order_by("pk")
    return [*BUILT_IN, *map(_of_row, own)]


def known(key: str) -> Field:
    """Return the field called ``key``; `NotFound` for another name."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    row = CustomField.objects.filter(key=key[:60], taken_away_at=None).first()
    if row is None:
        raise NotFound(told("There is no field %(key)s.", key=repr(key[:60])))
    return _of_row(row)


def labels(keys: Iterable[str]) -> dict[str, str]:
    """Key → label of the fields of the business's own among ``keys``, the taken away ones too."""
    return dict(CustomField.objects.filter(key__in=list(keys)).values_list("key", "label"))


def define(actor: Actor, *, label: str, kind: str, choices: Iterable[str] = ()) -> Field:
    """Make a field of the business's own. Needs ``people.set_up``. `WrongUse` for a label that is
    empty, too long or taken, an unknown kind, or a choice without choices."""
    actor.require("people.set_up")
    label = " ".join(_plain(label).split())
    offered = list(dict.fromkeys(filter(None, (_plain(one).strip() for one in choices))))
    if not label or len(label) > _LONGEST_LABEL:
        raise WrongUse(told("A field needs a name of 1 to %(most)s letters.", most=_LONGEST_LABEL))
    if kind not in KINDS:
        raise WrongUse(told("A field is one of: %(kinds)s.", kinds=", ".join(KINDS)))
    if (kind == "choice") != bool(offered) or len(offered) > _MOST_CHOICES:
        raise WrongUse(told("A choice has 1 to %(most)s choices, nothing else has.", most=50))
    if any(len(one) > _LONGEST_CHOICE for one in offered):
        raise WrongUse(told("A choice has at most %(most)s letters.", most=_LONGEST_CHOICE))
    with transaction.atomic():
        if CustomField.objects.filter(taken_away_at=None).count() >= _MOST_FIELDS:
            raise WrongUse(told("There are %(most)s fields already.", most=_MOST_FIELDS))
        key = _free_key(label)
        row = CustomField.objects.create(
            key=key, label=label, kind=kind, choices=offered, made_at=clock.now(),
            made_by_id=actor.member_id,
        )  # fmt: skip
        audit(actor, "people.field_made", f"field {row.pk}", kind=kind)
    return _of_row(row)


def take_away(actor: Actor, key: str) -> None:
    """Take a field of the business's own out of sight; what was typed stays. Needs
    ``people.set_up``. `NotFound` when it is not there."""
    actor.require("people.set_up")
    with transaction.atomic():
        gone = CustomField.objects.filter(key=key[:60], taken_away_at=None).update(
            taken_away_at=clock.now()
        )
        if not gone:
            raise NotFound(told("There is no field %(key)s.", key=repr(key[:60])))
        audit(actor, "people.field_taken_away", key[:60])


def read(field: Field, text: str, *, day_first: bool = True) -> str:
    """Return what was typed into a field in its one form; empty takes it back; ``day_first``
    settles 03/04. `WrongUse` where it does not fit the field."""
    text = _plain(text).strip()
    if not text:
        return ""
    if len(text) > _LONGEST_VALUE:
        raise WrongUse(told("%(field)s: at most 1,000 letters.", field=field.label))
    if field.kind == "number":
        return _number(field, text)
    if field.kind in ("date", "day"):
        return _day(field, text, day_first)
    if field.kind == "yes":
        return "yes"
    if field.kind == "choice" and text not in field.choices:
        raise WrongUse(told("%(field)s: choose one of those offered.", field=field.label))
    return text


def _number(field: Field, text: str) -> str:
    try:
        found = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > Decimal(10) ** 15:
        raise WrongUse(told("%(field)s: that is no number.", field=field.label))
    return f"{found:f}"


def _day(field: Field, text: str, day_first: bool) -> str:
    try:
        # Of a birthday, nobody may know the year.
        return read_day(text, day_first=day_first, may_lack_year=field.kind == "day")
    except (ValueError, OverflowError):
        raise WrongUse(
            told("%(field)s: write a day like 17 May 1990.", field=field.label)
        ) from None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _CONTROLS.sub(" ", text))


def _free_key(label: str) -> str:
    bare = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    stem = "own_" + ("_".join(re.findall(r"[a-z0-9]+", bare))[:40] or "field")
    taken = set(CustomField.objects.filter(key__startswith=stem).values_list("key", flat=True))
    labels_taken = CustomField.objects.filter(label__iexact=label, taken_away_at=None).exists()
    if labels_taken or label.casefold() in {one.label.casefold() for one in BUILT_IN}:
        raise WrongUse(told("There is a field of that name already."))
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 1000))) if key not in taken)


def _of_row(row: CustomField) -> Field:
    return Field(row.key, row.label, row.kind, "own", tuple(row.choices))
