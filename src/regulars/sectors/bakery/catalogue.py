"""What the bakery sells, at the till and in its web shop, when, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

SOURDOUGH = "BR-SDO"
WHITE_TIN = "BR-WHT"
CROISSANT = "PA-CRO"
PAIN_AU_CHOCOLAT = "PA-PAC"
FLAT_WHITE = "DR-FLW"
LATTE = "DR-LAT"
TEA = "DR-TEA"
ORANGE_JUICE = "DR-OJ"
SCONE = "PA-SCO"
JAM = "LA-JAM"
LEMON_DRIZZLE = "CA-LEM"
SANDWICH = "SA-SAN"
CINNAMON_BUN = "PA-CIN"
RYE = "BR-RYE"
MINCE_PIE = "PA-MIN"
HOT_CROSS_BUN = "PA-HCB"
FORMULA_NAMED = "BR-DOZ"
HAMPER = "WB-HAM"
SUBSCRIPTION = "WB-SUB"


@dataclass(frozen=True, slots=True)
class Product:
    """One thing on the shelf; ``weight`` is how often it is the pick of a guest without a plan,
    ``at_lunch`` how many times as often between eleven and three."""

    sku: str
    name: str
    category: str
    price_minor: int
    weight: float = 0.0
    at_lunch: float = 1.0


_TILL = (
    Product(SOURDOUGH, "Sourdough loaf", "Bread", 450),
    Product(WHITE_TIN, "White tin loaf", "Bread", 280, 6),
    Product(RYE, "Rye loaf", "Bread", 420, 9),
    Product("BR-BAG", "Baguette", "Bread", 220, 9),
    Product("BR-FOC", "Focaccia slice", "Bread", 300, 5, 1.6),
    Product("BR-ROL", "Seeded roll", "Bread", 95, 7),
    # Somebody began the name with a sign that a spreadsheet takes for a sum.
    Product(FORMULA_NAMED, "=Baker's dozen (13 rolls)", "Bread", 990, 1.5),
    Product(CROISSANT, "Butter croissant", "Pastry", 240),
    Product(PAIN_AU_CHOCOLAT, "Pain au chocolat", "Pastry", 260, 9, 0.5),
    Product("PA-ALM", "Almond croissant", "Pastry", 310, 5, 0.5),
    Product(CINNAMON_BUN, "Cinnamon bun", "Pastry", 290, 5),
    Product(SCONE, "Fruit scone", "Pastry", 210, 7),
    Product(MINCE_PIE, "Mince pie", "Pastry", 180),
    Product(HOT_CROSS_BUN, "Hot cross bun", "Pastry", 140),
    Product("SA-SAU", "Sausage roll", "Savoury", 340, 8, 1.8),
    Product("SA-QUI", "Quiche slice", "Savoury", 420, 4, 2.0),
    Product(SANDWICH, "Ham & cheese baguette", "Savoury", 495),
    Product(LEMON_DRIZZLE, "Lemon drizzle slice", "Cake", 280, 3),
    Product("CA-BRW", "Chocolate brownie", "Cake", 270, 7),
    Product("CA-CAR", "Carrot cake slice", "Cake", 320, 4),
    Product(FLAT_WHITE, "Flat white", "Drinks", 310),
    Product(LATTE, "Latte", "Drinks", 330),
    Product(TEA, "Pot of tea", "Drinks", 220, 6),
    Product(ORANGE_JUICE, "Orange juice", "Drinks", 280),
    Product(JAM, "Strawberry jam", "Larder", 395, 0.6),
    Product("LA-HNY", "Local honey", "Larder", 650, 0.6),
)

_WEB = (
    Product("WB-CEL", "Celebration cake", "Cakes to order", 3800, 5),
    Product("WB-BIR", 'Birthday cake, "Candles & Co."', "Cakes to order", 3200, 6),
    Product("WB-GFT", "Gift box of pastries", "Gifts", 2400, 5),
    Product("WB-BRW", "Brownie box, twelve", "Gifts", 1800, 5),
    Product(HAMPER, "Christmas hamper", "Gifts", 5500),
    Product(SUBSCRIPTION, "Bread box, monthly", "Subscription", 2600),
    Product(SOURDOUGH, "Sourdough loaf", "Bread", 450, 4),
)

TILL = {product.sku: product for product in _TILL}
WEB = {product.sku: product for product in _WEB}
COFFEES = (FLAT_WHITE, LATTE)
SEASONAL = (MINCE_PIE, HOT_CROSS_BUN)

COFFEE_RISE_MINOR = 20
YEARLY_RISE = 1.045


@dataclass(frozen=True, slots=True)
class Prices:
    """When prices rose: both coffees once, everything at the till each first of February.

    ``last`` is the last day of the world: its prices are the catalogue's, earlier ones were lower.
    """

    coffee_dearer_on: date
    last: date

    def at(self, product: Product, day: date) -> int:
        """Return what ``product`` costs at the till on ``day``, to the five pence."""
        rises = _price_year(self.last) - _price_year(day)
        price = _before_rises(product.price_minor, rises)
        if product.sku in COFFEES and day >= self.coffee_dearer_on:
            return price + COFFEE_RISE_MINOR
        return price


def _price_year(day: date) -> int:
    return day.year - (day.month == 1)


@lru_cache(maxsize=1024)
def _before_rises(price_minor: int, rises: int) -> int:
    return 5 * round(price_minor / YEARLY_RISE**rises / 5)


def on_shelf(product: Product, day: date) -> bool:
    """Whether the season allows ``product`` on ``day``."""
    if product.sku == MINCE_PIE:
        return (11, 15) <= (day.month, day.day) <= (12, 24)
    if product.sku == HOT_CROSS_BUN:
        feast = easter(day.year)
        return feast - timedelta(days=42) <= day < feast
    return True


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Return Easter Sunday of ``year`` (anonymous Gregorian computus)."""
    golden, century = year % 19, year // 100
    skipped = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = skipped - (skipped // 28) * (1 - (29 // (skipped + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))
