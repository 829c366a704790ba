"""Sources → Data map: what is kept about people, from where, why, and until when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.accounts.sentences import said
from regulars.profiles import data_map
from regulars.web.access import actor_of, page
from regulars.web.csv_answer import csv_answer


@page("imports.see")
def shown(request: HttpRequest) -> HttpResponse:
    """The map as a page; with ``?format=csv`` as a file."""
    rows = data_map.data_map(actor_of(request))["rows"]
    for row in rows:
        row["from"] = [said(name) for name in row["from"]]
        row |= {name: said(row[name]) for name in ("what", "why", "until")}
    if request.GET.get("format") == "csv":
        flat = [{**row, "fields": ", ".join(row["fields"]), "from": ", ".join(row["from"])}
                for row in rows]  # fmt: skip
        return csv_answer("data-map", data_map.COLUMNS, flat)
    return render(request, "screens/sources/data_map.html", {"rows": rows})
