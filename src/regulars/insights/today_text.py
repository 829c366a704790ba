"""Today for a terminal."""

from __future__ import annotations

from typing import Any

from regulars.insights import saying


def as_text(page: dict[str, Any]) -> str:
    """The page as plain text."""
    lines = [f"{page['business']}, as of {page['as_of'] or 'no day yet'}"]
    lines += [page["verdict"]] if page["verdict"] else []
    lines += [*page["notes"], ""]
    lines += [_number_line(one) for one in page["numbers"]]
    lines.append("")
    for place, thing in enumerate(page["things"], 1):
        lines += _thing_lines(place, thing)
    if not page["things"]:
        lines.append(f"  {page['needs']}")
    if page["more_things"]:
        lines.append(f"  {page['more_things']} more: regulars today --all")
    if page["changes"]:
        lines += ["", *(f"  {line}" for line in page["changes"]["lines"])]
    lines += ["", f"  {page['quiet']['count']} gone quiet. {page['quiet']['backtest']}"]
    lines += [f"    {one['words']}: {one['count']}" for one in page["segments"]]
    return "\n".join(lines)


def things_as_text(page: dict[str, Any]) -> str:
    """Every open thing as plain text."""
    lines = []
    for place, thing in enumerate(page["things"], 1):
        lines += _thing_lines(place, thing)
    return "\n".join(lines) or f"  {page['needs']}"


def _number_line(one: dict[str, Any]) -> str:
    before = one.get("before")
    unit = one["unit"]
    beside = "" if before is None else f"  (before: {_number(before, unit)})"
    word = "" if unit in ("count", "share") or one["value"] is None else f" {unit}"
    return f"  {one['title']}: {_number(one['value'], unit)}{word}{beside}"


def _thing_lines(place: int, thing: dict[str, Any]) -> list[str]:
    worth = ""
    if thing["worth"] is not None:
        low, high = (f"{thing[name]:,.0f}" for name in ("low", "high"))
        days = f" in {thing['days']} days" if thing["days"] else ""
        worth = f"  worth about {thing['worth']:,.0f} {thing['unit']} ({low} to {high}){days}"
    lines = [f"  {place}. {thing['title']}{worth}", f"     {thing['reason']}"]
    for who in thing["people"]:
        name = who["name"] or f"person {who['id']}"
        lines.append(f"     · {name}" + (f": {who['why']}" if who["why"] else ""))
    minutes = saying.count(thing["minutes"])
    return [*lines, f"     about {minutes} min · decide: regulars decide {thing['key']} --done"]


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "not known"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.2f}".removesuffix(".00")
