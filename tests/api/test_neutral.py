from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.neutral import neutralise


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "-",
        "+",
        "-12.50+x",
    ],
)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "Loaf", "-12.50", "+447700900001", "-.5", "1e5", "-1E-3", "a=b", "2025-11-30", "'=1"],
)
def test_plain_text_and_numbers_stay(text: str) -> None:
    assert neutralise(text) == text


@given(st.text())
def test_nothing_is_lost_and_nothing_runs(text: str) -> None:
    safe = neutralise(text)
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == text
    if safe[:1] in tuple("=+-@\t\r"):
        float(safe)
