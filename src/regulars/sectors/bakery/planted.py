"""What is planted in the world: the figures that the product has to find again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from . import catalogue as shelf
from .opening import HIGH_STREET, SATURDAY, STATION_ROAD, SUNDAY, Period, is_open

# The hour at the station in which the queue costs guests, and what it costs.
WAIT_HOUR = 8
WAIT_SLOWS_BY = 1.5
WAIT_DRIVES_OFF = 0.06
WAIT_TURNS_AWAY = 0.22

# How often a basket with the first product has the second, and a basket without it.
PULLS = {
    (shelf.CROISSANT, shelf.FLAT_WHITE): (0.46, 0.14),
    (shelf.SCONE, shelf.JAM): (0.40, 0.012),
    (shelf.SANDWICH, shelf.ORANGE_JUICE): (0.36, 0.035),
    (shelf.TEA, shelf.LEMON_DRIZZLE): (0.30, 0.02),
}
# Pairs that have nothing to do with each other.
NO_PULLS = (
    (shelf.SOURDOUGH, shelf.FLAT_WHITE),
    (shelf.CROISSANT, shelf.SOURDOUGH),
    (shelf.SOURDOUGH, shelf.LATTE),
)


@dataclass(frozen=True, slots=True)
class SellOut:
    """A product that runs out at one place on one weekday, at about ``gone_about``, since
    ``days_before`` the last day; on a share of those days there is ``enough``. Some of those who
    miss it take ``instead``."""

    sku: str
    place: str
    weekday: int
    gone_about: time
    days_before: int
    instead: str
    enough: float = 0.08


SELL_OUTS = (
    SellOut(shelf.SOURDOUGH, STATION_ROAD, SATURDAY, time(11, 30), 500, shelf.WHITE_TIN),
    SellOut(shelf.CROISSANT, HIGH_STREET, SUNDAY, time(10, 50), 182, shelf.PAIN_AU_CHOCOLAT),
    SellOut(shelf.SANDWICH, STATION_ROAD, 4, time(12, 20), 310, "SA-SAU", enough=0.0),
)
# Each day is a little different.
_GONE_SPREAD_MINUTES = 14


class Stock:
    """When each planted product was gone on each day that it ran out."""

    def __init__(self, rng: Random, period: Period) -> None:
        self.since = {one: period.before_last(one.days_before) for one in SELL_OUTS}
        self.gone_at: dict[SellOut, dict[date, datetime]] = {one: {} for one in SELL_OUTS}
        self._by_product: dict[tuple[str, str], dict[date, datetime]] = {}
        for one in SELL_OUTS:
            days = self.gone_at[one]
            for day in period.days():
                minutes = max(-35.0, min(35.0, rng.gauss(0, _GONE_SPREAD_MINUTES)))
                enough = rng.random() < one.enough
                if day < self.since[one] or day.weekday() != one.weekday or enough:
                    continue
                if is_open(one.place, day):
                    about = datetime.combine(day, one.gone_about) + timedelta(minutes=minutes)
                    days[day] = about.replace(second=0, microsecond=0)
            self._by_product[one.sku, one.place] = days
        self._sell_outs = {(one.sku, one.place): one for one in SELL_OUTS}

    def missing(self, sku: str, at: datetime, place: str) -> SellOut | None:
        """Return the sell-out that a guest who wants ``sku`` at that moment meets, if any."""
        days = self._by_product.get((sku, place))
        if days is None:
            return None
        gone_at = days.get(at.date())
        return self._sell_outs[sku, place] if gone_at is not None and at >= gone_at else None


@dataclass(frozen=True, slots=True)
class Changes:
    """The days from which something changes, and the last day of all."""

    coffee_dearer_on: date
    bun_rises_from: date
    rye_falls_from: date
    station_falls_from: date
    last: date

    @classmethod
    def over(cls, period: Period) -> Changes:
        """Place the changes within ``period``."""
        ago = period.before_last
        return cls(ago(146), ago(41), ago(55), ago(34), period.last)

    @property
    def prices(self) -> shelf.Prices:
        """What everything costs on which day."""
        return shelf.Prices(self.coffee_dearer_on, self.last)

    def appetite(self, sku: str, day: date) -> float:
        """Return how many times as often ``sku`` is picked on ``day`` as in quiet times."""
        if sku == shelf.CINNAMON_BUN:
            return 1 + 4.0 * min(1.0, 2 * self._part(self.bun_rises_from, day))
        if sku == shelf.RYE:
            return 1 - 0.9 * min(1.0, 2 * self._part(self.rye_falls_from, day))
        return 1.0

    def passers_by(self, place: str, day: date) -> float:
        """Return the share of passers-by that still come in: road works before the station."""
        return 1 - 0.85 * self._road_works(place, day)

    def seldom_guests(self, place: str, day: date) -> float:
        """Return the share of visits that those make who come seldom and now drive elsewhere."""
        return 1 - 0.6 * self._road_works(place, day)

    def _road_works(self, place: str, day: date) -> float:
        if place != STATION_ROAD:
            return 0.0
        return min(1.0, 4 * self._part(self.station_falls_from, day))

    def _part(self, since: date, day: date) -> float:
        return (day - since) / (self.last - since) if day >= since else 0.0


def is_waiting_hour(at: datetime, place: str) -> bool:
    """Whether the queue is long: the station on working days from eight to nine."""
    return place == STATION_ROAD and at.hour == WAIT_HOUR and at.weekday() < SATURDAY


@lru_cache(maxsize=8)
def missing_day(period: Period) -> date:
    """Return the working day of which High Street's till told nothing: the second Tuesday back."""
    day = period.last - timedelta(days=12)
    while day.weekday() != 1 or not is_open(HIGH_STREET, day):
        day -= timedelta(days=1)
    return day
