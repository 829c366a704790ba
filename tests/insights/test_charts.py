from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils import translation

from tests.insights.chart_worlds import FIRST, NAMES, bars, days, every_kind, line

pytestmark = pytest.mark.django_db
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_FOLDER = tmp_path
    return tmp_path / "charts"


@pytest.fixture(scope="module", autouse=True)
def _one_drawing_process() -> Iterator[None]:
    from regulars.insights.charts.drawer import DRAWER

    yield
    DRAWER.stop()


def svg_of(chart: Any, look: str = "light", width: str = "wide") -> ElementTree.Element:
    from regulars.insights import charts

    drawn = charts.drawn(charts.keep(chart), charts.Look(look, width))
    return ElementTree.fromstring(drawn)


def texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter(f"{_SVG}text")]


def strokes(svg: ElementTree.Element, colour: str) -> list[str]:
    return [one.get("d", "") for one in svg.iter(f"{_SVG}path") if one.get("stroke") == colour]


def test_the_packaged_specs_are_what_altair_makes_of_them() -> None:
    from regulars.insights.charts import specs

    held = {path.stem: path.read_text("utf-8") for path in specs.COMPILED.glob("*.json")}
    fresh = {name: specs.compiled(name) for name in specs.SPECS}
    assert held == fresh, "run: python -m regulars.insights.charts.specs"


@pytest.mark.parametrize("name", every_kind())
def test_every_kind_is_drawn_in_every_look(name: str, folder: Path) -> None:
    from regulars.insights import charts

    chart = every_kind()[name]
    kept = charts.kept(chart)
    for look in (charts.Look("light", "wide"), charts.Look("dark", "narrow")):
        svg = ElementTree.fromstring(charts.drawn(kept.digest, look))
        assert (float(svg.get("width", 0)), float(svg.get("height", 0))) == charts.size_of(
            kept.content, look
        )
        assert len(list(svg.iter())) > 10
    looks = {f"{kept.digest}.light.wide.svg", f"{kept.digest}.dark.narrow.svg"}
    assert looks <= {path.name for path in folder.iterdir()}


def test_names_stay_text_whatever_they_hold(folder: Path) -> None:
    svg = svg_of(bars())
    found = texts(svg)
    for name in NAMES[:9]:
        assert [one for one in found if one.startswith(name[:20])], name
    assert {one.tag.removeprefix(_SVG) for one in svg.iter()} <= {
        "svg",
        "g",
        "path",
        "text",
        "line",
    }
    assert not any(key.endswith("href") for one in svg.iter() for key in one.attrib)


def test_two_rows_of_one_name_are_two_bars(folder: Path) -> None:
    from regulars.insights.charts import Chart

    rows = [{"name": "Loaf", "value": 5}, {"name": "Loaf", "value": 3}]
    assert [one.rstrip("\u200b") for one in texts(svg_of(Chart("bars", rows, "x")))] == [
        "Loaf", "Loaf", "5", "3",
    ]  # fmt: skip


def test_what_is_not_known_is_a_gap_and_no_zero(folder: Path) -> None:
    from regulars.insights.charts import Chart
    from regulars.insights.charts.colours import colours

    rows = days(14)
    rows[6] = {**rows[6], "value": float("nan")}
    rows[10] = {**rows[10], "value": None}
    rows[12] = {**rows[12], "value": None}
    svg = svg_of(Chart("line", rows, "Two days are not known.", {"unit": "GBP"}))
    accent = colours("light")["accent"]
    (path,) = strokes(svg, accent)
    # Days 0-5, 7-9, then 11 between two gaps, then 13: the latter two have a dot each.
    assert path.count("M") == 4
    assert len([one for one in svg.iter(f"{_SVG}path") if one.get("fill") == accent]) == 2


def test_bars_of_what_is_not_known_keep_their_place(folder: Path) -> None:
    from regulars.insights.charts import Chart

    rows = [{"name": "A", "value": None, "before": 4}, {"name": "B", "value": 2, "before": None}]
    found = texts(svg_of(Chart("bars", rows, "x")))
    assert [one for one in found if one in ("A", "B", "–", "2")] == ["A", "B", "–", "2"]


def test_one_point_and_a_thousand(folder: Path) -> None:
    assert "4 Mar" in texts(svg_of(line(1)))
    many = svg_of(line(1000))
    assert "Apr 2026" in texts(many)
    assert len(ElementTree.tostring(many)) < 100_000


