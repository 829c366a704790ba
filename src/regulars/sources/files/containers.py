"""Streams of bytes that may hold tables, counted while they inflate."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.telling import told

_MIB = 2**20
_READ_BYTES = 2**18
_BROKEN = (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile)


class NotATable(UnreadableFile):
    """Nothing tabular here; inside an archive the member is passed over with a note."""


class Stream:
    """Inflated bytes of one member, counted; stops at the break of a damaged archive.

    ``broken`` then holds the sentence to end on, after the rows before the break were given.
    """

    def __init__(self, member: Member, raw: IO[bytes], inner: IO[bytes]) -> None:
        self._member = member
        self._raw = raw
        self._inner = inner
        self.taken = 0
        self._stored = 0
        self.broken: str | None = None

    def read(self) -> bytes:
        """Return the next quarter MiB or less; b"" at the end. Raises UnreadableFile on a bomb."""
        if self.broken:
            return b""
        try:
            chunk: bytes = self._inner.read1(_READ_BYTES)  # type: ignore[attr-defined]
        except _BROKEN:
            self.broken = told(
                "%(file)s is damaged or cut short: it could be read up to %(size)s bytes. Fetch it"
                " again; what was read so far is whole.",
                file=self._member.name,
                size=f"{self.taken:,}",
            )
            return b""
        except OSError as error:
            raise UnreadableFile(
                told(
                    "%(file)s cannot be read: %(strerror)s.",
                    file=self._member.name,
                    strerror=error.strerror,
                )
            ) from None
        self.taken += len(chunk)
        self._stored = self._raw.tell() if self._member.kind != "zip" else 0
        if self.taken > self._member.allowed_bytes:
            raise bomb(self._member.name)
        return chunk

    def share(self) -> float:
        """Return the share of the member that has been read, 0 to 1."""
        if self._member.kind == "zip":
            done, whole = self.taken, self._member.inflated_bytes
        else:
            done, whole = self._stored, self._member.stored_bytes
        return min(1.0, done / whole) if whole else 1.0

    def close(self) -> None:
        """Give the file handles back."""
        self._inner.close()
        self._raw.close()


@dataclass(frozen=True)
class Member:
    """One stream of bytes that may hold tables. Sizes in bytes; ``kind`` plain, gz or zip."""

    name: str
    path: Path
    kind: str
    stored_bytes: int
    inflated_bytes: int
    allowed_bytes: int
    checksum: int
    opener: Callable[[], tuple[IO[bytes], IO[bytes]]]

    def open(self) -> Stream:
        """Begin reading from the first byte."""
        try:
            raw, inner = self.opener()
        except OSError as error:
            raise UnreadableFile(
                told(
                    "%(name)s cannot be read: %(strerror)s.",
                    name=self.name,
                    strerror=error.strerror,
                )
            ) from None
        return Stream(self, raw, inner)

    def head(self, length: int) -> tuple[bytes, bool]:
        """Return the first ``length`` bytes or a little more, and whether that is everything."""
        stream = self.open()
        try:
            parts: list[bytes] = []
            while stream.taken < length:
                chunk = stream.read()
                if not chunk:
                    if stream.broken and not parts:
                        raise UnreadableFile(stream.broken)
                    return b"".join(parts), True
                parts.append(chunk)
            return b"".join(parts), False
        finally:
            stream.close()

    def whole(self, limit_bytes: int) -> bytes | None:
        """Return all bytes, or ``None`` when there are more than ``limit_bytes``."""
        content, complete = self.head(limit_bytes + 1)
        return content if complete else None

    def fingerprint(self) -> str:
        """Mark the content cheaply; see :meth:`Table.fingerprint`."""
        digest = blake2b(str(self.inflated_bytes).encode(), digest_size=16)
        if self.kind == "plain":
            with self.path.open("rb") as file:
                digest.update(file.read(_MIB))
                file.seek(max(0, self.stored_bytes - _MIB))
                digest.update(file.read(_MIB))
        else:
            digest.update(self.checksum.to_bytes(8, "big"))
            digest.update(self.head(_MIB)[0][:_MIB])
        return digest.hexdigest()


def bomb(name: str) -> UnreadableFile:
    """The refusal of an archive that grows beyond reason."""
    return UnreadableFile(
        told(
            "%(name)s grows too much when unpacked (more than 200 times its size, "
            "or 20 GB); no export does, so it was not read.",
            name=name,
        )
    )
