"""Whether a message comes from a bot, by the user agent it names: crawlers, and driven programs.

Known bots are those of `crawler-user-agents`, a list that its keepers renew every week.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from regulars.sources.intake.protocol import Json

CRAWLER, PROGRAM = "crawler", "program"
_PROGRAM_TAGS = {"browser-automation", "http-library"}
# Beyond the list: libraries that back ends send with, and whoever calls itself a bot.
_MORE_PROGRAMS = ("GuzzleHttp", "^Java/", "^undici", "^node$", r"\bjsdom/", "^Dart/", "^Ruby$")
_MORE_CRAWLERS = (r"(?i)compatible; ?[^;)]*(?:bot|crawler|spider)\b",)
_AT_ONCE = 25
Identifiers = tuple[tuple[str, str], ...]
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Bot:
    """Who it is and of which kind.

    A `CRAWLER` walks through pages and is nobody. A `PROGRAM` is a driven browser or a library for
    HTTP: nobody either, unless it says whom it speaks of.
    """

    name: str
    kind: str


def bot_of(said: Json) -> Bot | None:
    """Return the bot that sent a message, or None where nothing speaks for one."""
    context = said.get("context")
    if not isinstance(context, dict):
        return None
    agent = context.get("userAgent")
    found = named(agent[:_LONGEST]) if isinstance(agent, str) else None
    marked = context.get("bot")
    if found is None and isinstance(marked, str) and marked:
        return Bot(marked[:40], PROGRAM)
    return found


def is_crawler(bot: Bot | None) -> bool:
    """Whether nothing it says is about anybody: no person, no visit, no order."""
    return bot is not None and bot.kind == CRAWLER


def spoken_of(bot: Bot | None, who: Identifiers) -> Identifiers:
    """Return those of ``who`` that the message of ``bot`` is about.

    A program that only counts browsers (`anonymous_id`) makes no person; one that names somebody
    does: back ends send for people, and so do tests of a shop.
    """
    if bot is None:
        return who
    is_known = any(not kind.startswith("anonymous_id") for kind, _ in who)
    return who if is_known and bot.kind == PROGRAM else ()


@lru_cache(4096)
def named(agent: str) -> Bot | None:
    """Return the bot that calls itself ``agent``, or None for a person's browser or app."""
    crawlers, programs = _patterns()
    for kind, patterns in ((CRAWLER, crawlers), (PROGRAM, programs)):
        for pattern in patterns:
            if found := pattern.search(agent):
                return Bot(found[0].strip(" /;:(^")[:40], kind)
    return None


@cache
def _patterns() -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
    # Only who lands messages reads the list.
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    crawlers: list[str] = []
    programs: list[str] = []
    for one in CRAWLER_USER_AGENTS_DATA:
        kind = programs if _PROGRAM_TAGS.intersection(one["tags"]) else crawlers
        kind.append(one["pattern"])
    return (
        [*_joined(crawlers), *map(re.compile, _MORE_CRAWLERS)],
        [*_joined(programs), *map(re.compile, _MORE_PROGRAMS)],
    )


def _joined(patterns: list[str]) -> Iterable[re.Pattern[str]]:
    """Few patterns of many ways each: one of all is slower, as is each by itself."""
    for start in range(0, len(patterns), _AT_ONCE):
        yield re.compile("|".join(patterns[start : start + _AT_ONCE]))
