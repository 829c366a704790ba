"""People as a shop has them, some entered twice with errors, with a fixed seed; who is who stands
beside them. Families share a name and a house, and some a telephone."""

from __future__ import annotations

from typing import Any

import numpy as np

_SYLLABLES = (
    "ka ri mo len ta so bel an dro vi mar tin jo han es ter lu cas fe li pa tri ga bri el no wal "
    "gen hof stein ner mann son ley ton field wood"
).split()
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
_DIGITS = np.array(list("0123456789"))
_FAMILY_EVERY = 7
_ORIGINALS = 0.8


def doubles(count: int, *, seed: int = 1) -> tuple[list[dict[str, str]], list[int]]:
    """Return ``count`` records, a fifth of them entered anew with slips, and whose each is."""
    rng = np.random.default_rng(seed)
    people = _people(int(count * _ORIGINALS), rng)
    whose = list(range(len(people)))
    records = list(people)
    for number in rng.integers(0, len(people), count - len(people)):
        records.append(_again(people[number], rng))
        whose.append(int(number))
    return [{name: value for name, value in one.items() if value} for one in records], whose


def _people(count: int, rng: np.random.Generator) -> list[dict[str, str]]:
    first = _drawn(_pool(4_000, 2, 4, rng), count, 0.8, rng)
    last = _drawn(_pool(40_000, 2, 5, rng), count, 0.6, rng)
    street = _drawn(_pool(15_000, 3, 6, rng), count, 0.4, rng)
    towns = _pool(1_500, 2, 4, rng)
    town = rng.integers(0, len(towns), count)
    born = (np.datetime64("1930-01-01") + rng.integers(0, 27_000, count)).astype(str)
    house, tail = rng.integers(1, 150, count), rng.integers(10, 9_999, count)
    phone = rng.integers(100_000_000, 999_999_999, count)
    people = [
        {
            "first_name": str(first[one]),
            "last_name": str(last[one]),
            "birthday": str(born[one]) if one % 3 else "",
            "email": f"{first[one]}.{last[one]}{tail[one]}@mail{one % 50}.example"
            if one % 5
            else "",
            "phone": str(phone[one]) if one % 2 else "",
            "street": str(street[one]),
            "house_number": str(house[one]),
            "postcode": str(10_000 + 7 * int(town[one])),
            "city": str(towns[town[one]]),
        }
        for one in range(count)
    ]
    for one in range(0, count - 1, _FAMILY_EVERY):
        shared = ["last_name", "street", "house_number", "postcode", "city"]
        if one % 2:
            shared.append("phone")
        people[one + 1] |= {name: people[one][name] for name in shared}
        if people[one + 1]["first_name"] == people[one]["first_name"]:
            people[one + 1]["first_name"] += "ette"
    return people


def _pool(size: int, least: int, most: int, rng: np.random.Generator) -> list[str]:
    found: set[str] = set()
    while len(found) < size:
        found.add("".join(rng.choice(_SYLLABLES, rng.integers(least, most))))
    return sorted(found, key=lambda word: (len(word), word[::-1]))


def _drawn(pool: list[str], count: int, steepness: float, rng: np.random.Generator) -> Any:
    weights = 1 / np.arange(1, len(pool) + 1) ** steepness
    return rng.choice(np.array(pool), count, p=weights / weights.sum())


def _again(one: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    """The same person, as somebody else typed them."""
    found = dict(one)
    for name, value in one.items():
        chance = rng.random()
        if chance < 0.08 and value:
            at = int(rng.integers(0, len(value)))
            drawn = rng.choice(_DIGITS if value[at].isdigit() else _LETTERS)
            found[name] = value[:at] + str(drawn) + value[at + 1 :]
        elif chance < 0.15:
            found[name] = ""
    return found
