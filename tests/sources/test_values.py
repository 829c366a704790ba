from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.sources.files.values import (
    NumberReader,
    NumberStyle,
    clean_text,
    decide_number_style,
    find_currency,
    parse_bool,
    parse_decimal,
    parse_quantity,
)

POINT, COMMA = NumberStyle("."), NumberStyle(",")
WRAPS = ("{}", "€{}", "{} €", "$ {}", "{} USD", "CHF {}", "kr {}", "'{}", " {} ", "{} zł")
AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


@given(
    amount=AMOUNTS,
    decimal=st.sampled_from(".,"),
    group=st.sampled_from(("", "sign", " ", "\u00a0", "\u202f", "’", "'")),
    wrap=st.sampled_from(WRAPS),
    minus=st.sampled_from(("-{}", "{}-", "({})", "\u2212{}", "outer")),
)
def test_an_amount_written_in_any_style_is_read_back(
    amount: Decimal, decimal: str, group: str, wrap: str, minus: str
) -> None:
    sign = {".": ",", ",": "."}[decimal] if group == "sign" else group
    written = f"{abs(amount):,.2f}".replace(".", "D").replace(",", sign).replace("D", decimal)
    if amount < 0:
        written = "-" + wrap.format(written) if minus == "outer" else minus.format(written)
    if not (amount < 0 and minus == "outer"):
        written = wrap.format(written)
    if written.startswith("-'"):
        return
    assert parse_decimal(written, NumberStyle(decimal)) == amount
    assert NumberReader(NumberStyle(decimal))(written) == amount


@given(st.lists(AMOUNTS, min_size=1), st.sampled_from(".,"), st.sampled_from(("GB", "DE", "")))
def test_a_column_tells_its_own_style(amounts: list[Decimal], decimal: str, country: str) -> None:
    column = [f"{amount:.2f}".replace(".", decimal) for amount in amounts]
    style = decide_number_style(column, country=country)
    assert (style.decimal, style.conclusive, style.notes) == (decimal, True, ())


@given(st.text(max_size=20))
def test_any_text_is_a_finite_number_or_a_plain_refusal(text: str) -> None:
    try:
        assert parse_decimal(text, POINT).is_finite()
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,50 €", "1234.50"),
        ("(12.00)", "-12.00"),
        ("($12.00)", "-12.00"),
        ("$(12.00)", "-12.00"),
        ("-$0.95", "-0.95"),
        ("$-0.95", "-0.95"),
        ("'00123", "123"),
        ("300 USD", "300"),
        ("$5.00 USD", "5.00"),
        ("12.00-", "-12.00"),
        ("12 %", "0.12"),
        ("1,23,456.00", "123456.00"),
        ("1.2E+05", "120000"),
        (".5", "0.5"),
        ("0,125", "0.125"),
        ("1,234,567", "1234567"),
        ("17850.0", "17850.0"),
        ("+5", "5"),
    ],
)
def test_amounts_that_read_one_way_only(text: str, number: str) -> None:
    assert parse_decimal(text, POINT) == parse_decimal(text, COMMA) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "$",
        "-",
        "--5",
        "1,2,3",
        "12 34",
        "1.2.3,4",
        "NaN",
        "Infinity",
        "1_000",
        "1e999999",
        "12a",
        "5 apples",
        "٣",
        "9" * 200,
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"empty|not a number"):
        parse_decimal(text, POINT)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1 pc", 1), ("3 pcs.", 3), ("2 Stk", 2), ("-1 Stück", -1), ("4 uds", 4), ("2 pièces", 2),
     ("2x", 2), ("x3", 3), ("× 2", 2), ("1,5 ea", Decimal("1.5")), ("7", 7)],
)  # fmt: skip
def test_pieces_are_counted_in_words(text: str, number: Decimal | int) -> None:
    assert parse_quantity(text, COMMA) == number


@pytest.mark.parametrize("text", ["2 kg", "500 ml", "pcs", "", "2 boxes", "1 pc 2 pc"])
def test_what_is_no_count_of_pieces_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_quantity(text)


def test_the_column_or_else_the_country_settles_what_is_open() -> None:
    assert parse_decimal("1,234", POINT) == 1234
    assert parse_decimal("1,234", COMMA) == Decimal("1.234")
    assert decide_number_style(["1,234", "0,5"], country="GB").decimal == ","
    assert decide_number_style(["1,234", "2,500"], country="GB").decimal == "."
    assert decide_number_style(["1,234", "2,500"], country="DE").decimal == ","
    assert not decide_number_style(["1,234"], country="GB").conclusive
    assert decide_number_style(["0.500", "1.250"], country="DE").decimal == "."


def test_a_mixed_column_is_noted() -> None:
    style = decide_number_style(["1,50", "2,50", "3.50"])
    assert style.decimal == ","
    assert style.notes == ("1 of 3 amounts write decimals the other way.",)


@pytest.mark.parametrize(
    ("text", "home", "code"),
    [
        ("1.234,50 €", "", "EUR"),
        ("£3", "", "GBP"),
        ("$3", "", "USD"),
        ("$3", "CAD", "CAD"),
        ("$3", "GBP", "USD"),
        ("A$ 3", "", "AUD"),
        ("$5.00 CAD", "", "CAD"),
        ("300 USD", "", "USD"),
        ("gbp", "", "GBP"),
        ("€", "", "EUR"),
        ("kr 5", "NOK", "NOK"),
        ("12.00", "GBP", None),
        ("Bun", "GBP", None),
        ("", "GBP", None),
    ],
)
def test_the_currency_beside_an_amount(text: str, home: str, code: str | None) -> None:
    assert find_currency(text, home=home) == code


def test_yes_and_no() -> None:
    assert all(map(parse_bool, ("yes", "TRUE", "1", "ja", "Oui", "sí", "✓")))
    assert not any(map(parse_bool, ("no", "False", "0", "nein", "non")))
    with pytest.raises(ValueError, match="neither yes nor no"):
        parse_bool("perhaps")


def test_clean_text() -> None:
    assert clean_text("'00123") == "00123"
    assert clean_text("'+44 20 7946 0000") == "+44 20 7946 0000"
    assert clean_text("'n Roses") == "'n Roses"
    assert clean_text(" O'Neil \x00\u200b") == "O'Neil"
    assert clean_text("Zoe\u0308") == "Zoë"
    assert clean_text("Null") == "Null"
    assert [clean_text(text) for text in ("nan", "NULL", "N/A", "")] == [""] * 4


def test_a_readers_memory_is_bounded() -> None:
    reader = NumberReader(POINT)
    for number in range(150_000):
        reader(str(number))
    assert len(reader) <= 100_000
