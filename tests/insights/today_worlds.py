"""Small shops for the page of today, each handed in through the front door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from regulars.accounts import actors
from regulars.insights import refresh
from regulars.sources import imports
from tests.web.voices import import_reviews
from tests.world import write

HEADER = ("order_id", "date", "email", "product", "quantity", "unit_price", "shop", "currency")
LAST = date(2026, 3, 31)
MORNING = datetime.fromisoformat("2026-04-01T07:00:00+00:00")
Row = tuple[object, ...]


def sale(
    number: object, on: date | str, who: str = "", price: str = "10.00", shop: str = "High Street",
    currency: str = "GBP",
) -> Row:  # fmt: skip
    """One line of one order."""
    address = f"{who}@example.org" if who else ""
    return (number, f"{on} 10:00", address, "Loaf", 1, price, shop, currency)


def hand_in(folder: Path, rows: Iterable[Sequence[object]], name: str = "sales.csv") -> None:
    """Import a file of sales; the columns are read as they are named."""
    changes = {"currency": "currency", "place": "shop"}
    path = write(folder / name, HEADER, rows)
    imports.import_file(actors.owner("cli"), path, kind="sales", changes=changes, is_confirmed=True)


def bring_up_to_date() -> None:
    refresh.refresh(actors.owner("cli"))


def review(folder: Path, lines: Sequence[str], name: str = "reviews.csv") -> None:
    import_reviews(folder / name, tuple(lines))


def visits(who: str, gap: int, last: date = LAST, first: date = date(2025, 6, 1)) -> list[date]:
    """Every so many days, the last of them on ``last``."""
    count = (last - first).days // gap
    return [last - timedelta(days=gap * step) for step in range(count, -1, -1)]


def rhythmic(
    people: int = 26, *, quiet: int = 0, price: str = "10.00", quiet_since: int = 60
) -> list[Row]:
    """A shop of regulars who come every six to nine days; the first ``quiet`` of them stopped."""
    rows: list[Row] = []
    for place in range(people):
        gap = 6 + place % 4
        last = LAST - timedelta(days=quiet_since if place < quiet else place % gap)
        for day in visits(f"p{place}", gap, last):
            rows.append(sale(f"{place}-{day}", day, f"p{place}", price))
    return rows


def today() -> dict[str, Any]:
    """The page, asked as the owner."""
    from regulars.insights.today import today as page

    return page(actors.owner("cli"))


def things() -> dict[str, dict[str, Any]]:
    """Every open thing by its key. A decision about each would say its title from facts alone."""
    from django.utils import translation

    from regulars.insights import suggestions
    from regulars.insights.suggestions.titles import TITLES
    from regulars.insights.today import all_things

    owner = actors.owner("cli")
    english = suggestions.everything(owner)
    with translation.override("fr"):
        french = {one.key: one.title for one in suggestions.everything(owner)}
        said = {one.key: TITLES[one.kind](one.detail) for one in english}
    assert said == french
    return {one["key"]: one for one in all_things(owner)["things"]}
