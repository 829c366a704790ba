from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.science_repeat_buying import (
    CALIBRATION_END,
    online_retail,
    published,
    read_cdnow,
    repeat_values,
    weekly,
)
from regulars.science.repeat_buying import (
    TooLittleHistory,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_mbg_nbd,
    fit_pareto_nbd,
)
from tests.science.worlds import Columns, geometric_world, pareto_world

Fit = Callable[..., Any]
FITS: list[Fit] = [fit_bg_nbd, fit_mbg_nbd, fit_pareto_nbd]
TRUTHS: dict[Fit, tuple[dict[str, float], Columns]] = {
    fit_bg_nbd: (
        {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 2.5},
        geometric_world(0.8, 6.0, 0.9, 2.5, people=20_000),
    ),
    fit_mbg_nbd: (
        {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 2.5},
        geometric_world(0.8, 6.0, 0.9, 2.5, people=20_000, first_chance=1),
    ),
    fit_pareto_nbd: (
        {"r": 0.8, "alpha": 6.0, "s": 0.7, "beta": 12.0},
        pareto_world(0.8, 6.0, 0.7, 12.0, people=20_000),
    ),
}


@pytest.mark.parametrize("fit", FITS)
def test_the_truth_is_found_within_its_errors(fit: Fit) -> None:
    truth, columns = TRUTHS[fit]
    model = fit(*columns)
    assert model.converged and not model.nobody_leaves
    for name, value in truth.items():
        error = model.standard_errors[name]
        assert 0 < error < 0.4 * value
        assert abs(model.parameters[name] - value) < 4 * error


