"""Which functions are jobs. Floors declare theirs in a module ``jobs.py``, thin and light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of one name are done.

    ``in_child``: in a process of its own that ends, so that its memory is given back.
    ``after_restore``: the arguments with which a job is queued when a backup was put back;
    None for none.
    """

    name: str
    function: Callable[..., Any]
    in_child: bool
    max_attempts: int
    after_restore: Mapping[str, Any] | None


_kinds: dict[str, Kind] = {}
_followers: list[Callable[[], int]] = []


def job(
    name: str,
    *,
    in_child: bool = False,
    max_attempts: int = 5,
    after_restore: Mapping[str, Any] | None = None,
) -> Callable[[Function], Function]:
    """Declare a function as the work behind ``name``.

    It takes its arguments by keyword (what JSON can hold) and returns what JSON can hold. It may
    run again after a kill, so it does nothing twice that is already done. Heavy libraries are
    imported inside it, and it says ``in_child=True`` then.
    """

    def declare(function: Function) -> Function:
        kind = Kind(name, function, in_child, max_attempts, after_restore)
        if _kinds.setdefault(name, kind) is not kind:
            raise ValueError(f"job {name!r} is declared twice")
        return function

    return declare


def follower(function: Callable[[], int]) -> Callable[[], int]:
    """Declare light work that follows what comes in: every worker calls it at each turn.

    It does a short piece and returns how much that was; 0 when there was nothing to do. Two
    workers may call it at once.
    """
    if function not in _followers:
        _followers.append(function)
    return function


def followers() -> tuple[Callable[[], int], ...]:
    """Return what follows what comes in, the lowest floor's first."""
    discover()
    return tuple(_followers)


def kind_of(name: str) -> Kind:
    """Return the declaration of ``name``; `LookupError` when no floor declares it."""
    if name not in _kinds:
        discover()
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"no job is called {name!r}") from None


def kinds() -> tuple[Kind, ...]:
    """Return every declared job."""
    discover()
    return tuple(_kinds.values())


@cache
def discover() -> None:
    """Import the module ``jobs`` of every floor, once a process."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("jobs")
