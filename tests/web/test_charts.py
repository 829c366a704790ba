from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.insights.chart_worlds import bars, every_kind, line


@pytest.fixture(scope="module", autouse=True)
def _one_drawing_process() -> Iterator[None]:
    from regulars.insights.charts.drawer import DRAWER

    yield
    DRAWER.stop()


def shown(chart: Any, **context: Any) -> str:
    from django.template import Context, Template

    return Template("{% load charts %}{% chart one %}").render(Context({"one": chart, **context}))


def test_a_chart_on_a_page(owner: Client) -> None:
    page = shown(line(title="Revenue a day", caption="Weekdays matched."))
    assert 'alt="Revenue a day."' in page
    assert page.count("<source") == 5
    assert "(width &gt;= 60rem) and (prefers-color-scheme: dark)" in page
    assert '<th scope="row">Wed, 4 Mar 2026</th>' in page
    assert "Weekdays matched." in page
    address = page.partition('<img src="')[2].partition('"')[0]
    answer = owner.get(address)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Cache-Control"] == "private, max-age=86400, immutable"
    assert answer.content.startswith(b"<svg")
    spec = owner.get(address.replace(".svg", ".json")).json()
    assert spec["data"]["values"][0]["said"] == "Wed, 4 Mar 2026 · £600.00"
    assert spec["width"] == 340


def test_names_are_text_on_the_page_too(bakery: Path) -> None:
    page = shown(bars(title="<b>Best</b>"))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_a_page_of_one_theme_has_pictures_of_that_theme(bakery: Path) -> None:
    page = shown(every_kind()["heat"], theme="dark")
    assert page.count("dark-") == 3
    assert "light-" not in page
    assert "prefers-color-scheme" not in page


def test_a_chart_without_figures_says_so(bakery: Path) -> None:
    from regulars.insights.charts import Chart

    for rows in ([], [{"on": "2026-03-04", "value": None}]):
        page = shown(Chart("line", rows, "Nothing."))
        assert "Nothing to draw yet" in page
        assert "<img" not in page


def test_a_chart_of_another_place_than_charts(bakery: Path) -> None:
    from django.template import Context, Template

    text = '{% load charts %}{% chart one at="/shared/abc/charts/" %}'
    page = Template(text).render(Context({"one": line()}))
    assert 'src="/shared/abc/charts/' in page
    assert '"/charts/vega.' in page


def test_what_cannot_be_drawn_says_so_in_the_picture(
    owner: Client, bakery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.insights import charts
    from regulars.insights.charts import drawer

    digest = charts.keep(line(9))
    drawer.DRAWER.stop()
    monkeypatch.setattr(drawer, "PROGRAM", bakery / "nothing.py")
    answer = owner.get(f"/charts/{digest}.dark-narrow.svg")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "image/svg+xml"
    assert "table holds the same" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    monkeypatch.undo()
    assert owner.get(f"/charts/{digest}.dark-narrow.svg").status_code == 200


def test_what_is_no_longer_kept(owner: Client) -> None:
    answer = owner.get(f"/charts/{'0' * 32}.light.svg")
    assert answer.status_code == 404
    assert "load the page anew" in answer.content.decode().replace(
        '</tspan><tspan x="0" dy="1.5em">', " "
    )


def test_the_script_is_for_everybody(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.insights.charts import pictures

    monkeypatch.setattr(pictures, "_bundle", lambda: b"window.vegaEmbed = 1;")
    address = f"/charts/vega.{pictures.script_version()}.js"
    plain = Client().get(address)
    assert plain.content == b"window.vegaEmbed = 1;"
    packed = Client().get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert "immutable" in packed["Cache-Control"]
    (pictures.folder() / f"vega.{pictures.script_version()}.js.gz").unlink()


def test_the_page_of_patterns_shows_every_kind(owner: Client) -> None:
    page = owner.get("/patterns/charts").content.decode()
    kinds = {"line", "bars", "heat", "spark", "interval"}
    assert {kind for kind in kinds if f"chart-{kind}" in page} == kinds
    assert "could not be drawn" in page
    assert "Nothing to draw yet" in page
