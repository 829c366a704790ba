"""Asks vendors over HTTP, and turns what goes wrong into what the frame knows to do."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import orjson

from regulars.kernel import clock
from regulars.sources.connectors.contract import Json, Later, TokenRefused, Unreachable

if TYPE_CHECKING:
    import requests

MOST_BYTES = 32_000_000
_TIMEOUTS = (10, 60)
_CHUNK = 65_536
_LONGEST_WAIT = 3_600.0
_WAIT = 10.0
_MOVES = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status below 400, headers (any case), and the JSON that came with them."""

    status: int
    headers: Mapping[str, str]
    data: Any


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it came: 304 and no content where it did not change."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Refused(Exception):
    """The vendor says that the question is wrong: a status of 400 or above, and what came."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text[:200]}")
        self.status = status
        self.text = text


class _Moved(Unreachable):
    """What is asked for lies elsewhere."""

    def __init__(self, status: int, where: str) -> None:
        super().__init__(str(status))
        self.where = where


class HttpClient:
    """A session with one vendor. It follows no redirect and sends its headers nowhere else."""

    def __init__(self) -> None:
        import requests

        self._session = requests.Session()
        # A .netrc must not put another password in the place of the token.
        self._session.auth = _as_it_is
        self._session.headers["User-Agent"] = "Regulars"

    def get(self, url: str, params: Mapping[str, Any] | None = None, **headers: str) -> Reply:
        """Ask for ``url``; names in ``headers`` have ``_`` for ``-``."""
        return _json(self._ask("GET", url, headers, params=params))

    def post(self, url: str, said: Json, **headers: str) -> Reply:
        """Send JSON to ``url``."""
        headers["Content_Type"] = "application/json"
        return _json(self._ask("POST", url, headers, data=orjson.dumps(said)))

    def form(self, url: str, said: Mapping[str, str], **headers: str) -> Reply:
        """Send what a form would send to ``url``."""
        return _json(self._ask("POST", url, headers, data=dict(said)))

    def fetch(
        self, url: str, most_bytes: int = MOST_BYTES, redirects: int = 0, **headers: str
    ) -> Fetched:
        """Fetch a file, of at most ``most_bytes``, over so many ``redirects``: to another host
        without the headers."""
        for _ in range(redirects + 1):
            try:
                return self._ask("GET", url, headers, most_bytes)
            except _Moved as moved:
                before, url = url, urljoin(url, moved.where)
                if urlsplit(before).netloc != urlsplit(url).netloc:
                    headers = {}
        raise Unreachable("it is moved too often")

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        most_bytes: int = MOST_BYTES,
        **what: Any,
    ) -> Fetched:
        import requests

        check_address(url)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with self._session.request(
                method, url, headers=sent, timeout=_TIMEOUTS, allow_redirects=False, stream=True,
                **what,
            ) as got:  # fmt: skip
                return _read(got, most_bytes)
        except requests.RequestException as error:
            raise Unreachable(type(error).__name__) from error


def check_address(url: str) -> None:
    """`Unreachable` for an address that would carry a token unencrypted to another machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and is_here(parts.hostname or ""):
        return
    raise Unreachable("the address does not begin with https://")


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _read(got: requests.Response, most_bytes: int) -> Fetched:
    body, size = [], 0
    for part in got.iter_content(_CHUNK):
        size += len(part)
        if size > most_bytes:
            raise Unreachable("the answer is too large")
        body.append(part)
    whole = b"".join(body)
    status = got.status_code
    if status in (401, 403):
        raise TokenRefused(str(status))
    if status == 429:
        raise Later(wait_of(got.headers))
    if status in _MOVES and got.headers.get("Location"):
        raise _Moved(status, got.headers["Location"])
    if status >= 500 or (300 <= status < 400 and status != 304):
        raise Unreachable(str(status))
    if status >= 400:
        raise Refused(status, whole.decode("utf-8", "replace"))
    return Fetched(status, got.headers, whole)


def _json(got: Fetched) -> Reply:
    try:
        data = orjson.loads(got.content) if got.content else None
    except orjson.JSONDecodeError as error:
        raise Unreachable("the answer is not JSON") from error
    return Reply(got.status, got.headers, data)


def wait_of(headers: Mapping[str, str]) -> float:
    """Seconds in ``Retry-After`` (a number or a date), within reason."""
    said = headers.get("Retry-After", "").strip()
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - clock.now()).total_seconds()
        except (ValueError, TypeError):
            seconds = _WAIT
    return min(max(seconds, 1.0), _LONGEST_WAIT) if seconds == seconds else _WAIT
