"""One SELECT against a database, as a CSV file. Nothing is written there: the transaction is
read-only where the database knows such, and only a SELECT or a name is asked."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.connectors.contract import Account, TokenRefused, Unreachable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

MOST_BYTES = 1_000_000_000
_AT_ONCE = 2_000
_SECONDS = 20
_LONGEST_WORDS = 100
_SCHEME = re.compile(r"(postgres(?:ql)?|mysql|mariadb|mssql|oracle|sqlite)(\+\w+)?:", re.IGNORECASE)
_NAME = re.compile(r'[\w"`\[\]. -]+')
_SELECT = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
# Drivers that come with Regulars; others are used where somebody installed them.
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg",
            "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql"}  # fmt: skip


def is_database(address: str) -> bool:
    """Whether an address is that of a database."""
    return _SCHEME.match(address) is not None


def is_here(address: str) -> bool:
    """Whether it is a file of this machine."""
    return address.lower().startswith("sqlite")


def statement(query: str) -> str:
    """Return the one SELECT that ``query`` means; `WrongUse` for anything else."""
    query = query.strip().rstrip(";").strip()
    if not query:
        raise WrongUse(told("Say which table or view, or give one SELECT (query=…)."))
    if _SELECT.match(query) and ";" not in query:
        return query
    if _NAME.fullmatch(query) and not re.search(r"\s", query):
        return f"SELECT * FROM {query}"
    raise WrongUse(told("Only a name of a table or view, or one SELECT, is asked."))


def read(account: Account, folder: Path) -> Path:
    """Ask, and write the answer: numbers exact, instants as ISO 8601, NULL as nothing."""
    import sqlalchemy
    from sqlalchemy import exc

    asked = statement(account.settings.get("query", ""))
    path = folder / "table.csv"
    try:
        engine = sqlalchemy.create_engine(
            _url(account), poolclass=sqlalchemy.NullPool, connect_args=_limits(account)
        )
        with engine.connect() as connection, path.open("w", newline="", encoding="utf-8") as file:
            connection = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            elif connection.dialect.name == "mysql":
                connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
            rows = connection.exec_driver_sql(asked)
            writer = csv.writer(file)
            writer.writerow(rows.keys())
            for row in rows:
                writer.writerow([_text(value) for value in row])
                if file.tell() > MOST_BYTES:
                    raise Unreachable("the answer is too large")
    except exc.NoSuchModuleError as error:
        raise Unreachable("there is no driver for this database") from error
    except ModuleNotFoundError as error:
        raise Unreachable(f"install {error.name} to speak with this database") from error
    except exc.DBAPIError as error:
        if _is_refused(error.orig):
            raise TokenRefused("the database") from None
        raise Unreachable(_in_words(error.orig, account)) from None
    except exc.SQLAlchemyError as error:
        raise Unreachable(type(error).__name__) from None
    return path


def _url(account: Account) -> URL:
    from sqlalchemy.engine import make_url

    address = account.settings["address"]
    scheme, _, rest = address.partition(":")
    url = make_url(f"{_DRIVERS.get(scheme.lower(), scheme)}:{rest}")
    if url.drivername.startswith("sqlite"):
        return make_url(f"sqlite:///file:{url.database}?mode=ro&uri=true")
    password = account.secrets.get("password")
    return url.set(password=password) if password else url


def _limits(account: Account) -> dict[str, Any]:
    name = account.settings["address"].lower()
    if name.startswith("postgres"):
        return {"connect_timeout": _SECONDS}
    return {"timeout": _SECONDS} if is_here(name) else {}


def _in_words(error: BaseException | None, account: Account) -> str:
    """The first line of what a driver says, without the password."""
    text = next(iter(str(error).splitlines()), "") or type(error).__name__
    password = account.secrets.get("password")
    return (text.replace(password, "…") if password else text)[:_LONGEST_WORDS]


def _is_refused(error: BaseException | None) -> bool:
    """Whether a database does not let us in (SQLSTATE class 28; MySQL 1044 and 1045)."""
    state = str(getattr(error, "sqlstate", None) or "")
    number = error.args[0] if error is not None and error.args else None
    words = str(error).lower()
    return (
        state.startswith("28")
        or number in (1044, 1045)
        or "password authentication failed" in words
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
