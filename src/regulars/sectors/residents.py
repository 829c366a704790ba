"""Made-up people for demo worlds: names of many origins, addresses nobody has.

E-mail addresses lie under example.com, .org and .net (RFC 2606). Telephone numbers come from the
ranges that Ofcom keeps for drama; its mobile range is left out because phone libraries call it
invalid.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

_FIRST = (
    "Adam Aisha Alice Amelia Amir Anna Arthur Asha Ben Bethan Callum Carys Catherine "
    "Charlotte Chloe Daniel David Dylan Eilidh Eleanor Ella Emily Emma Ethan Evie Farah Fiona "
    "Florence Freya George Grace Hamza Hannah Harriet Harry Hugo Imogen Ines Isaac Isla Jack "
    "Jacob James Jasmine Joanna Joseph Kate Keira Laura Leah Leo Lewis Liam Lily Lucy Maria "
    "Martha Maya Megan Michael Mohammed Molly Nadia Nathan Nia Noah Nora Oliver Olivia Omar "
    "Oscar Owen Patrick Paul Phoebe Poppy Priya Rachel Rhys Robert Rosie Ruby Ryan Samira "
    "Samuel Sarah Sean Sofia Sophie Susan Thomas Toby Victor Yusuf Zara "
).split()
_LAST = (
    "Adams Ahmed Ali Allen Anderson Bailey Baker Barnes Bell Bennett Brooks Brown Butler "
    "Campbell Carter Chapman Clarke Collins Cook Cooper Cox Davies Dixon Edwards Ellis Evans "
    "Fisher Foster Fox Gibson Graham Grant Gray Green Griffiths Hall Harris Harvey Hill "
    "Holmes Hughes Hunt Hussain Jackson James Jenkins Johnson Jones Kaur Kelly Khan King "
    "Knight Kumar Lee Lewis Lloyd Marshall Martin Mason Matthews Mills Mitchell Moore Morgan "
    "Morris Murphy Murray Nowak Owen Palmer Parker Patel Pearson Phillips Powell Price Reid "
    "Reynolds Richards Roberts Robinson Rogers Rose Russell Scott Shah Shaw Simpson Singh "
    "Smith Stevens Stewart Taylor Thomas Thompson Turner Walker Ward Watson Webb White "
    "Wilkinson Williams Wilson Wood Wright Young "
).split()

# First name, last name and the e-mail handle their owner would choose.
FAR_NAMES = (
    ("ليلى", "حداد", "layla.haddad"),
    ("小明", "王", "xiaoming.wang"),
    ("Zoë", "Müller", "zoe.mueller"),
    ("José", "Núñez", "jose.nunez"),
    ("Siobhán", "O’Brien", "siobhan.obrien"),
    ("Łukasz", "Wójcik", "lukasz.wojcik"),
    ("Ólafur", "Þórðarson", "olafur.thordarson"),
)

_AREAS = (
    ("020", "7946"), ("0113", "496"), ("0114", "496"), ("0116", "496"), ("0117", "496"),
    ("0118", "496"), ("0121", "496"), ("0131", "496"), ("0141", "496"), ("0151", "496"),
    ("0161", "496"), ("0191", "498"),
)  # fmt: skip
_STREETS = (
    "Mill Lane", "Chapel Row", "Orchard Road", "Castle Street", "Meadow View", "Canal Walk",
    "Quarry Hill", "Abbey Close", "Lime Avenue", "Weaver Street", "Bridge End", "Foundry Yard",
)  # fmt: skip
_TOWNS = ("Harrowby", "Millbeck", "Eastwick", "Thornley Green", "Saltmarsh", "Upper Wend")
_DOMAINS = ("example.com", "example.com", "example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Resident:
    """One made-up person. ``phone`` is E.164; ``area`` is its dialling code with the 0."""

    key: str
    first_name: str
    last_name: str
    email: str
    phone: str
    area: str
    address: str
    city: str
    zip_code: str

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    def phone_as_typed(self, rng: Random) -> str:
        """Return the number the way somebody might type it."""
        code = self.area[1:]
        rest = self.phone.removeprefix(f"+44{code}")
        spaced = f"{rest[:-4]} {rest[-4:]}"
        forms = (
            f"{self.area} {spaced}",
            f"{self.area}{rest}",
            f"+44 {code} {spaced}",
            f"({self.area}) {spaced}",
            self.phone,
        )
        return rng.choice(forms)


def make_residents(rng: Random, count: int, *, prefix: str = "p") -> list[Resident]:
    """Return ``count`` people (at most 12,000), each with an e-mail and a phone of their own.

    The first seven have names from other scripts; namesakes occur as they do in life.
    """
    numbers = rng.sample(range(len(_AREAS) * 1000), count)
    taken: dict[str, int] = {}
    return [_resident(rng, index, numbers[index], prefix, taken) for index in range(count)]


def _resident(rng: Random, index: int, number: int, prefix: str, taken: dict[str, int]) -> Resident:
    if index < len(FAR_NAMES):
        first, last, handle = FAR_NAMES[index]
    else:
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        handle = _ascii(f"{first}.{last}")
    taken[handle] = taken.get(handle, 0) + 1
    suffix = str(taken[handle]) if taken[handle] > 1 else ""
    area, exchange = _AREAS[number // 1000]
    return Resident(
        key=f"{prefix}{index + 1:04d}",
        first_name=first,
        last_name=last,
        email=f"{handle}{suffix}@{rng.choice(_DOMAINS)}",
        phone=f"+44{area[1:]}{exchange}0{number % 1000:03d}",
        area=area,
        address=f"{rng.randint(1, 140)} {rng.choice(_STREETS)}",
        city=rng.choice(_TOWNS),
        zip_code=_postcode(rng),
    )


def _postcode(rng: Random) -> str:
    """Return a code in ZZ, an area that does not exist."""
    letters = "".join(rng.choices("ABDEFGHJ", k=2))
    return f"ZZ{rng.randint(1, 19)} {rng.randint(1, 9)}{letters}"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


_ID_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"


def token(rng: Random, length: int) -> str:
    """Return an id as vendors make them: capital letters and digits."""
    bits = rng.getrandbits(5 * length)
    return "".join([_ID_LETTERS[bits >> 5 * place & 31] for place in range(length)])
