from __future__ import annotations

import csv
import html
import io
import json
import re
import shlex
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

QUERIES = [
    ("boxes/places", ""),
    ("boxes/products", "period=91&place=Market"),
    ("boxes/hours", "metric=orders&product=L1&compare=off"),
    ("boxes/weekdays", "from=2025-05-01&to=2025-06-30&metric=average_order_value"),
    ("boxes/categories", "place=&channel=web"),
]


@pytest.fixture
def look(browse: Callable[[str | None], Any]) -> Callable[..., Any]:
    return browse("owner").get  # type: ignore[no-any-return]


@pytest.fixture
def command(world: Any, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Any]:
    """Run a command line as it stands on a page, for its JSON."""
    from regulars.cli import hoisted
    from regulars.cli.app import run

    def go(line: str) -> Any:
        capsys.readouterr()
        assert run(hoisted([*shlex.split(line)[1:], "--json"])) == 0
        return json.loads(capsys.readouterr().out)

    return go


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def plain(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Rows of JSON as a table spells them."""
    spelt = {None: "", True: "true", False: "false"}
    return [
        {
            name: spelt[value] if value is None or isinstance(value, bool) else str(value)
            for name, value in row.items()
        }
        for row in rows
    ]


def in_any_order(rows: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    return sorted(sorted(row.items()) for row in rows)


@pytest.mark.parametrize("path", ["insights?whole=1&", "insights/products?"])
def test_a_filter_that_nothing_names_is_remarked_on(look: Callable[..., Any], path: str) -> None:
    page = html.unescape(look(f"/{path}place=Markt").content.decode())
    assert "nothing imported names “Markt”. Spelt nearly so: Market." in page
    assert "nothing imported names" not in look(f"/{path}place=Market").content.decode()


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


# ---- the same figures everywhere --------------------------------------------------------------


@pytest.mark.parametrize(("part", "query"), QUERIES)
def test_page_sheet_api_and_command_agree(part: str, query: str, look: Any, command: Any) -> None:
    page = look(f"/insights/{part}?{query}")
    sheet = table(look(f"/insights/{part}?{query}&format=csv"))
    call, line = re.findall(r"<dd><code>(.*?)</code></dd>", page.content.decode())
    assert sheet
    assert in_any_order(sheet) == in_any_order(table(look(f"{html.unescape(call)}&format=csv")))
    assert in_any_order(sheet) == in_any_order(plain(command(html.unescape(line))["rows"]))
    shown = page.context["box"]["rows"]
    names = [name for name in sheet[0] if name in shown[0]]
    assert plain([{name: row[name] for name in names} for row in shown]) == sheet


def test_the_strip_and_its_definitions_agree(look: Any, command: Any) -> None:
    page = look("/insights?whole=1&place=Market&period=91")
    sheet = {
        row["metric"]: row
        for row in table(look("/insights/numbers?place=Market&period=91&format=csv"))
    }
    assert len(page.context["numbers"]) == 8
    for number in page.context["numbers"]:
        [over_api] = table(look(f"{number['call']}&format=csv"))
        assert sheet[number["metric"]] == over_api
        assert plain(command(number["command"])["rows"]) == [over_api]
        assert str(number["would_change"]) in text(page)


def test_the_chart_and_its_sheet_agree(look: Any) -> None:
    page = look("/insights?whole=1&metric=orders")
    points = page.context["series"]["points"]
    sheet = {row["day"]: row for row in table(look("/insights/chart?metric=orders&format=csv"))}
    assert len(points) == 28
    for point in points:
        row = sheet.get(point["on"].isoformat(), {"value": "0", "before": None})
        assert str(point["value"]) == row["value"]
        if row["before"] is not None:
            assert str(point["before"]) == row["before"]
    assert sum(point["value"] for point in points) == page.context["numbers"][1]["value"]
    assert sum(point["before"] for point in points) == page.context["numbers"][1]["before"]


# ---- the state is the address -------------------------------------------------------------------


def test_every_row_is_a_link_that_keeps_the_page_to_it(look: Any) -> None:
    page = look("/insights?whole=1&period=91&metric=orders")
    whole = page.context["numbers"][1]["value"]
    for column in page.context["columns"]:
        for box in column:
            for row in box["rows"]:
                if box["by"] in ("origin", "stars", "") or row["label_of"] is None:
                    continue
                assert f'href="{html.escape(row["path"])}"' in page.content.decode()
                path = row["path"].replace("/insights?", "/insights/numbers?")
                part = look(path, headers={"HX-Request": "true"})
                assert part.context["numbers"][1]["value"] == row["value"] <= whole
                [chip] = look(row["path"]).context["chips"]
                assert chip["name"] == box["by"]
                assert chip["path"] == "/insights?period=91&metric=orders"


def test_filters_of_one_kind_widen_and_of_another_narrow(look: Any) -> None:
    def orders(query: str) -> int:
        page = look(f"/insights?whole=1&period=12months&metric=orders&{query}")
        return int(page.context["numbers"][1]["value"])

    market, street = orders("place=Market"), orders("place=High+Street")
    assert orders("place=Market&place=High+Street") == market + street
    assert 0 < orders("place=Market&product=L1") < market
    assert orders("place=Market&channel=web") == 0


def test_a_product_is_named_in_its_chip_and_taken_away_by_its_row(look: Any) -> None:
    page = look("/insights?whole=1&product=L1")
    assert [chip["label"] for chip in page.context["chips"]] == ["Loaf"]
    [row] = [row for row in page.context["columns"][0][1]["rows"] if row["is_on"]]
    assert (row["label_of"], row["path"]) == ("Loaf", "/insights")


def test_a_number_that_does_not_know_a_filter_says_so(look: Any) -> None:
    page = look("/insights?whole=1&product=L1&metric=new_customers")
    lacks = {one["metric"]: one["lacks"] for one in page.context["numbers"]}
    assert lacks["revenue"] == lacks["customers"] == []
    assert lacks["new_customers"] == lacks["returning_customers"] == ["product"]
    assert text(page).count("Not known for this filter: Product.") >= 2
    sheet = table(look("/insights/numbers?product=L1&format=csv"))
    assert {row["metric"]: row["value"] == "" for row in sheet}["new_customers"]


@pytest.mark.parametrize(
    ("query", "first", "last", "before"),
    [
        ("", "2025-11-03", "2025-11-30", "2025-10-06"),
        ("period=7", "2025-11-24", "2025-11-30", "2025-11-17"),
        ("period=91", "2025-09-01", "2025-11-30", "2025-06-02"),
        ("period=year", "2025-01-01", "2025-11-30", ""),
        ("period=12months", "2024-12-01", "2025-11-30", ""),
        ("from=2025-11-10&to=2025-11-19", "2025-11-10", "2025-11-19", "2025-10-27"),
    ],
)
def test_periods_lie_beside_the_same_weekdays(
    query: str, first: str, last: str, before: str, look: Any
) -> None:
    desk = look(f"/insights?{query}").context["desk"]
    assert (str(desk.window.first), str(desk.window.last)) == (first, last)
    if not before:
        # The business began in January 2025: what nobody told is not nought.
        assert desk.before is None and not desk.compares
        return
    assert str(desk.before.first) == before
    assert desk.before.first.weekday() == desk.window.first.weekday()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2025-11-20&to=2025-11-10", "The last day lies before the first."),
        ("from=soon", "“soon” is no day."),
        ("to=2025-11-10", "Say from which day on."),
        ("from=0001-01-01", "too far away"),
        ("period=fortnight", "There is no period “fortnight”."),
        ("metric=turnover", "The dashboard has no number “turnover”."),
        ("metric=discounts", "The dashboard has no number “discounts”."),
        ("hour=25", "'25' is no hour"),
        ("weekday=Monday", "'Monday' is no weekday"),
        ("plcae=Market", "A dashboard knows no “plcae”."),
        ("compare=maybe", "Comparison is on or off."),
        ("place=" + "x" * 400, "longer than any name"),
        ("place=%00", "A filter holds a sign that no name has."),
        ("&".join(f"place={n}" for n in range(21)), "more than 20 filters"),
        ("<script>alert(1)</script>=1", "A dashboard knows no"),
    ],
)
def test_nonsense_is_answered_with_a_sentence(query: str, sentence: str, look: Any) -> None:
    page = look(f"/insights?{query}")
    assert page.status_code == 422
    assert sentence in text(page)
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("path", ["/insights", "/insights/products", "/insights/boxes/places"])
def test_days_the_wrong_way_round_are_mended_where_they_were_typed(path: str, look: Any) -> None:
    page = look(f"{path}?from=2025-11-20&to=2025-11-10&place=Market&hour=25")
    found = page.content.decode()
    assert page.status_code == 422
    assert f'action="{path}"' in found
    assert 'value="2025-11-20"' in found and 'value="2025-11-10"' in found
    # The reason stands beside the day it is about; what can be read is kept, the rest is not.
    field = found.partition('for="to"')[2].partition("</div>")[0]
    assert 'aria-describedby="to-wrong"' in field and "lies before the first" in field
    assert (
        'name="place" value="Market"' in found
        and "Market</span>" in found
        and 'name="hour"' not in found
    )
    assert f'href="{path}?place=Market"' in found
    assert look(f"{path}?place=Market").status_code == 200


@pytest.mark.parametrize("query", ["page=0", "page=9", "page=x", "format=xml"])
def test_a_table_has_no_other_pages_or_forms(query: str, look: Any) -> None:
    assert look(f"/insights/boxes/places?{query}").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "from=2030-01-01&to=2030-02-01",
        "from=1900-01-01&to=2999-12-31",
        "from=2025-11-30&to=2025-11-30",
        "place=Nowhere",
        "product=%3D1%2B1",
        "weekday=6&hour=3",
        "compare=off&metric=review_mean&period=7",
    ],
)
def test_days_and_filters_without_anything_are_answered(query: str, look: Any) -> None:
    page = look(f"/insights?whole=1&{query}")
    assert page.status_code == 200
    if "2030" in query:
        assert "The data ends on 30 Nov 2025" in text(page)


# ---- parts ---------------------------------------------------------------------------------------


def test_parts_load_apart_and_the_whole_page_needs_no_script(look: Any) -> None:
    page = look("/insights?place=Market").content.decode()
    parts = re.findall(r'hx-get="([^"]+)"', page)
    # No file holds a review, so there are no parts of them.
    assert len(parts) == 9
    assert 'content="0; url=/insights?place=Market&amp;whole=1"' in page
    for path in parts:
        part = look(html.unescape(path), headers={"HX-Request": "true"})
        assert part.status_code == 200
        assert "<html" not in part.content.decode()
    whole = look("/insights?place=Market&whole=1").content.decode()
    assert "hx-get" not in whole
    assert len(whole) < 100_000
    assert look("/insights/numbers?place=Market")["Location"] == (
        "/insights?place=Market&whole=1#numbers"
    )


def test_no_page_runs_a_question_twice(
    look: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.insights import figures
    from regulars.mart import engine
    from regulars.mart.scopes import bind

    asked: Counter[str] = Counter()

    def counted(sql: str, scopes: Any, manifest: Any, folder: str) -> Any:
        statement, parameters = bind(sql, scopes, manifest, folder)
        asked[f"{statement} {parameters!r}"] += 1
        return statement, parameters

    monkeypatch.setattr(engine, "bind", counted)
    for query in (
        "",
        "period=12months&metric=orders",
        "product=L1&metric=refunds",
        "metric=reviews",
    ):
        monkeypatch.setattr(figures.engine(), "_snapshot", None)
        asked.clear()
        assert look(f"/insights?whole=1&{query}").status_code == 200
        assert asked and max(asked.values()) == 1, asked.most_common(1)
        seen = asked.total()
        for part in re.findall(r'hx-get="([^"]+)"', look(f"/insights?{query}").content.decode()):
            look(html.unescape(part), headers={"HX-Request": "true"})
        assert asked.total() == seen
    monkeypatch.setattr(figures.engine(), "_snapshot", None)
    asked.clear()
    look("/")
    assert max(asked.values()) == 1, asked.most_common(1)


def test_what_a_refresh_kept_is_what_would_be_asked(
    look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.insights.dashboard import kept

    asked: list[bool] = []
    find = kept.rows

    def seen(*given: Any) -> Any:
        found = find(*given)
        asked.append(found is not None)
        return found

    monkeypatch.setattr(kept, "rows", seen)
    ahead = look("/insights?whole=1")
    assert asked and all(asked)
    monkeypatch.setattr(kept, "rows", lambda *given: None)
    now = look("/insights?whole=1")
    assert ahead.context["numbers"] == now.context["numbers"]
    assert ahead.context["columns"] == now.context["columns"]
    assert ahead.context["notes"] == now.context["notes"]


def test_whatever_the_dashboard_asks_is_compiled_already() -> None:
    from regulars.insights import compiling
    from regulars.insights.dashboard.boxes import BOXES
    from regulars.insights.dashboard.state import FILTERS, NUMBERS
    from regulars.insights.metrics.shapes import ONLY_LINES, Shape
    from regulars.insights.registry import METRICS

    dimensions = {
        (),
        *((box.by,) for box in BOXES.values() if box.by),
        ("day",),
        ("week",),
        ("month",),
    }
    for name in NUMBERS:
        metric = METRICS[name]
        packaged = compiling._packaged(name)
        for by in dimensions:
            if not set(by) <= set(metric.dimensions):
                continue
            for kept in ((), *((one,) for one in FILTERS if one in metric.dimensions)):
                for interval in {metric.interval in compiling.NEED_MORE, False}:
                    shape = Shape(
                        by,
                        lines=bool(ONLY_LINES & {*by, *kept}),
                        filtered=name == "new_customers" and bool(kept),
                        interval=interval,
                    )
                    assert compiling.key_of(name, shape) in packaged, (name, shape)
