"""Which zone a topic names, and what in a text may name a device."""

from __future__ import annotations

import re

_GENERIC = frozenset(
    "count counter counts counting in out entries exits total totals number value values data json "
    "raw state status telemetry tele stat sensor sensors reading readings event events attributes "
    "footfall people person persons visitors visits traffic occupancy presence wifi wlan ble "
    "bluetooth probe probes seen device devices client clients mac queue queues length waiting "
    "wait wait_seconds seconds minutes line result update uplink up v1 mqtt".split()
)
_LONGEST_ZONE = 60
# A MAC in its three spellings; a number in hexadecimal of eight signs or more; many digits.
_MAC = re.compile(r"(?i)[0-9a-f]{2}(?:[:\-. ]?[0-9a-f]{2}){5}|[0-9a-f]{4}(?:[.:\-][0-9a-f]{4}){2}")
_HEX = re.compile(r"(?i)(?<![a-z0-9])(?=[a-f]*\d)[0-9a-f]{8,}(?![a-z0-9])|\d{7,}")
_SIGN = re.compile(r"[^0-9a-z]+")
_WILD = ("+", "#")


def words(topic: str) -> list[str]:
    """The levels of a topic that are words, in lower case."""
    return [one.strip().lower() for one in topic.split("/") if one.strip()]


def mac_in(text: str) -> str:
    """The first hardware address in a text, or an empty one."""
    found = _MAC.search(text)
    return found[0] if found else ""


def macs_only(text: str) -> list[str]:
    """The hardware addresses of a text that holds nothing else; none where it does."""
    parts = [one for one in re.split(r"[\s,;]+", text.strip()) if one]
    return parts if parts and all(_MAC.fullmatch(one) for one in parts) else []


def bare(text: str) -> str:
    """A text without its signs, to compare spellings of one name."""
    return _SIGN.sub("", text.lower())


def zone_of(topic: str, told: str, devices: tuple[str, ...]) -> str:
    """The zone that a payload tells, or the last level of the topic that means one.

    What names a device is no zone: a hardware address, a long number, one of ``devices``.
    """
    named = {bare(one) for one in devices} - {""}

    def is_zone(text: str) -> bool:
        plain = bare(text)
        return bool(plain) and not _names_device(text) and not any(
            one == plain or (len(one) > 3 and one in plain) for one in named
        )  # fmt: skip

    if told and is_zone(told):
        return told[:_LONGEST_ZONE]
    levels = [one.strip() for one in topic.replace("\x00", "").split("/") if is_zone(one)]
    meaning = [one for one in levels if one.lower() not in _GENERIC]
    return next(iter(meaning[::-1] or levels[::-1]), "")[:_LONGEST_ZONE]


def filter_of(topic: str, filters: list[str]) -> str:
    """The one of ``filters`` that a topic came by: what its owner wrote, and nothing of a device.

    ``+`` stands for a level, ``#`` for all that follow. An empty text where none fits.
    """
    return next((one for one in filters if _fits(topic.split("/"), one.split("/"))), "")


def is_filter(text: str) -> bool:
    """Whether a broker would take it as a topic filter."""
    levels = text.split("/")
    return (
        0 < len(text.encode()) <= 1_000
        and "\x00" not in text
        and all(one in _WILD or not set(one) & set(_WILD) for one in levels)
        and "#" not in levels[:-1]
    )


def _fits(levels: list[str], wanted: list[str]) -> bool:
    for place, one in enumerate(wanted):
        if one == "#":
            return True
        if place >= len(levels) or one not in ("+", levels[place]):
            return False
    return len(levels) == len(wanted)


def _names_device(text: str) -> bool:
    return bool(_MAC.search(text) or _HEX.search(text))
