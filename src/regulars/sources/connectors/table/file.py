"""A file by address: fetched only where it changed; Parquet becomes CSV, all else stays."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from regulars.sources.connectors.contract import Account, Client, Unreachable

MOST_BYTES = 256_000_000
_REDIRECTS = 5
_PARQUET = b"PAR1"
_UNSAFE = re.compile(r"[^\w.-]+")
_PAGE = re.compile(rb"\s*(<!doctype html|<html)", re.IGNORECASE)


def fetch(account: Account, client: Client, stamp: str, folder: Path) -> tuple[Path, str] | None:
    """The file and its ETag or date; None where the server says it did not change."""
    headers: dict[str, str] = {}
    password = account.secrets.get("password", "")
    if user := account.settings.get("user", ""):
        both = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {both}"
    elif password:
        headers["Authorization"] = f"Bearer {password}"
    kind, _, value = stamp.partition(" ")
    if value:
        headers["If_None_Match" if kind == "etag" else "If_Modified_Since"] = value
    address = account.settings["address"]
    got = client.fetch(address, MOST_BYTES, _REDIRECTS, **headers)
    if got.status == 304:
        return None
    if _PAGE.match(got.content[:200]):
        raise Unreachable("a web page came instead of a table")
    if not got.content.strip():
        raise Unreachable("the file is empty")
    path = folder / _name(address)
    if got.content.startswith(_PARQUET):
        raw = path.with_suffix(".parquet")
        raw.write_bytes(got.content)
        path = path.with_suffix(".csv")
        _as_csv(raw, path)
        raw.unlink()
    else:
        path.write_bytes(got.content)
    etag, at = got.headers.get("ETag", ""), got.headers.get("Last-Modified", "")
    return path, f"etag {etag}" if etag else f"date {at}" if at else ""


def _name(address: str) -> str:
    last = unquote(urlsplit(address).path).rpartition("/")[2]
    return _UNSAFE.sub("_", last).strip("._")[-80:] or "table.csv"


def _as_csv(parquet: Path, path: Path) -> None:
    import duckdb

    with duckdb.connect(":memory:", config={"memory_limit": "512MB", "threads": "1"}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        try:
            table = engine.read_parquet(str(parquet))
            table.write_csv(str(path), header=True)
        except duckdb.Error as error:
            raise Unreachable("the Parquet file cannot be read") from error
