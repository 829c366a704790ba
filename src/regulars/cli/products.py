"""`regulars products` and `hours`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, day, table, where_of

First = Annotated[str | None, typer.Option("--from", metavar="DAY")]
Last = Annotated[str | None, typer.Option("--to", metavar="DAY")]
Where = Annotated[list[str] | None, typer.Option(metavar="DIM=VALUE")]
_MOST = 25


@app.command("products")
def products(
    first: First = None,
    last: Last = None,
    where: Where = None,
    sort: Annotated[str, typer.Option(help="revenue, orders, pieces or change.")] = "revenue",
) -> None:
    """What sells, rises, falls, sells out early, and goes with what."""
    SESSION.boot()
    from regulars.insights import products as verbs

    shown = verbs.show(
        SESSION.actor(), first=day(first), last=day(last), where=where_of(where or []), sort=sort
    )
    SESSION.answer(shown, "\n".join([_products_text(shown), *_found_text(shown)]))


@app.command("hours")
def hours(
    first: First = None,
    last: Last = None,
    where: Where = None,
    metric: Annotated[str, typer.Option(help="revenue, orders or pieces.")] = "revenue",
) -> None:
    """When sales are made, and after which hours people stay away."""
    SESSION.boot()
    from regulars.insights import hours as verbs

    shown = verbs.show(
        SESSION.actor(),
        first=day(first),
        last=day(last),
        where=where_of(where or []),
        metric=metric,
    )
    SESSION.answer(shown, "\n".join([_hours_text(shown), *_found_text(shown)]))


def _products_text(shown: dict[str, Any]) -> str:
    columns = ("product", "revenue", "before", "beyond_chance", "orders", "pieces")
    rows = [tuple(row[name] for name in columns) for row in shown["products"][:_MOST]]
    text = table(rows, columns)
    more = len(shown["products"]) - len(rows)
    return f"{text}\nand {more} more: --json shows all" if more > 0 else text


def _hours_text(shown: dict[str, Any]) -> str:
    told = {(one["hour"], one["weekday"]): one["value"] for one in shown["hours"]}
    hours = sorted({hour for hour, _ in told})
    rows = [(f"{hour:02d}:00", *(told.get((hour, n)) for n in range(7))) for hour in hours]
    text = table(rows, (shown["metric"], "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
    if shown["untold"] is None:
        return text
    if not hours:
        return "The files tell the day of a sale and not the hour, so hours cannot be seen."
    return f"{text}\nand {shown['untold']:,.2f} on days of which the files tell no hour"


def _found_text(shown: dict[str, Any]) -> list[str]:
    lines = [""]
    for one in shown["findings"]:
        worth = "" if one["worth"] is None else f"  about {one['worth']:,.0f} {one['unit']}"
        lines += [f"  {one['title']}{worth}", f"     {one['reason']}"]
    lines += [f"  {one['sentence']}" for one in shown["searches"] if one["sentence"]]
    return [*lines, f"as of {shown['as_of'] or '–'}", *shown["notes"]]
