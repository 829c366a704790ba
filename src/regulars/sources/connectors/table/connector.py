"""Tables that are fetched whole on a schedule: a file by address, or what a database answers."""

from __future__ import annotations

from pathlib import Path

from regulars.kernel.telling import told
from regulars.sources.connectors.contract import (
    Account,
    Client,
    Connector,
    Field,
    takes_no_webhooks,
)
from regulars.sources.connectors.table import database, file


def snapshot(account: Account, client: Client, stamp: str, folder: Path) -> tuple[Path, str] | None:
    """Fetch the table into ``folder``; its file and what tells the next one apart, or None where
    nothing changed since ``stamp``."""
    if database.is_database(account.settings.get("address", "")):
        return database.read(account, folder), ""
    return file.fetch(account, client, stamp, folder)


CONNECTOR = Connector(
    kind="table",
    title=told("A table, on a schedule"),
    namespace="table",
    fields=(
        Field("address", told("https://… of a CSV, XLSX, JSON or Parquet file, or a database: "
                              "postgresql://user@host/name, mysql://…"), is_required=True),
        Field("query", told("For a database: the name of a table or view, or one SELECT.")),
        Field("hours", told("Every how many hours; 24 if you say nothing.")),
        Field("password", told("The password of the database or the address."), is_secret=True),
        Field("user", told("The user name for the address, if it asks for one.")),
    ),
    about=told("Sales, people or anything else that stands in a database or a file somewhere."),
    steps=(
        told("Make a user in the database who may read and nothing else, or an address of a file "
             "that your program writes anew."),
        told("The first table waits until you say what its columns mean, unless its kind is known. "
             "The next ones are read the same way; what was told before is not told twice."),
    ),
    hear=takes_no_webhooks,
    can_pull=lambda account: bool(account.settings.get("address")),
    snapshot=snapshot,
)  # fmt: skip
