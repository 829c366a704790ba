from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.science.discovery import false_discovery, inflation

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_false_discovery_on_a_known_answer() -> None:
    # Benjamini and Hochberg (1995), table 1: four of fifteen are found at 5 %.
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    q = false_discovery(p)
    assert (q <= 0.05).sum() == 4
    assert q[0] == pytest.approx(0.0015)


@settings(max_examples=60, deadline=None)
@given(CHANCES)
def test_false_discovery_keeps_the_order_and_is_never_smaller(chances: list[float]) -> None:
    p, q = np.array(chances), false_discovery(chances)
    assert (q >= p - 1e-12).all()
    assert (q <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= -1e-12).all()


def test_what_was_not_asked_is_no_question() -> None:
    q = false_discovery([0.01, np.nan, 0.02])
    assert np.isnan(q[1])
    assert q[[0, 2]].tolist() == pytest.approx([0.02, 0.02])


def test_a_chance_lies_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        false_discovery([1.5])


def test_inflation_is_deaf_to_the_few_that_moved() -> None:
    rng = np.random.default_rng(1)
    usual = rng.normal(0, 2, 2000)
    assert inflation(usual) == pytest.approx(4, rel=0.15)
    assert inflation(np.concatenate([usual, np.full(100, 50.0)])) == pytest.approx(4, rel=0.25)
    assert inflation(rng.normal(0, 0.5, 500)) == 1.0
    assert inflation([9.0] * 19) == 1.0
