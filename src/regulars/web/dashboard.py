"""What the dashboard's templates need, the same for a member and for a visitor with a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.kernel.errors import WrongUse
from regulars.kernel.sheets import as_csv

if TYPE_CHECKING:
    from regulars.insights.dashboard.desk import Desk

# What a page is asked for beside the dashboard's own state.
_ASIDE = ("whole", "page", "format")
# Boxes stand in two columns; below each other on a phone.
COLUMNS = (
    ("places", "products", "weekdays", "customers", "stars", "origins"),
    ("channels", "categories", "hours"),
)


@dataclass(frozen=True, slots=True)
class Face:
    """Where the dashboard's parts are found: ``path_of("numbers")``, ``path_of("boxes/places")``
    and ``path_of("")`` for the page; a visitor's face is read only."""

    path_of: Callable[[str], str]
    query: str
    is_read_only: bool = False

    @property
    def layout(self) -> str:
        """The layout of its pages: a visitor's has no menu."""
        return "layouts/shared.html" if self.is_read_only else "layouts/frame.html"

    @property
    def charts(self) -> str:
        """The path of a visitor's charts; a member's lie where all charts do."""
        return self.path_of("charts/") if self.is_read_only else ""

    @property
    def home(self) -> str:
        """The dashboard itself."""
        return self.to("")

    def to(self, part: str, query: str | None = None, **more: object) -> str:
        """Return the address of a part in the state ``query`` (its own for ``None``)."""
        said = self.query if query is None else query
        extra = "&".join(f"{name}={value}" for name, value in more.items())
        asked = "&".join(filter(None, (said, extra)))
        return f"{self.path_of(part)}?{asked}" if asked else self.path_of(part)


def state_query(request: HttpRequest) -> dict[str, list[str]]:
    """The names and values of an address that belong to the dashboard's state."""
    return {name: request.GET.getlist(name) for name in request.GET if name not in _ASIDE}


def frame(desk: Desk, face: Face, *, is_whole: bool) -> dict[str, Any]:
    """The page around the parts; ``is_whole`` answers them here and now."""
    parts = {one["name"]: one for one in _boxes(desk, face, is_whole=is_whole)}
    found: dict[str, Any] = {
        "desk": desk,
        "state": desk.state,
        "face": face,
        "is_whole": is_whole,
        "columns": [[parts[name] for name in column if name in parts] for column in COLUMNS],
        "numbers_path": face.to("numbers"),
        "chart_path": face.to("chart"),
        "whole_path": face.to("", whole=1),
    }
    if is_whole:
        found |= numbers(desk, face) | chart(desk, face)
    return found | around(desk, face)


def around(desk: Desk, face: Face) -> dict[str, Any]:
    """The days, the choice of days and the filters in force."""
    from dataclasses import replace

    from regulars.insights.dashboard import labels, state

    open_state = replace(desk.state, first=None, last=None)
    periods = [
        {"name": name, "path": face.to("", replace(open_state, period=name).query)}
        for name in state.PERIODS
        if name != "custom"
    ]
    toggled = replace(desk.state, compares=not desk.state.compares)
    chips = [{**one, "path": face.to("", one["query"])} for one in labels.chips(desk)]
    hidden = [pair for pair in desk.state.pairs() if pair[0] not in ("period", "from", "to")]
    return {
        "desk": desk,
        "state": desk.state,
        "face": face,
        "periods": periods,
        "compare_path": face.to("", toggled.query),
        "chips": chips,
        "hidden": hidden,
        "all_path": face.to("", replace(desk.state, where=()).query),
        "is_beyond_data": desk.window.last is not None and desk.window.last > desk.as_of,
    }


def wrong(request: HttpRequest, error: WrongUse, path: str) -> HttpResponse:
    """422: the days can be chosen anew where they were typed, the reason beside them. A table, or
    a part of a page, cannot show that."""
    from regulars.insights.dashboard import state

    if request.htmx or request.GET.get("format"):  # type: ignore[attr-defined]
        raise error
    asked = state_query(request)
    good = state.readable(asked)
    field = str(error.detail.get("field", ""))
    context = {
        "form_path": path,
        "hidden": good,
        "first": request.GET.get("from", ""),
        "last": request.GET.get("to", ""),
        "problem": "" if field else error.message,
        f"wrong_{field or 'nothing'}": error.message,
        "kept": [(name, value) for name, value in good if name in state.FILTERS],
        "back": f"{path}?{urlencode(good)}" if good else path,
    }
    return render(request, "screens/insights/wrong.html", context, status=422)


def numbers(desk: Desk, face: Face) -> dict[str, Any]:
    """The strip of numbers."""
    from dataclasses import replace

    from regulars.insights.dashboard import numbers as of_numbers

    found = of_numbers.numbers(desk)
    for one in found["numbers"]:
        one["path"] = face.to("", replace(desk.state, metric=one["metric"]).query)
    return found | {"numbers_sheet": face.to("numbers", format="csv"), "face": face}


def chart(desk: Desk, face: Face) -> dict[str, Any]:
    """The chosen number over time."""
    from regulars.insights.dashboard.picture import picture
    from regulars.insights.dashboard.series import series

    found = series(desk)
    shown = picture(desk, found) if found["points"] else None
    sheet = face.to("chart", format="csv")
    return {"series": found, "chart": shown, "chart_sheet": sheet, "face": face}


def box(desk: Desk, face: Face, name: str, page: int | None = None) -> dict[str, Any]:
    """One box, or a page of all its rows."""
    from regulars.insights.dashboard import boxes

    found = boxes.shown(desk, name, page)
    for row in found["rows"]:
        is_link = row["query"] is not None and not face.is_read_only
        row["path"] = face.to("", row["query"]) if is_link else ""
    part = f"boxes/{name}"
    found |= {"path": face.to(part), "sheet": face.to(part, format="csv"), "answered": True}
    return found


def _boxes(desk: Desk, face: Face, *, is_whole: bool) -> list[dict[str, Any]]:
    from regulars.insights.dashboard import boxes

    if is_whole:
        return [box(desk, face, one.name) for one in boxes.of(desk)]
    return [
        {"name": one.name, "title": one.title, "path": face.to(f"boxes/{one.name}")}
        for one in boxes.of(desk)
    ]


def page_of(request: HttpRequest) -> int:
    """The page of a long table; `WrongUse` for what is no number."""
    text = request.GET.get("page", "1")
    if not text.isdecimal() or len(text) > 6:
        from django.utils.translation import gettext as _

        raise WrongUse(_("There is no such page."))
    return int(text)


def wants_csv(request: HttpRequest) -> bool:
    """Whether the table itself is asked for; `WrongUse` for another form."""
    form = request.GET.get("format", "")
    if form not in ("", "csv"):
        from django.utils.translation import gettext as _

        raise WrongUse(_("Tables leave as CSV."))
    return form == "csv"


def sheet(desk: Desk, name: str, rows: Sequence[dict[str, Any]], by: Sequence[str]) -> HttpResponse:
    """A table as CSV: the columns and figures of the API."""
    from regulars.insights.figures import columns

    body = as_csv(rows, columns(by, compare=desk.compares))
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    days = f"{desk.window.first}-{desk.window.last}"
    answer["Content-Disposition"] = f'attachment; filename="{name}-{days}.csv"'
    return answer
