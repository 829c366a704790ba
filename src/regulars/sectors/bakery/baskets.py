"""What a guest takes home: habits, the season, the shelf as it stands at that moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from random import Random

from . import catalogue as shelf
from .guests import Guest
from .opening import SATURDAY
from .planted import PULLS, Changes, SellOut, Stock

_CROISSANT_SHARE, _LATTE_SHARE = 0.27, 0.09
_SOURDOUGH_SHARE, _SOURDOUGH_SATURDAY = 0.20, 0.42
_SANDWICH_LUNCH, _SANDWICH_ELSE = 0.42, 0.03
_SEASONAL_SHARE = 0.09
_LUNCH = range(11, 15)
_FAVOURITE = 3
_WISHES = ((0, 1, 2, 3), (44, 82, 96, 100))
_BY_THE_PIECE = frozenset(("BR-ROL", shelf.HOT_CROSS_BUN, shelf.MINCE_PIE))
_PICKED: Sequence[shelf.Product] = [one for one in shelf.TILL.values() if one.weight]


@dataclass(slots=True)
class Missed:
    """Who asked in vain for what had run out, per day."""

    wanted: Counter[date] = field(default_factory=Counter)
    lost_minor: Counter[date] = field(default_factory=Counter)


class Baskets:
    """Fills baskets and remembers what was asked for in vain."""

    def __init__(self, rng: Random, changes: Changes, stock: Stock) -> None:
        self.rng = rng
        self.changes = changes
        self.prices = changes.prices
        self.stock = stock
        self.missed: dict[SellOut, Missed] = {one: Missed() for one in stock.gone_at}
        self._offers: dict[tuple[date, bool], list[float]] = {}

    def fill(self, at: datetime, place: str, guest: Guest | None) -> dict[str, int]:
        """Return pieces by article number; never empty."""
        rng, basket = self.rng, dict[str, int]()
        is_lunch = at.hour in _LUNCH
        if rng.random() < _CROISSANT_SHARE * (1.25 if at.hour < 11 else 0.85):
            self._take(basket, shelf.CROISSANT, at, place)
        is_saturday = at.weekday() == SATURDAY
        if rng.random() < (_SOURDOUGH_SATURDAY if is_saturday else _SOURDOUGH_SHARE):
            self._take(basket, shelf.SOURDOUGH, at, place)
        if rng.random() < (_SANDWICH_LUNCH if is_lunch else _SANDWICH_ELSE):
            self._take(basket, shelf.SANDWICH, at, place)
        for sku in self._picks(at.date(), is_lunch, guest, not basket):
            basket.setdefault(sku, self._pieces(sku))
        for sku in shelf.SEASONAL:
            # A treat of the season comes on top; what is bought all year loses nothing to it.
            if shelf.on_shelf(shelf.TILL[sku], at.date()) and rng.random() < _SEASONAL_SHARE:
                basket[sku] = self._pieces(sku)
        for (first, second), (with_it, without) in PULLS.items():
            if rng.random() < (with_it if first in basket else without):
                basket[second] = 1
        if rng.random() < _LATTE_SHARE:
            basket[shelf.LATTE] = 1
        if guest is not None and guest.appetite > 2.0:
            basket = {sku: pieces + 1 for sku, pieces in basket.items()}
        return basket

    def _take(self, basket: dict[str, int], sku: str, at: datetime, place: str) -> None:
        """Put one piece into the basket, or what some take instead when it is gone."""
        sell_out = self.stock.missing(sku, at, place)
        if sell_out is None:
            basket[sku] = 1
            return
        missed, day = self.missed[sell_out], at.date()
        missed.wanted[day] += 1
        missed.lost_minor[day] += self.prices.at(shelf.TILL[sku], day)
        if self.rng.random() < 0.35:
            basket[sell_out.instead] = 1

    def _picks(self, day: date, is_lunch: bool, guest: Guest | None, is_empty: bool) -> list[str]:
        wish = self.rng.choices(_WISHES[0], cum_weights=_WISHES[1])[0]
        if guest is not None and guest.appetite > 1.5:
            wish += 1
        if is_empty and wish == 0:
            wish = 1
        offers = self._offers.get((day, is_lunch))
        if offers is None:
            offers = self._offers[day, is_lunch] = self._offer(day, is_lunch)
        return [self._pick(offers, guest) for _ in range(wish)]

    def _pick(self, offers: list[float], guest: Guest | None) -> str:
        if guest is not None:
            place = guest.favourite % len(_PICKED)
            own = _FAVOURITE * (offers[place] - (offers[place - 1] if place else 0.0))
            if self.rng.random() * (offers[-1] + own) < own:
                return _PICKED[place].sku
        return self.rng.choices(_PICKED, cum_weights=offers)[0].sku

    def _offer(self, day: date, is_lunch: bool) -> list[float]:
        return list(
            accumulate(
                product.weight
                * (product.at_lunch if is_lunch else 1.0)
                * self.changes.appetite(product.sku, day)
                for product in _PICKED
            )
        )

    def _pieces(self, sku: str) -> int:
        if sku in _BY_THE_PIECE:
            return self.rng.choice((1, 2, 2, 4))
        return 2 if self.rng.random() < 0.08 else 1
