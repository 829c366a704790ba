from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regulars.sources.files.dates import DateReader, DateStyle, decide_date_style, zone_of

DAY_FIRST = DateReader(DateStyle(day_first=True), "Europe/London")
MONTH_FIRST = DateReader(DateStyle(day_first=False), "Europe/London")
FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d-%m-%y %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S",
    "%d %B %Y, %H:%M:%S",
    "%B %d, %Y %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S",
    "%b %d %Y at %H:%M:%S",
)
INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2026, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, fold=0)
)


@given(INSTANTS, st.sampled_from(FORMS), st.sampled_from(("Europe/London", "America/New_York")))
def test_a_moment_written_in_any_form_is_read_back(local: datetime, form: str, zone: str) -> None:
    assume("%y" not in form or local.year > 1931)
    expected = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    text = local.strftime(form)
    assert DateReader(DateStyle(day_first=True), zone)(text) == expected
    assert DAY_FIRST(text, zone) == expected
    assert DAY_FIRST.read_day(text) == local.date()


@given(INSTANTS, st.integers(-56, 56))
def test_a_written_offset_wins(local: datetime, quarters: int) -> None:
    away = timedelta(minutes=15 * quarters)
    sign, minutes = "-" if quarters < 0 else "+", abs(15 * quarters)
    offset = f"{sign}{minutes // 60:02d}{minutes % 60:02d}"
    expected = (local - away).replace(tzinfo=UTC)
    assume(expected.year > 1970)
    assert DAY_FIRST(f"{local:%Y-%m-%d %H:%M:%S} {offset}") == expected
    assert DAY_FIRST(f"{local:%d/%m/%Y %H:%M:%S} GMT{offset}", "Asia/Tokyo") == expected


@given(st.text(max_size=30))
def test_any_text_is_an_instant_or_a_plain_refusal(text: str) -> None:
    try:
        assert DAY_FIRST(text).tzinfo is UTC
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-14 11:23:45 +0100", "2026-05-14T10:23:45"),
        ("2022-11-10T10:00:00Z", "2022-11-10T10:00:00"),
        ("2019-03-05T13:06:03.123456789Z", "2019-03-05T13:06:03.123456"),
        ("May 14, 2026 3:05 PM", "2026-05-14T14:05:00"),
        ("May 14, 2026, 3:05 PM EDT", "2026-05-14T19:05:00"),
        ("14-May-2026", "2026-05-13T23:00:00"),
        ("14.05.2026", "2026-05-13T23:00:00"),
        ("20101201", "2010-12-01T00:00:00"),
        ("45000.5", "2023-03-15T12:00:00"),
        ("1700000000", "2023-11-14T22:13:20"),
        ("1700000000000", "2023-11-14T22:13:20"),
        ("14 mai 2026 à 15h05", "2026-05-14T14:05:00"),
        ("14. März 2026 15:30 Uhr", "2026-03-14T15:30:00"),
        ("14 de mayo de 2026", "2026-05-13T23:00:00"),
        ("Thu May 14 2026 11:23:45 GMT+0100 (BST)", "2026-05-14T10:23:45"),
        ("14/05/2026 12:00 am", "2026-05-13T23:00:00"),
    ],
)
def test_forms_that_vendors_write(text: str, instant: str) -> None:
    assert DAY_FIRST(text) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31/02/2026", "calendar"),
        ("2026-02-30", "calendar"),
        ("05/14/2026", "calendar"),
        ("2026-05-14 25:00", "time of day"),
        ("14/05/2026 13:00 PM", "time of day"),
        ("1969-12-31", "outside the years"),
        ("2050-01-01", "outside the years"),
        ("0001-01-01", "outside the years"),
        ("", "empty"),
        ("soon", "not a date"),
        ("12.50", "not a date"),
        ("2026-05-14 10:00 XYZ", "not a time zone"),
    ],
)
def test_what_is_no_date_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DAY_FIRST(text)


def test_birthdays_may_be_older() -> None:
    reader = DateReader(DateStyle(day_first=True), "Europe/London", earliest_year=1900)
    assert reader.read_day("14/05/1948") == date(1948, 5, 14)
    assert reader.read_day("14/05/48") == date(1948, 5, 14)


def test_clock_changes() -> None:
    assert DAY_FIRST("2026-03-29 01:30") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert DAY_FIRST("2026-10-25 01:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_day_against_month() -> None:
    assert DAY_FIRST.read_day("03/04/2026") == date(2026, 4, 3)
    assert MONTH_FIRST.read_day("03/04/2026") == date(2026, 3, 4)


@given(
    st.lists(st.dates(date(1990, 1, 1), date(2026, 1, 1)), min_size=1),
    st.booleans(),
    st.booleans(),
)
def test_a_column_tells_day_from_month(days: list[date], day_first: bool, default: bool) -> None:
    column = [day.strftime("%d/%m/%Y" if day_first else "%m/%d/%Y") for day in days]
    style = decide_date_style(column, default_day_first=default)
    if any(day.day > 12 for day in days):
        assert (style.day_first, style.conclusive, style.notes) == (day_first, True, ())
        reader = DateReader(style, "UTC")
        assert [reader.read_day(text) for text in column] == days
    else:
        assert style.day_first is default
        assert style.conclusive is all(day.day == day.month for day in days)


def test_contradictory_dates_are_noted() -> None:
    style = decide_date_style(
        ["03/04/2026", "04/13/2026", "13/04/2026", "14/04/2026"], default_day_first=False
    )
    assert style.day_first
    assert "1 of 3" in style.notes[0]


def test_dates_with_dots_are_day_first() -> None:
    assert decide_date_style(["3.4.2026"], default_day_first=False).day_first


def test_reading_stops_when_the_column_is_conclusive() -> None:
    taken = 0

    def column() -> object:
        nonlocal taken
        for _ in range(1_000_000):
            taken += 1
            yield "25/12/2025"

    assert decide_date_style(column(), default_day_first=False).day_first  # type: ignore[arg-type]
    assert taken == 200


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("GMT Standard Time", "Europe/London"),
        ("Tokyo", "Asia/Tokyo"),
        ("Europe/Paris", "Europe/Paris"),
    ],
)
def test_zones_by_the_names_vendors_write(name: str, iana: str) -> None:
    assert zone_of(name).key == iana


@pytest.mark.parametrize("name", ["", "Atlantis", "../../etc/passwd", "Europe"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        zone_of(name)


def test_a_row_may_name_its_zone() -> None:
    assert DAY_FIRST("2026-05-14 10:00", "Pacific Time (US & Canada)").hour == 17
    assert DAY_FIRST("2026-05-14 10:00").hour == 9
