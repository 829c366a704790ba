"""JSON read value by value from a stream, so that no list is ever held whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from regulars.kernel.telling import told

from .containers import Member, Stream
from .decoding import Watch, text_chunks
from .tables import Limits

SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_SEPARATORS = re.compile(r"[ \t\r\n,]*")
BESIDE = "\0beside"
decode = json.JSONDecoder(parse_float=Decimal).raw_decode
BROKEN_LINE = told("This line is not valid JSON.")
BROKEN_LIST = told("The JSON breaks off or is wrong here; nothing below could be read.")


class JsonText:
    """The text of a member with a place in it; takes in more as it is asked for."""

    def __init__(self, member: Member, encoding: str, limits: Limits) -> None:
        self.watch = Watch()
        self.stream: Stream = member.open()
        self._chunks = text_chunks(self.stream, encoding, self.watch)
        self._limit = limits.cell_chars
        self._buffer = ""
        self._at = 0
        self.has_ended = False

    def _more(self) -> bool:
        """Take in at least as much again as is waiting, so that retries stay cheap."""
        parts = [self._buffer[self._at :]]
        wanted = len(parts[0])
        while wanted >= 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.has_ended = True
                break
            parts.append(chunk)
            wanted -= len(chunk)
        self._buffer, self._at = "".join(parts), 0
        return len(parts) > 1

    def peek(self, skipped: re.Pattern[str] = SPACE) -> str:
        """Step over what ``skipped`` matches and return the character there, "" at the end."""
        while True:
            found = skipped.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def step(self) -> None:
        """Step over one character."""
        self._at += 1

    def value(self) -> Any:
        """Read one value; raises ValueError if none begins here or it is too long."""
        while True:
            try:
                found, end = decode(self._buffer, self._at)
                if end == len(self._buffer) and not self.has_ended and self._more():
                    continue  # A number at the very edge may go on.
                self._at = end
                return found
            except RecursionError:
                raise ValueError("nested too deeply") from None
            except json.JSONDecodeError as error:
                waiting = len(self._buffer) - self._at
                is_cut = error.pos > len(self._buffer) - 16 or "Unterminated" in error.msg
                if not is_cut or waiting > self._limit or not self._more():
                    raise

    def rest_of_line(self) -> str:
        """Take the text up to the end of the line, which could not be read as a value."""
        while "\n" not in self._buffer[self._at :] and self._more():
            if len(self._buffer) - self._at > self._limit:
                break
        end = self._buffer.find("\n", self._at)
        end = len(self._buffer) if end < 0 else end
        taken, self._at = self._buffer[self._at : end], end
        return taken

    def close(self) -> None:
        """Give the file handles back."""
        self.stream.close()


@dataclass(frozen=True, slots=True)
class Broken:
    """Text in the place of a record that is not valid JSON."""

    text: str
    reason: str


Item = tuple[str, Any]
"""The name of a list ("" if it has none) and one of its elements, or :class:`Broken`."""


def walk(text: JsonText, shape: str) -> Iterator[Item]:
    """Yield the elements of every list in the document; fields beside lists go by ``BESIDE``."""
    if shape == "lines":
        return _walk_lines(text)
    return _walk_list(text, "") if text.peek() == "[" else _walk_object(text)


def _walk_lines(text: JsonText) -> Iterator[Item]:
    while text.peek(_SEPARATORS):
        try:
            yield "", text.value()
        except ValueError:
            yield "", Broken(text.rest_of_line(), BROKEN_LINE)


def _walk_list(text: JsonText, name: str) -> Iterator[Item]:
    text.step()
    while (sign := text.peek(_SEPARATORS)) != "]":
        try:
            if not sign:
                raise ValueError("the list is never closed")
            yield name, text.value()
        except ValueError:
            yield name, Broken(text.rest_of_line(), BROKEN_LIST)
            return
    text.step()


def _walk_object(text: JsonText) -> Iterator[Item]:
    """Walk a document that is one object, without ever holding one of its lists whole."""
    beside: dict[str, Any] = {}
    text.step()
    while text.peek(_SEPARATORS) == '"':
        try:
            name = text.value()
            if text.peek() != ":":
                break
            text.step()
            if text.peek() != "[":
                beside[name] = text.value()
                continue
        except ValueError:
            break
        yield from _walk_list(text, name)
    if beside:
        yield BESIDE, beside
