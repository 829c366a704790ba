"""What one source tells, column by column: how complete, how different, in which range, how new.

The columns are those of the mart's contracts, so a new column is profiled without a line here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import figures
from regulars.insights.quality import of_days
from regulars.insights.quality.facts import gather
from regulars.insights.suggestions import drift
from regulars.kernel import clock
from regulars.kernel.declarations import MartColumn, MartTable
from regulars.kernel.errors import NotFound
from regulars.kernel.money import to_major
from regulars.kernel.telling import told
from regulars.mart.engine import Snapshot
from regulars.mart.tables import TABLES
from regulars.sources.intake import rhythm
from regulars.sources.live import standing
from regulars.sources.models import CustomerRecord, Source

_TABLES = ("orders", "order_lines", "bookings", "feedback", "events", "products")
# Made by us from what is told, or keys of ours.
_OURS = frozenset(
    "order_key line_key product_key feedback_key booking_key event_key import_id local_on "
    "local_hour local_weekday is_return line_count goods_minor stars properties".split()
)
_NAMES = {"order_lines": "item", "products": "item", "events": "what"}
"""What the column ``name`` names, by table."""
_SHOWN = 3
_FENCE = 3.0
_MOST_RECORDS = 50_000
# Texts of which nearly each is another one: showing some would tell about people, not about data.
_OWN_WORDS = 0.5


def profile(actor: Actor, source_id: int) -> dict[str, Any]:
    """Everything known about the quality of one source; `NotFound` for one there is not.

    Shares are of 1, amounts in major units of the business's currency, days local. Needs
    ``imports.see`` and ``metrics.see``.
    """
    actor.require("imports.see")
    actor.require("metrics.see")
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise NotFound(told("There is no source %(n)s.", n=source_id))
    business = businesses.get()
    runs = list(standing().filter(source=source).defer("mapping", "notes"))
    snapshot = figures.engine().snapshot()
    tables = [] if not runs else [
        found for name in _TABLES
        if (found := _table(snapshot, TABLES[name], [run.pk for run in runs], business.currency,
                            clock.today(business.timezone)))["rows"]
    ]  # fmt: skip
    if people := _people(source):
        tables.append(people)
    return {
        "id": source.pk,
        "name": source.name,
        "kind": source.kind,
        "read": sum(run.position for run in runs),
        "landed": sum(run.landed + run.unchanged for run in runs),
        "held": sum(run.quarantined for run in runs),
        "unusable": _unusable(run.unusable for run in runs),
        "newest": max((one["newest"] for table in tables for one in table["fields"]
                       if one["newest"]), default=None),
        "is_on_schedule": _is_on_schedule(actor, source),
        "drift": [{"title": drift.title(one), "reason": drift.reason(one)}
                  for one in drift.found() if one["source"] == source.pk],
        "tables": tables,
        "currency": business.currency,
    }  # fmt: skip


def _unusable(told_by: Iterable[dict[str, Any]]) -> dict[str, list[int]]:
    """E-mail or phone → filled cells without a usable value, filled cells."""
    sums: dict[str, list[int]] = {}
    for one in told_by:
        for field, (bad, filled) in one.items():
            before = sums.setdefault(field, [0, 0])
            sums[field] = [before[0] + bad, before[1] + filled]
    return sums


def _is_on_schedule(actor: Actor, source: Source) -> bool | None:
    """Whether it came when it usually does; None where too little came to tell."""
    if source.write_key is not None:
        beat = rhythm.rhythm(source.pk)
        return None if beat.longest is None else not beat.is_silent
    business = businesses.get()
    lines = of_days.reach(gather(actor, business), business)
    own = [one["is_late"] for one in lines if one["source"] == source.pk]
    return not any(own) if own else None


# ---- facts --------------------------------------------------------------------------------------


def _table(
    snapshot: Snapshot, table: MartTable, runs: list[int], currency: str, today: date
) -> dict[str, Any]:
    columns = [one for one in table.columns if one.name not in _OURS]
    among = f"import_id IN ({', '.join(map(str, runs))})"
    sums = ", ".join(
        f'{sql} AS "{one.name}.{name}"' for one in columns for name, sql in _sums(one, today)
    )
    sql = f"SELECT count(*) AS rows, {sums} FROM {table.name} WHERE {among}"
    [row] = snapshot.run(sql).dicts()
    fields = [_field(snapshot, table.name, one, row, among, currency) for one in columns]
    return {"table": table.name, "rows": row["rows"],
            "fields": [one for one in fields if one is not None]}  # fmt: skip


def _sums(column: MartColumn, today: date) -> Iterator[tuple[str, str]]:
    name = f'"{column.name}"'
    if column.type == "string":
        yield "filled", f"count(*) FILTER ({name} <> '')"
    else:
        # A yes-or-no column is filled where it says yes.
        yield "filled", f"count(*) FILTER ({name})" if column.type == "bool" else f"count({name})"
    yield "different", f"count(DISTINCT {name})" if column.type != "string" \
        else f"count(DISTINCT {name}) FILTER ({name} <> '')"  # fmt: skip
    if column.type in ("int64", "int32", "int8", "double") and column.name != "identifier_id":
        yield "low", f"min({name})"
        yield "middle", f"median({name})"
        yield "high", f"max({name})"
        yield "first", f"quantile_cont({name}, 0.25)"
        yield "third", f"quantile_cont({name}, 0.75)"
    if column.type in ("timestamp", "date"):
        yield "oldest", f"min({name})"
        yield "newest", f"max({name}) FILTER (CAST({name} AS DATE) <= DATE '{today}')"
        yield "ahead", f"count(*) FILTER (CAST({name} AS DATE) > DATE '{today}')"


def _field(
    snapshot: Snapshot, table: str, column: MartColumn, row: dict[str, Any], among: str,
    currency: str,
) -> dict[str, Any] | None:  # fmt: skip
    def told_of(name: str) -> Any:
        return row.get(f"{column.name}.{name}")

    rows, filled = row["rows"], told_of("filled")
    if not rows:
        return None
    found: dict[str, Any] = {
        "field": _NAMES.get(table, column.name) if column.name == "name" else column.name,
        "filled": filled / rows, "different": told_of("different"),
        "low": None, "middle": None, "high": None, "in_range": None,
        "oldest": _day(told_of("oldest")), "newest": _day(told_of("newest")), "values": [],
    }  # fmt: skip
    if told_of("middle") is not None:
        is_money = column.name.endswith("_minor")
        for name in ("low", "middle", "high"):
            value = told_of(name)
            found[name] = float(to_major(round(value), currency)) if is_money else float(value)
        outside = _outside(snapshot, table, column, row, among)
        found["in_range"] = 1 - outside / filled
    elif told_of("ahead") is not None and filled:
        found["in_range"] = 1 - told_of("ahead") / filled
    if column.type == "string" and filled:
        found["values"] = _values(snapshot, table, column, row, among)
    return found


def _outside(
    snapshot: Snapshot, table: str, column: MartColumn, row: dict[str, Any], among: str
) -> int:
    """How many lie beyond three times the middle half's width from it (Tukey's far out)."""
    first, third = row[f"{column.name}.first"], row[f"{column.name}.third"]
    width = third - first
    if not width:
        return 0
    low, high = first - _FENCE * width, third + _FENCE * width
    sql = (f'SELECT count(*) AS n FROM {table} WHERE {among} '
           f'AND ("{column.name}" < {low} OR "{column.name}" > {high})')  # fmt: skip
    return int(snapshot.run(sql).rows[0][0])


def _values(
    snapshot: Snapshot, table: str, column: MartColumn, row: dict[str, Any], among: str
) -> list[list[Any]]:
    filled, different = row[f"{column.name}.filled"], row[f"{column.name}.different"]
    if different > max(_SHOWN, _OWN_WORDS * filled):
        return []
    is_said = f"""AND "{column.name}" <> ''"""
    sql = (f'SELECT "{column.name}" AS value, count(*) AS n FROM {table} WHERE {among} {is_said} '
           f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_SHOWN}")  # fmt: skip
    return [[str(value), n] for value, n in snapshot.run(sql).rows]


def _day(at: Any) -> str | None:
    if isinstance(at, datetime):
        return clock.today_of(at, businesses.get().timezone).isoformat()
    return at.isoformat() if isinstance(at, date) else None


# ---- people -------------------------------------------------------------------------------------


def _people(source: Source) -> dict[str, Any] | None:
    """What its newest records say of people: each trait, how often and how different."""
    runs = standing().filter(source=source)
    rows = CustomerRecord.objects.filter(of_import__in=runs).order_by("-pk")
    filled: Counter[str] = Counter()
    different: dict[str, set[str]] = defaultdict(set)
    seen: set[int] = set()
    for key, traits in rows.values_list("record_key", "traits")[:_MOST_RECORDS].iterator():
        if key in seen:
            continue
        seen.add(key)
        for name, value in traits.items():
            if value:
                filled[name] += 1
                different[name].add(str(value))
    if not seen:
        return None
    fields: list[dict[str, Any]] = [
        {"field": name, "filled": count / len(seen), "different": len(different[name]),
         "low": None, "middle": None, "high": None, "in_range": None, "oldest": None,
         "newest": None, "values": []}
        for name, count in sorted(filled.items(), key=lambda one: (-one[1], one[0]))
    ]  # fmt: skip
    return {"table": "people", "rows": len(seen), "fields": fields}
