"""Which encoding a file is in, and its text in chunks or lines, with flat memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import StringIO

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.telling import told

from .containers import Member, NotATable, Stream

END = "\0end-of-file\0"
"""The line after the last; a quote that is never closed swallows it, and so gives itself away."""

_SEEK_EVIDENCE_BYTES = 256 * 2**20
_BAD = re.compile("[\ud800-\udfff]")
_KINDS = (
    (b"%PDF", told("a PDF")),
    (b"\x89PNG", told("a picture")),
    (b"\xff\xd8\xff", told("a picture")),
    (b"GIF8", told("a picture")),
    (b"PK\x03\x04", told("an archive")),
    (b"\x1f\x8b", told("an archive")),
    (b"BZh", told("an archive")),
    (b"\xfd7zXZ", told("an archive")),
    (b"7z\xbc\xaf", told("an archive")),
    (b"Rar!", told("an archive")),
    (b"SQLite format 3", told("a database")),
    (b"PAR1", told("a Parquet file")),
    (b"\x7fELF", told("a program")),
    (b"MZ\x90", told("a program")),
)


def _mark_bad(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udc80", max(error.end, error.start + 1)


codecs.register_error("regulars.mark", _mark_bad)


class Watch:
    """What the text layer saw that the rows must be examined for."""

    def __init__(self) -> None:
        self.is_suspect = False
        self.has_open_end = False


def has_bad_bytes(text: str) -> bool:
    """Whether ``text`` holds marks of bytes that its encoding does not know."""
    return _BAD.search(text) is not None


def without_marks(text: str) -> str:
    """Return ``text`` fit to show and store: marks become U+FFFD, NULs go."""
    return _BAD.sub("\ufffd", text).replace("\0", "")


def decide_encoding(member: Member, head: bytes, complete: bool) -> str:
    """Return the codec name for ``member`` from its ``head``, or raise UnreadableFile if binary.

    A head of plain ASCII says nothing, so reading goes on (within 256 MiB) to the first other byte.
    """
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise NotATable(told("%(file)s is empty.", file=member.name))
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if wide := _utf16_by_zeros(head):
        return wide
    _refuse_binary(member.name, head)
    if head.isascii() and not complete:
        head = _first_beyond_ascii(member)
    return _utf8_or_1252(head)


def _utf16_by_zeros(head: bytes) -> str | None:
    sample = head[:4096]
    pairs = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if pairs and odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if pairs and even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _refuse_binary(name: str, head: bytes) -> None:
    for magic, kind in _KINDS:
        if head.startswith(magic):
            raise UnreadableFile(
                told("%(name)s is %(kind)s, not a table; export it as CSV.", name=name, kind=kind)
            )
    sample = head[:65536]
    start = sample.lstrip()[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<?mso")):
        raise UnreadableFile(
            told("%(name)s is a web page or XML; open it and save it as CSV.", name=name)
        )
    controls = sum(sample.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13, 27))
    if controls >= 8 and controls > 0.05 * len(sample):
        raise UnreadableFile(told("%(name)s is not text; export it as CSV.", name=name))


def _first_beyond_ascii(member: Member) -> bytes:
    stream = member.open()
    try:
        before = b""
        while stream.taken < _SEEK_EVIDENCE_BYTES and (chunk := stream.read()):
            if not chunk.isascii():
                return before[-8:] + chunk + stream.read()
            before = chunk
        return b""
    finally:
        stream.close()


def _utf8_or_1252(evidence: bytes) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(evidence)
        return "utf-8"
    except UnicodeDecodeError:
        text = evidence.decode("utf-8", "regulars.mark")
    bad = len(_BAD.findall(text))
    good = sum(1 for char in text if char > "\x7f") - bad
    # Windows-1252 hardly ever forms valid UTF-8 by chance, so much good outweighs little bad.
    return "utf-8" if good > 10 * bad else "cp1252"


def text_chunks(stream: Stream, encoding: str, watch: Watch) -> Iterator[str]:
    """Yield the text; bytes the encoding does not know become marks, told by ``watch``."""
    decoder = codecs.getincrementaldecoder(encoding)()
    while True:
        chunk = stream.read()
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            watch.is_suspect = True
            decoder.errors = "regulars.mark"
            text = decoder.decode(chunk, final=not chunk)
        if "\0" in text:
            watch.is_suspect = True
        if text:
            yield text
        if not chunk:
            return


def text_lines(
    stream: Stream, encoding: str, watch: Watch, *, name: str, limit_chars: int
) -> Iterator[str]:
    """Yield physical lines with their ends (\\n, \\r\\n or \\r), then :data:`END`.

    Raises UnreadableFile for a line beyond ``limit_chars``, which no table has.
    """
    tail = ""
    for text in text_chunks(stream, encoding, watch):
        lines = list(StringIO(tail + text, newline=""))
        tail = "" if lines[-1].endswith("\n") else lines.pop()
        if len(tail) > limit_chars:
            raise UnreadableFile(
                told(
                    "%(name)s has a line of over %(limit_chars)s characters.",
                    name=name,
                    limit_chars=f"{limit_chars:,}",
                )
            )
        yield from lines
    watch.is_suspect = True
    if tail:
        watch.has_open_end = not tail.endswith("\r")
        yield tail
    watch.has_open_end = False
    yield END
