"""Answers kept for as long as a version of the mart is in force, within a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from typing import Any, TypeVar, cast

Found = TypeVar("Found")

# About 40 MB of rows at the very most; an answer of a quarter of that is not worth its place.
MOST_ROWS = 80_000


class Remembered:
    """What was found by key, the least recently used forgotten first; safe between threads.

    Two threads that want the same at the same time find it once. An answer weighs as much as it has
    rows.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most = most_rows
        self._rows = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._turns: dict[Hashable, threading.Lock] = {}

    def find(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """Return what is kept under ``key``, or ``find()``, kept from then on."""
        with self._lock:
            if key in self._kept:
                return cast(Found, self._used(key))
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    return cast(Found, self._used(key))
            try:
                found = find()
                with self._lock:
                    self._keep(key, found)
            finally:
                with self._lock:
                    self._turns.pop(key, None)
        return found

    def __len__(self) -> int:
        return len(self._kept)

    def _used(self, key: Hashable) -> Any:
        self._kept.move_to_end(key)
        return self._kept[key]

    def _keep(self, key: Hashable, found: Any) -> None:
        rows = _weight(found)
        if rows > self._most // 4:
            return
        self._kept[key] = found
        self._rows += rows
        while self._rows > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._rows -= _weight(oldest)


def _weight(found: Any) -> int:
    return 1 + (len(found) if isinstance(found, Sized) and not isinstance(found, str) else 0)
