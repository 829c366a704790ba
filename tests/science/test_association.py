from __future__ import annotations

import numpy as np
import pytest

from regulars.science.association import (
    BINS,
    LARGEST_BASKET,
    Associations,
    Baskets,
    Pairs,
    associations,
)

SIZES = LARGEST_BASKET + 1


def asked(
    baskets: list[set[int]],
    products: int,
    who: list[int] | None = None,
    context: list[int] | None = None,
) -> tuple[Associations, dict[tuple[int, int], int]]:
    """Ask about baskets of product numbers; returns the answer and the row of each pair."""
    who = who or list(range(len(baskets)))
    context = context or [0] * len(baskets)
    contexts = max(context) + 1
    shape = (contexts, SIZES, BINS)
    every, holding = np.zeros(shape), np.zeros((products, *shape))
    sparse: dict[tuple[int, int], dict[int, int]] = {}
    for basket, person, where in zip(baskets, who, context, strict=True):
        at = (where, len(basket), person % BINS)
        every[at] += 1
        for one in basket:
            holding[(one, *at)] += 1
            for two in basket:
                if one < two:
                    cells = sparse.setdefault((one, two), {})
                    cell = int(np.ravel_multi_index(at, shape))
                    cells[cell] = cells.get(cell, 0) + 1
    pairs = sorted(sparse)
    sizes = [len(sparse[pair]) for pair in pairs]
    told = associations(
        Baskets(every, holding),
        Pairs(
            np.array([one for one, _ in pairs], dtype=np.int64),
            np.array([two for _, two in pairs], dtype=np.int64),
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            np.array([cell for pair in pairs for cell in sparse[pair]], dtype=np.int64),
            np.array([n for pair in pairs for n in sparse[pair].values()], dtype=np.float64),
        ),
    )
    return told, {pair: row for row, pair in enumerate(pairs)}


def draw(rng: np.random.Generator, count: int, shares: list[float]) -> list[set[int]]:
    """Baskets of products that have nothing to do with each other; the last number fills those
    that would be empty."""
    held = rng.random((count, len(shares))) < shares
    return [set(np.flatnonzero(row).tolist()) or {len(shares)} for row in held]


def test_counts_and_lift_on_a_known_answer() -> None:
    # 40 of 100 baskets hold 0, 30 hold 1, 24 hold both; a third product stands in every basket.
    baskets = [{0, 1, 2}] * 24 + [{0, 2}] * 16 + [{1, 2}] * 6 + [{2}] * 54
    told, row = asked(baskets, 3)
    at = row[0, 1]
    assert told.together[at] == 24
    assert told.confidence[at] == pytest.approx(24 / 40)
    assert told.confidence_back[at] == pytest.approx(24 / 30)
    assert told.without[at] == pytest.approx(6 / 60)
    assert told.lift[at] == pytest.approx(24 * 100 / (40 * 30))
    assert told.odds_ratio[at] == pytest.approx((24 * 54 / 100 + 0.5) / (16 * 6 / 100 + 0.5))
    assert told.low[at] < told.lift[at] < told.high[at]
    assert told.is_found[at]


def test_a_planted_pull_is_found_and_its_interval_holds_the_truth() -> None:
    rng = np.random.default_rng(8)
    baskets = draw(rng, 4000, [0.2, 0.1, 0.3, 0.25, 0.2, 0.15])
    for basket in baskets:
        if 0 in basket and rng.random() < 0.3:
            basket.add(1)
    told, row = asked(baskets, 7)
    found = {pair for pair, at in row.items() if told.is_found[at]}
    assert found == {(0, 1)}
    at = row[0, 1]
    share = 0.1 + 0.9 * 0.3
    truth = share / (0.2 * share + 0.8 * 0.1)
    assert told.low[at] <= truth <= told.high[at]


def test_chance_makes_no_finds() -> None:
    rng = np.random.default_rng(4)
    shares = rng.uniform(0.03, 0.3, 25).tolist()
    told, _ = asked(draw(rng, 3000, shares), 26)
    assert told.is_found.sum() == 0


def test_hungry_people_are_no_pull() -> None:
    """Large baskets hold any two products more often: lift alone would call them all pulls."""
    rng = np.random.default_rng(5)
    hungry = rng.gamma(1.0, 1.0, 6000)
    held = rng.random((6000, 12)) < np.clip(0.12 * hungry[:, None], 0, 0.9)
    baskets = [set(np.flatnonzero(row).tolist()) or {12} for row in held]
    told, _ = asked(baskets, 13)
    assert (told.low > 1.1).sum() > 30
    assert told.is_found.sum() <= 1


def test_two_things_of_one_season_are_no_pull() -> None:
    rng = np.random.default_rng(6)
    summer = draw(rng, 1500, [0.3, 0.3, 0.4, 0.3])
    winter = draw(rng, 4500, [0.01, 0.01, 0.4, 0.3])
    context = [1] * len(summer) + [0] * len(winter)
    told, row = asked(summer + winter, 5, context=context)
    assert not told.is_found[row[0, 1]]
    mixed, row = asked(summer + winter, 5)
    assert mixed.lift[row[0, 1]] > 2


def test_one_regular_is_one_witness() -> None:
    rng = np.random.default_rng(7)
    baskets = draw(rng, 1500, [0.05, 0.05, 0.4, 0.3])
    who = list(range(len(baskets)))
    baskets += [{0, 1, 2}] * 120
    told, row = asked(baskets, 5, who=[*who, *[3] * 120])
    assert told.lift[row[0, 1]] > 2
    assert not told.is_found[row[0, 1]]
    told, row = asked(baskets, 5)
    assert told.is_found[row[0, 1]]


def test_too_few_together_are_not_judged() -> None:
    told, row = asked([{0, 1}] * 9 + [{0}] * 50 + [{2}] * 200, 3)
    at = row[0, 1]
    assert np.isnan(told.lift[at])
    assert np.isnan(told.chance[at])
    assert not told.is_found[at]


def test_no_pairs_at_all() -> None:
    told, _ = asked([{0}, {1}], 2)
    assert told.lift.size == 0