def test_a_line_of_close_values_says_that_it_does_not_begin_at_zero(folder: Path) -> None:
    from regulars.insights import charts

    shares = [{"on": f"2026-{m:02}", "value": 0.7 + m / 1000} for m in range(1, 13)]
    close = charts.Chart("line", shares, "x", {"unit": "share", "grain": "month"})
    assert charts.kept(close).content["zero"] is False
    assert charts.kept(line()).content["zero"] is False
    assert charts.kept(bars()).content["zero"] is True


@pytest.mark.parametrize(
    ("language", "money", "day"),
    [
        ("en", "£1,000", "4 Mar"),
        ("fr", "1\u202f000\xa0£GB", "4 mars"),
        ("de", "1.000\xa0£", "4. März"),
        ("es", "1.000\xa0GBP", "4 mar"),
    ],
)
def test_figures_and_days_are_the_readers(
    language: str, money: str, day: str, folder: Path
) -> None:
    from regulars.insights.charts import Chart

    rows = [{**row, "value": 1500 * (n % 2)} for n, row in enumerate(days(28))]
    with translation.override(language):
        found = texts(svg_of(Chart("line", rows, "x", {"unit": "GBP"})))
    assert day in found
    assert money in found


def test_a_digest_is_of_figures_language_and_code(folder: Path) -> None:
    from regulars.insights import charts

    digest = charts.keep(line())
    assert charts.keep(line()) == digest
    assert charts.keep(line(27)) != digest
    with translation.override("de"):
        assert charts.keep(line()) != digest


def test_a_table_holds_every_figure(folder: Path) -> None:
    from regulars.insights.charts import Chart, table

    rows = [
        {"on": FIRST, "value": 1200.5, "before": None, "low": 1000, "high": 1400},
        {"on": "2026-03-05", "value": None, "before": 900, "low": None, "high": None},
    ]
    told = table(Chart("line", rows, "x", {"unit": "GBP", "now": "March", "before": "February"}))
    assert told.heads == ["Day", "March", "Likely between", "February"]
    assert told.rows == [
        ["Wed, 4 Mar 2026", "£1,200", "£1,000 to £1,400", "–"],
        ["Thu, 5 Mar 2026", "–", "–", "£900"],
    ]
    assert (
        len(table(Chart("bars", [{"name": str(n), "value": n} for n in range(90)], "x")).rows) == 90
    )
    assert table(every_kind()["heat"]).heads[:3] == ["Hour", "Mon", "Tue"]


def test_a_picture_for_mail(folder: Path) -> None:
    from regulars.insights.charts import picture

    png = picture(line(), "dark", scale=2)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == 2 * 560
    assert picture(every_kind()["spark"], scale=1)[16:20] == (160).to_bytes(4)


_BAD: list[tuple[str, list[dict[str, Any]], str, dict[str, Any]]] = [
    ("pie", [], "x", {}),
    ("line", [{"on": "2026-03-04"}], "x", {}),
    ("line", [{"on": "someday", "value": 1}], "x", {}),
    ("line", [{"on": "2026-03-04", "value": "1"}], "x", {}),
    ("line", [{"on": "2026-03-04", "value": 1, "colour": "pink"}], "x", {}),
    ("line", days(5001), "x", {}),
    ("line", [{**days(1)[0], "series": str(n)} for n in range(7)], "x", {}),
    ("bars", [], " ", {}),
    ("bars", [], "x", {"colour": "pink"}),
    ("bars", [], "x", {"size": "huge"}),
]


@pytest.mark.parametrize(("kind", "rows", "alt", "options"), _BAD)
def test_a_chart_that_makes_no_sense(kind: str, rows: Any, alt: str, options: Any) -> None:
    from regulars.insights.charts import Chart

    with pytest.raises(ValueError):
        Chart(kind, rows, alt, options)


def test_what_is_kept_is_bounded(folder: Path) -> None:
    from regulars.insights.charts import keep
    from regulars.insights.charts.keeping import sweep

    digests = [keep(line(count)) for count in (7, 14, 28)]
    size = max(path.stat().st_size for path in folder.glob("*.json"))
    assert sweep(most_days=1) == 0
    assert sweep(most_bytes=size) >= 2
    assert len(list(folder.glob("*.json"))) <= 1
    assert [keep(line(count)) for count in (7, 14, 28)] == digests
    assert sweep(most_days=-1) >= 3


def test_an_erasure_takes_every_chart(folder: Path) -> None:
    from regulars.insights.erasing import forget_charts

    svg_of(line(7))
    forget_charts(frozenset({1}), frozenset({1}))
    assert not [path for path in folder.iterdir() if path.suffix in (".svg", ".json")]
