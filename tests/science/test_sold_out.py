from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from regulars.science.sold_out import Days, Stops, closing_minutes, stops

WEEKS = 26
OPEN, CLOSE = 8 * 60, 17 * 60


@dataclass
class Shop:
    """Two places, seven weekdays; ``takes(product, place, weekday, minute)`` is the chance that an
    order holds it. Place 1 is number 7 to 13 of the cells."""

    seed: int
    orders_a_day: int = 70
    places: int = 2

    def sell(self, chances: list) -> tuple[Stops, np.ndarray]:
        rng = np.random.default_rng(self.seed)
        starts, cells, minutes, products, orders = [0], [], [], [], []
        for place in range(self.places):
            for day in range(WEEKS * 7):
                count = rng.poisson(self.orders_a_day)
                at = np.sort(rng.integers(OPEN, CLOSE, count))
                for minute in at:
                    for product, chance in enumerate(chances):
                        if rng.random() < chance(place, day % 7, minute):
                            products.append(product)
                            orders.append(len(minutes))
                    minutes.append(minute)
                cells.append(place * 7 + day % 7)
                starts.append(len(minutes))
        cell, minute, start = np.array(cells), np.array(minutes), np.array(starts)
        closing = closing_minutes(cell, start, minute, 7 * self.places)
        days = Days(start, cell, 7 * self.places, minute, closing)
        return stops(
            days, np.array(products, dtype=np.int64), np.array(orders, dtype=np.int64)
        ), closing


def found(told: Stops) -> set[tuple[int, int]]:
    pairs = zip(told.product.tolist(), told.cell.tolist(), told.is_found.tolist(), strict=True)
    return {(product, cell) for product, cell, is_found in pairs if is_found}


def all_day(share: float):
    return lambda place, weekday, minute: share


def test_gone_every_saturday_at_one_place_is_found_with_its_loss() -> None:
    def loaf(place: int, weekday: int, minute: int) -> float:
        return 0.0 if (place, weekday) == (1, 5) and minute >= 11 * 60 else 0.12

    told, closing = Shop(1).sell([loaf, all_day(0.05), all_day(0.2)])
    assert found(told) == {(0, 12)}
    at = int(np.flatnonzero(told.is_found)[0])
    assert 10 * 60 < told.last_minute[at] < 11 * 60
    assert closing[12] == pytest.approx(CLOSE, abs=20)
    truth = WEEKS * 70 * 0.12 * 6 / 9
    assert told.lost_low[at] < truth < told.lost_high[at]
    assert told.lost[at] == pytest.approx(truth, rel=0.3)
    assert told.days_out[at] > 0.9 * told.days[at]


def test_a_stock_of_so_many_pieces_is_found_too() -> None:
    left = {"day": (-1, -1, 0), "pieces": 0}

    def cake(place: int, weekday: int, minute: int) -> float:
        # A new day begins when the clock goes back; six pieces a day at place 0 on Mondays.
        if minute < left["day"][2] or (place, weekday) != left["day"][:2]:
            left["pieces"] = 6
        left["day"] = (place, weekday, minute)
        if (place, weekday) == (0, 0):
            if left["pieces"] == 0:
                return 0.0
            if rng.random() < 0.2:
                left["pieces"] -= 1
                return 1.0
            return 0.0
        return 0.2

    rng = np.random.default_rng(12)
    told, _ = Shop(2).sell([cake])
    assert found(told) == {(0, 0)}
    at = int(np.flatnonzero(told.is_found)[0])
    truth = WEEKS * (70 * 0.2 - 6)
    assert told.lost[at] == pytest.approx(truth, rel=0.35)


def test_sold_in_the_morning_everywhere_is_not_sold_out() -> None:
    def croissant(place: int, weekday: int, minute: int) -> float:
        return 0.2 if minute < 11 * 60 else 0.0

    told, _ = Shop(3).sell([croissant])
    assert found(told) == set()


def test_slow_products_and_chance_are_left_alone() -> None:
    shares = [all_day(share) for share in (0.004, 0.008, 0.015, 0.02, 0.03, 0.05, 0.08)]
    told, _ = Shop(4).sell(shares)
    assert found(told) == set()


def test_closing_early_is_not_sold_out() -> None:
    rng = np.random.default_rng(5)
    starts, cells, minutes, products, orders = [0], [], [], [], []
    for day in range(WEEKS * 7):
        # On Wednesdays the place closes at noon.
        end = 12 * 60 if day % 7 == 2 else CLOSE
        for minute in np.sort(rng.integers(OPEN, end, 60)):
            if rng.random() < 0.2:
                products.append(0)
                orders.append(len(minutes))
            minutes.append(minute)
        cells.append(day % 7)
        starts.append(len(minutes))
    cell, minute, start = np.array(cells), np.array(minutes), np.array(starts)
    days = Days(start, cell, 7, minute, closing_minutes(cell, start, minute, 7))
    assert found(stops(days, np.array(products), np.array(orders))) == set()


def test_sales_that_fade_are_another_habit_not_an_empty_shelf() -> None:
    def bread(place: int, weekday: int, minute: int) -> float:
        if (place, weekday) == (1, 6):
            return 0.4 * max(0.0, 1 - (minute - OPEN) / 240)
        return 0.12

    told, _ = Shop(6).sell([bread])
    assert found(told) == set()


def test_nothing_sold() -> None:
    empty = np.empty(0, dtype=np.int64)
    days = Days(np.array([0, 1]), np.array([0]), 7, np.array([600]), np.full(7, 1000.0))
    assert stops(days, empty, empty).product.size == 0
