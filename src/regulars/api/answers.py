"""Answers in the form that was asked for: JSON, CSV or Parquet."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse

from regulars.kernel.errors import RegularsError
from regulars.kernel.sheets import as_csv, as_text, plain

Form = Literal["json", "csv", "parquet"]
MEDIA: dict[Form, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
# Column name → DuckDB type; columns that are not named hold text.
Columns = Mapping[str, str]


class NotAcceptable(RegularsError):
    """The caller accepts none of the forms we can answer in."""

    http_status = 406
    code = "not_acceptable"


def as_json(data: Any, *, status: int = 200) -> HttpResponse:
    """Return ``data`` as JSON; days and instants in ISO 8601."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, default=plain)
    return _uncached(HttpResponse(text, content_type=MEDIA["json"], status=status))


def listed(
    request: HttpRequest, data: Mapping[str, Any], rows: str, columns: Columns, form: Form | None
) -> HttpResponse:
    """Return ``data`` as JSON, or its list ``rows`` alone as CSV or Parquet.

    ``form`` (``?format=``) outranks ``Accept``. The next page of a table is named in ``Link``.
    `NotAcceptable` when ``Accept`` names none of ours.
    """
    chosen = form or _preferred(request)
    if chosen == "json":
        answer = as_json(data)
    else:
        names = _names(data[rows], columns)
        write = _comma_separated if chosen == "csv" else _parquet
        body = write(data[rows], names, columns)
        answer = _uncached(HttpResponse(body, content_type=_media(chosen)))
        answer["Content-Disposition"] = f'attachment; filename="{rows}.{chosen}"'
        if data.get("next_cursor"):
            answer["Link"] = f'<{_next(request, str(data["next_cursor"]))}>; rel="next"'
    answer["Vary"] = "Accept, Authorization, Cookie"
    return answer


def _preferred(request: HttpRequest) -> Form:
    wanted = request.get_preferred_type(list(MEDIA.values()))
    for form, media in MEDIA.items():
        if media == wanted:
            return form
    raise NotAcceptable(f"We answer in {', '.join(MEDIA.values())}.")


def _media(form: Form) -> str:
    return f"{MEDIA[form]}; charset=utf-8" if form == "csv" else MEDIA[form]


def _next(request: HttpRequest, cursor: str) -> str:
    asked = request.GET.copy()
    asked["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")


def _names(rows: Iterable[Mapping[str, Any]], columns: Columns) -> list[str]:
    found = dict.fromkeys(columns)
    for row in rows:
        found.update(dict.fromkeys(row))
    return list(found)


def _comma_separated(
    rows: Iterable[Mapping[str, Any]], names: list[str], columns: Columns
) -> bytes:
    return as_csv(rows, names)


def _parquet(rows: Iterable[Mapping[str, Any]], names: list[str], columns: Columns) -> bytes:
    """Write by DuckDB, which this process has anyway: Arrow would stay resident."""
    import duckdb

    types = {name: columns.get(name, "VARCHAR") for name in names}
    with tempfile.TemporaryDirectory() as folder:
        told, made = Path(folder, "rows.ndjson"), Path(folder, "rows.parquet")
        with told.open("w", encoding="utf-8") as out:
            for row in rows:
                cells = {name: _typed(row.get(name), types[name]) for name in names}
                out.write(json.dumps(cells, default=plain) + "\n")
        with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
            connection.execute(
                f"COPY (SELECT * FROM read_json($told, columns={types!r}, "
                "format='newline_delimited', maximum_object_size=67108864)) "
                f"TO '{made}' (FORMAT parquet, COMPRESSION zstd)",
                {"told": str(told)},
            )
        return made.read_bytes()


def _typed(value: Any, kind: str) -> Any:
    return value if value is None or kind != "VARCHAR" else as_text(value)


def _uncached(answer: HttpResponse) -> HttpResponse:
    # Names and addresses: no proxy and no browser keeps them.
    answer["Cache-Control"] = "private, no-store"
    return answer
