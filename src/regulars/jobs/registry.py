"""Which functions are jobs. Floors declare theirs in a module ``jobs.py``, thin and light."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection that somebody wants to be listened to.

    ``name`` tells it from others; it is closed and opened anew when its ``mark`` changes.
    ``listen`` stays until the function it is given says that it shall end, or until it breaks.
    """

    name: str
    mark: str
    listen: Callable[[Callable[[], bool]], None]


_kinds: dict[str, Kind] = {}
_followers: list[Callable[[], int]] = []
_listeners: list[Callable[[], Iterable[Wanted]]] = []


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


def listener(function: Callable[[], Iterable[Wanted]]) -> Callable[[], Iterable[Wanted]]:
    """Declare what says which connections shall be listened to now. Every worker asks it every
    second, and listens to each in a thread of its own, unless another worker does."""
    if function not in _listeners:
        _listeners.append(function)
    return function


def wanted_connections() -> list[Wanted]:
    """Return the connections that floors want to be listened to now."""
    discover()
    return [one for function in _listeners for one in function()]


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
