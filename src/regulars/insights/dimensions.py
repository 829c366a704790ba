"""Dimensions by which figures are cut: which a metric allows, how a value is read and shown."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from regulars.kernel.declarations import Metric
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.mart.scopes import AnyOf, Condition

SENTENCES = {
    "day": told("the day, as 2024-03-31"),
    "week": told("the week, named by its Monday, as 2024-03-25"),
    "month": told("the month, as 2024-03"),
    "hour": told(
        "the hour of the day, 0 to 23, in the business's time zone; nothing where the file tells "
        "the day alone"
    ),
    "weekday": told("the day of the week, Monday is 0"),
    "place": told("the shop, stall or branch"),
    "channel": told("how it was sold: till, web shop, telephone"),
    "product": told("the product by name, its code beside it as `sku`; a name or a code finds it"),
    "category": told("the product's category"),
    "staff": told("who served, as the diary names them"),
    "what": told("the treatment, table or room that was booked"),
    "origin": told("where the review was written"),
    "stars": told("the nearest whole star of the rating, 1 to 5"),
}
# Dimension → its column, least and most value.
_WHOLE = {
    "hour": ("local_hour", 0, 23),
    "weekday": ("local_weekday", 0, 6),
    "stars": ("stars", 1, 5),
}

Where = Mapping[str, str | int | Iterable[str | int]]


def check(metric: Metric, names: Iterable[str]) -> None:
    """Raise `WrongUse`, naming what is allowed, unless ``metric`` knows every dimension."""
    for name in names:
        if name not in metric.dimensions:
            raise WrongUse(
                told(
                    "'%(metric)s' cannot be cut by '%(name)s'. It can by: %(known)s.",
                    metric=metric.name,
                    name=name,
                    known=", ".join(metric.dimensions),
                )
            )


def conditions(where: Where) -> tuple[Condition | AnyOf, ...]:
    """Return the conditions that ``where`` puts on orders, their lines or reviews.

    Several values of one dimension mean any of them. Raises `WrongUse` for a malformed value.
    """
    found: list[Condition | AnyOf] = []
    for name, wanted in where.items():
        values = [wanted] if isinstance(wanted, str | int) else list(wanted)
        if name == "product":
            texts = tuple(str(value) for value in values)
            found.append(AnyOf((Condition("name", "in", texts), Condition("sku", "in", texts))))
        elif name in ("week", "month", "day"):
            found.append(_in_days(name, values))
        elif name in _WHOLE:
            numbers = tuple(_number(name, value) for value in values)
            found.append(Condition(_WHOLE[name][0], "in", numbers))
        else:
            found.append(Condition(name, "in", tuple(str(value) for value in values)))
    return tuple(found)


def _in_days(name: str, values: list[str | int]) -> Condition:
    days: list[date] = []
    for value in values:
        first = _day(name, value)
        length = {"day": 1, "week": 7, "month": monthrange(first.year, first.month)[1]}[name]
        days += [first + timedelta(days=step) for step in range(length)]
    return Condition("local_on", "in", tuple(days))


def _day(name: str, value: str | int) -> date:
    text = f"{value}-01" if name == "month" and len(str(value)) == 7 else str(value)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise WrongUse(
            told(
                "'%(value)s' is no %(name)s; write %(form)s.",
                value=value,
                name=name,
                form=SENTENCES[name],
            )
        ) from None
    if name == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if name == "month" else day


def _number(name: str, value: str | int) -> int:
    _, least, most = _WHOLE[name]
    try:
        number = int(value)
    except ValueError:
        number = -1
    if not least <= number <= most:
        raise WrongUse(
            told(
                "'%(value)s' is no %(name)s; write %(form)s.",
                value=value,
                name=name,
                form=SENTENCES[name],
            )
        )
    return number


def shown(name: str, value: Any) -> str | int | None:
    """Return a dimension's value as programs get it; an empty name is not known."""
    if value is None or value == "":
        return None
    if name in ("day", "week", "month"):
        return str(value.isoformat()[: 7 if name == "month" else 10])
    return int(value) if name in _WHOLE else str(value)
