"""What the list of people is kept to, its order and its columns: read from an address and written
back, the same for the page, a view, a file and a change to many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.db.models import Q

from regulars.identity.models import Link
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles.consents import CHANNELS
from regulars.profiles.folding import fold
from regulars.profiles.viewing.models import Tagging
from regulars.science.segments import SEGMENTS

REACHES = ("email", "phone")
# Who never bought anything; who has neither a name nor an address, as visitors of a website do.
WHO = ("unbought", "nameless")
SORTS = ("spent", "last", "orders", "name")
COLUMNS = ("email", "phone", "country", "tags", "segment", "orders", "spent", "last")
USUAL = ("segment", "orders", "spent", "last")
NAMES = ("q", "who", "segment", "quiet", "country", "tag", "has", "allows", "sort", "show", "thing")
_LONGEST = 200
_LONGEST_QUERY = 4_000


@dataclass(frozen=True, slots=True)
class Filters:
    """Which people, in which order, with which columns; what is empty keeps nobody out. ``thing``
    is one of Today's, whose people are meant."""

    text: str = ""
    who: str = ""
    segment: str = ""
    quiet: bool = False
    country: str = ""
    tag: str = ""
    has: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    sort: str = ""
    show: tuple[str, ...] = ()
    thing: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """What is shown beside the name."""
        return self.show or USUAL

    @property
    def is_narrow(self) -> bool:
        """Whether anything but segment and silence keeps people out."""
        kept = (self.text, self.who, self.country, self.tag, self.has, self.allows, self.thing)
        return any(kept)

    def pairs(self) -> list[tuple[str, str]]:
        """Name and value as an address holds them."""
        one = {"q": self.text, "who": self.who, "segment": self.segment,
               "quiet": "1" if self.quiet else "", "country": self.country, "tag": self.tag,
               "sort": self.sort, "thing": self.thing}  # fmt: skip
        many = {"has": self.has, "allows": self.allows, "show": self.show}
        return [(name, value) for name, value in one.items() if value] + [
            (name, value) for name, values in many.items() for value in values
        ]

    def address(self) -> str:
        """The address's query."""
        return urlencode(self.pairs())

    def kept(self) -> Filters:
        """What a view keeps: a thing of Today is gone tomorrow."""
        return replace(self, thing="")


def read(given: Mapping[str, Sequence[str]]) -> Filters:
    """Read what an address says, other names left aside. `WrongUse` for what is none of a list's
    values, or too long."""
    show = _several(given, "show", COLUMNS)
    return Filters(
        text=_line(given, "q")[:_LONGEST],
        who=_among(_line(given, "who"), WHO, "who"),
        segment=_among(_line(given, "segment"), [one.key for one in SEGMENTS], "segment"),
        quiet=bool(_line(given, "quiet")),
        country=_line(given, "country")[:80],
        tag=_line(given, "tag")[:_LONGEST],
        has=_several(given, "has", REACHES),
        allows=_several(given, "allows", CHANNELS),
        sort=_among(_line(given, "sort"), SORTS, "sort"),
        show=() if show == USUAL else show,
        thing=_line(given, "thing")[:_LONGEST],
    )


def of_query(text: str) -> Filters:
    """Read what `Filters.address` gave, or somebody wrote like it. `WrongUse` as for `read`, and
    for a filter there is none of: left aside, it would find everybody."""
    plain = text[:_LONGEST_QUERY].strip().strip("?&")
    if not plain:
        return Filters()
    try:
        given = parse_qs(plain, keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError:
        raise WrongUse(told("That is no list of people.")) from None
    for name in given:
        if name not in NAMES:
            raise WrongUse(
                told("There is no filter %(name)s, but: %(known)s.",
                     name=repr(name[:40]), known=", ".join(NAMES))
            )  # fmt: skip
    return read(given)


def of_pairs(pairs: Sequence[Sequence[str]]) -> Filters:
    """Read what `Filters.pairs` gave."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    return read(given)


def of_card(wanted: Filters) -> Q:
    """What cards and tags say of it, as a condition on cards."""
    found = Q()
    if wanted.who:
        # Visitors of the website, of whom nothing is known, have not bought; they never say so.
        found &= Q(name="") if wanted.who == "nameless" else ~Q(name="", email="", phone="")
    if wanted.country:
        found &= Q(country=wanted.country)
    if wanted.tag:
        found &= Q(pk__in=tagged(wanted.tag))
    for reach in wanted.has:
        found &= ~Q(**{reach: ""})
    for channel in wanted.allows:
        found &= Q(allows__contains=channel)
    return found


def tagged(name: str) -> Any:
    """The people who have the tag of that name, as a question within a question."""
    own = Tagging.objects.filter(tag__folded=fold(name)[:120], ended_at=None)
    return Link.objects.filter(identifier__in=own.values("identifier")).values("profile")


def _line(given: Mapping[str, Sequence[str]], name: str) -> str:
    values = given.get(name) or [""]
    plain = values[0].replace("\x00", " ").encode("utf-8", "ignore").decode()
    return " ".join(plain.split())


def _several(
    given: Mapping[str, Sequence[str]], name: str, known: Sequence[str]
) -> tuple[str, ...]:
    chosen = {_among(one, known, name) for one in given.get(name, ()) if one}
    return tuple(one for one in known if one in chosen)


def _among(value: str, known: Sequence[str], name: str) -> str:
    if value and value not in known:
        parts = {"value": repr(value[:40]), "known": ", ".join(known)}
        if name == "segment":
            raise WrongUse(
                told("There is no segment %(segment)s. Segments: %(known)s.",
                     segment=parts["value"], known=parts["known"])
            )  # fmt: skip
        raise WrongUse(
            told("%(name)s is not %(value)s, but one of: %(known)s.", name=name, **parts)
        )
    return value