def test_published_estimates_of_cdnow(shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("the generated twins above stand in for CDNOW")
    purchases = read_cdnow(shared_data / "cdnow" / "CDNOW_sample.txt")
    results = published(
        weekly(purchases, CALIBRATION_END), repeat_values(purchases, CALIBRATION_END)
    )
    assert [line["what"] for line in results if not line["met"]] == []


def test_online_retail_says_that_nobody_leaves(shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("a generated twin follows")
    folder = shared_data / "online_retail"
    for line in online_retail(folder / "online_retail_uci_from_spark_guide.csv.gz"):
        assert line["met"] and "everybody stays" in line["message"]


@pytest.mark.parametrize("fit", FITS)
def test_a_shop_nobody_leaves_is_recognised(fit: Fit) -> None:
    columns = geometric_world(0.8, 6.0, 0.0, 1.0, people=2000)
    model = fit(*columns)
    assert model.converged and model.nobody_leaves and "everybody stays" in model.message
    assert model.r == pytest.approx(0.8, rel=0.15)
    x, t_x, age = columns
    np.testing.assert_allclose(model.probability_alive(x, t_x, age), 1.0)
    steady = (model.r + x) / (model.alpha + age) * 10
    np.testing.assert_allclose(model.expected_purchases(10, x, t_x, age), steady)
    wait = 1 - ((model.alpha + age) / (model.alpha + age + 10)) ** (model.r + x)
    chance = model.probability_buying_again(10, x, t_x, age)
    np.testing.assert_allclose(chance, wait, rtol=1e-7)


@pytest.mark.parametrize("fit", FITS)
@settings(max_examples=8, deadline=None)
@given(unit=st.floats(1e-3, 1e3), first=st.integers(0, 16_000))
def test_the_unit_of_time_does_not_matter(fit: Fit, unit: float, first: int) -> None:
    x, t_x, age = (column[first : first + 4000] for column in TRUTHS[fit][1])
    one, other = fit(x, t_x, age), fit(x, t_x * unit, age * unit)
    assert one.nobody_leaves == other.nobody_leaves
    for name, value in one.parameters.items():
        scale = unit if name in ("alpha", "beta") else 1.0
        assert other.parameters[name] == pytest.approx(value * scale, rel=1e-4)
        if np.isfinite(one.standard_errors[name]):
            assert other.standard_errors[name] == pytest.approx(
                one.standard_errors[name] * scale, rel=1e-3
            )
    np.testing.assert_allclose(
        other.expected_purchases(9 * unit, x, t_x * unit, age * unit),
        one.expected_purchases(9, x, t_x, age),
        rtol=1e-4,
    )


@pytest.mark.parametrize("fit", FITS)
def test_weights_are_repeated_people(fit: Fit) -> None:
    x, t_x, age = (column[:600] for column in TRUTHS[fit][1])
    times = np.random.default_rng(1).integers(1, 4, x.size)
    one = fit(x, t_x, age, weights=times)
    other = fit(*(np.repeat(column, times) for column in (x, t_x, age)))
    assert one.people == other.people == times.sum()
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-6)
    assert one.r == pytest.approx(other.r, rel=1e-5)


@pytest.mark.parametrize("fit", FITS)
def test_every_start_reaches_the_same_summit(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.science.repeat_buying import ascent

    columns = tuple(column[:3000] for column in TRUTHS[fit][1])
    best = fit(*columns)
    worst_first = lambda starts, key: sorted(starts, key=lambda s: -key(s))  # noqa: E731
    monkeypatch.setattr(ascent, "sorted", worst_first, raising=False)
    assert fit(*columns).log_likelihood == pytest.approx(best.log_likelihood, abs=1e-5)


def test_the_weak_prior_steadies_few_people_and_leaves_many_alone() -> None:
    few = geometric_world(0.8, 6.0, 0.9, 2.5, people=60, seed=4)
    model = fit_mbg_nbd(*few, prior="auto")
    assert model.with_prior and model.converged and "weak prior" in model.message
    assert all(1e-2 < value < 1e2 for value in model.parameters.values())
    assert model.log_likelihood <= fit_mbg_nbd(*few).log_likelihood + 1e-6
    many = TRUTHS[fit_mbg_nbd][1]
    assert not fit_mbg_nbd(*many, prior="auto").with_prior
    assert fit_mbg_nbd(*many, prior="auto").r == fit_mbg_nbd(*many).r
    with pytest.raises(ValueError, match="prior"):
        fit_mbg_nbd(*few, prior="strong")  # type: ignore[arg-type]


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    ("x", "t_x", "age", "why"),
    [
        ([1, 2], [1], [3, 4], "same length"),
        ([-1], [0], [3], "negative"),
        ([1.5], [1], [3], "whole"),
        ([1], [4], [3], "exceed"),
        ([0, 1], [1, 1], [3, 3], "never came back"),
        ([1], [float("nan")], [3], "missing"),
        ([[1]], [[1]], [[3]], "flat list"),
    ],
)
def test_malformed_columns_are_refused(
    fit: Fit, x: list[float], t_x: list[float], age: list[float], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        fit(x, t_x, age)


@pytest.mark.parametrize("fit", FITS)
def test_too_little_history_is_said(fit: Fit) -> None:
    with pytest.raises(TooLittleHistory, match="no people"):
        fit([], [], [])
    with pytest.raises(TooLittleHistory, match="second day"):
        fit([0, 0], [0, 0], [3, 5])
    with pytest.raises(TooLittleHistory, match="last day"):
        fit([1], [0], [0])


@pytest.mark.parametrize("fit", FITS)
@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 6), st.floats(0, 1), st.floats(0.5, 100)), min_size=2, max_size=12
    )
)
def test_any_handful_of_people_ends_in_finite_answers(
    fit: Fit, rows: list[tuple[int, float, float]]
) -> None:
    x = np.array([row[0] for row in rows], dtype=float)
    age = np.array([row[2] for row in rows])
    t_x = np.where(x > 0, age * np.array([row[1] for row in rows]), 0.0)
    if not (x > 0).any():
        return
    model = fit(x, t_x, age, prior="auto")
    assert model.converged and model.with_prior
    chance = model.probability_buying_again(10, x, t_x, age)
    assert np.isfinite(model.expected_purchases(10, x, t_x, age)).all()
    assert ((chance >= 0) & (chance <= 1)).all()


def test_gamma_gamma_finds_the_truth() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 8, 20_000)
    scale = rng.gamma(3.7, 1 / 15.0, x.size)
    mean = rng.gamma(6.0 * x) / scale / x
    fit = fit_gamma_gamma(x, mean)
    for name, value in {"p": 6.0, "q": 3.7, "gamma": 15.0}.items():
        assert abs(fit.parameters[name] - value) < 4 * fit.standard_errors[name]
    assert abs(fit.frequency_correlation) < 0.05 and fit.message == "The estimates converged."
    pence = fit_gamma_gamma(x, mean * 100)
    assert pence.gamma == pytest.approx(fit.gamma * 100, rel=1e-6)
    expected = fit.expected_value([0, 5, 5], [0, 10, 500])
    everybody = fit.p * fit.gamma / (fit.q - 1)
    assert expected[0] == pytest.approx(everybody)
    assert 10 < expected[1] < everybody < expected[2] < 500


def test_gamma_gamma_warns_of_frequent_big_spenders() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 8, 500)
    assert "spend more each time" in fit_gamma_gamma(x, x * rng.gamma(5.0, 1, 500)).message
    with pytest.raises(TooLittleHistory):
        fit_gamma_gamma([1, 2, 3], [5, 5, 5])
    with pytest.raises(ValueError, match="above 0"):
        fit_gamma_gamma([1, 2, 3], [5, -1, 5])
