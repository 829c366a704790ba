from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import translation

from regulars.accounts import locales
from regulars.accounts.sentences import said
from regulars.kernel.telling import told, told_count


@pytest.mark.parametrize("language", ["en", "en-gb"])
def test_english_is_said_as_it_was_told(language: str) -> None:
    with translation.override(language):
        assert said("Date is empty.") == "Date is empty."


def test_a_told_sentence_is_found_again_with_what_filled_it() -> None:
    column = told("%(column)s is empty.", column="Preis (brutto)")
    with translation.override("de"):
        assert said(column) == "Preis (brutto) ist leer."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "ends on 30 Nov 2025, 9 days ago."), ("de", "am 30.11.2025")],
)
def test_a_day_is_written_as_its_reader_writes_it(language: str, expected: str) -> None:
    note = told("The data ends on %(day)s, %(n)s days ago.", day=date(2025, 11, 30), n=9)
    kept = "“2025-11-30” is not a day of the calendar"
    with translation.override(language):
        assert expected in said(note)
        assert "2025-11-30" in said(kept)


def test_a_sentence_inside_a_sentence_is_said_too() -> None:
    reason = told("“%(text)s” is not a day of the calendar", text="31/02/2026")
    told_reason = told("%(column)s: %(problem)s", column="Date", problem=reason)
    with translation.override("de"):
        assert said(told_reason) == "Date: „31/02/2026“ steht in keinem Kalender"
    with translation.override("fr"):
        assert said(told_reason).startswith("Date\u00a0: «\u00a031/02/2026\u00a0»")


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "Se pasó por alto 1 archivo más del comprimido: a.txt."),
        (3, "Se pasaron por alto 3 archivos más del comprimido: a.txt."),
    ],
)
def test_counted_sentences_keep_their_number(count: int, expected: str) -> None:
    one = "Passed over %(n)s other file in the archive: %(known)s."
    many = "Passed over %(n)s other files in the archive: %(known)s."
    with translation.override("es"):
        assert said(told_count(one, many, count, known="a.txt")) == expected


def test_what_nobody_told_stays_as_it_is() -> None:
    with translation.override("fr"):
        assert said("Ouvert 100 % du temps; tout va bien") == "Ouvert 100 % du temps; tout va bien"
        assert said("") == ""


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("en", "GB", ("1,234.5", "43.5%", "£1,234.50", "£1,235", "5 Mar 2026, 14:07")),
        ("en", "US", ("1,234.5", "43.5%", "£1,234.50", "£1,235", "Mar 5, 2026, 2:07\u202fPM")),
        ("en", "DE", ("1,234.5", "43.5%", "£1,234.50", "£1,235", "5 Mar 2026, 14:07")),
        ("de", "DE", ("1.234,5", "43,5 %", "1.234,50 £", "1.235 £", "05.03.2026, 14:07")),
        ("de", "AT", ("1.234,5", "43,5 %", "£ 1.234,50", "£ 1.235", "05.03.2026, 14:07")),
        ("de", "CH", ("1’234.5", "43.5%", "£ 1’234.50", "£ 1’235", "05.03.2026, 14:07")),
        ("fr", "FR", ("1 234,5", "43,5 %", "1 234,50 £GB", "1 235 £GB", "5 mars 2026, 14:07")),
        ("es", "ES", ("1.234,5", "43,5 %", "1.234,50 GBP", "1.235 GBP", "5 mar 2026, 14:07")),
        ("es", "MX", ("1,234.5", "43.5%", "GBP1,234.50", "GBP1,235", "5 mar 2026, 2:07 p.m.")),
    ],
)
def test_figures_are_written_as_the_reader_does(
    language: str, country: str, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locales, "_at_home", lambda: country)
    with translation.override(language):
        written = (
            locales.number(1234.5, most_decimals=1),
            locales.percent(0.435, most_decimals=1),
            locales.money(1234.5, "GBP"),
            locales.money(1234.6, "GBP", pennies=False),
            locales.moment(datetime(2026, 3, 5, 14, 7)),
        )
    # CLDR sets spaces of several widths that do not break.
    plain = [one.replace("\u202f", " ").replace("\xa0", " ") for one in written]
    assert plain == [one.replace("\u202f", " ") for one in expected]


def test_days_and_months_have_the_readers_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locales, "_at_home", lambda: "")
    with translation.override("de"):
        assert locales.weekday(0) == "Montag"
        assert locales.month(date(2026, 3, 5)) == "März 2026"
        assert locales.listed(["Brot", "Brezeln", "Kuchen"]) == "Brot, Brezeln und Kuchen"
    with translation.override("fr"):
        assert locales.weekday(6, short=True) == "dim."
        assert locales.long_day(date(2026, 3, 5)) == "5 mars 2026"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-gb", "Thursday 26 November"),
        ("de", "Donnerstag, 26. November"),
        ("fr", "jeudi 26 novembre"),
        ("es", "jueves, 26 de noviembre"),
    ],
)
def test_a_heading_has_the_whole_names_of_its_day(
    language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locales, "_at_home", lambda: "GB")
    with translation.override(language):
        assert locales.weekday_and_day(date(2026, 11, 26)) == said


def test_the_country_is_looked_up_once_for_a_page(
    db: None, django_assert_num_queries: object
) -> None:
    once = django_assert_num_queries(1)  # type: ignore[operator]
    with translation.override("de"), locales.country_kept(), once:
        assert [locales.number(1234) for _ in range(5)] == ["1.234"] * 5
