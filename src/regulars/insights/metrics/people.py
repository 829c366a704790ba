"""Questions on the people who bought. Guests are nobody here: they have no identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sales import sold
from .shapes import TIME, Shape, grouped, relation, with_dimensions

if TYPE_CHECKING:
    import ibis.expr.types as ir

FIRST_DAYS = 90


def purchases(name: str, shape: Shape) -> ir.Table:
    """Return the rows of relation ``name`` that are purchases by somebody known."""
    rows = relation(name)
    return rows.filter(sold(rows, shape) & rows.identifier_id.notnull())


def with_person(rows: ir.Table) -> ir.Table:
    """Return ``rows`` with the ``profile_id`` that their ``identifier_id`` belongs to.

    Questions first bring rows down to one per identifier, as joining few rows is quick.
    """
    whose = relation("identifiers").select("profile_id", known_id="identifier_id")
    return rows.inner_join(whose, rows.identifier_id == whose.known_id)


def buyers(name: str, shape: Shape) -> ir.Table:
    """Return who bought: one row per ``profile_id`` and group."""
    ids = with_dimensions(purchases(name, shape), shape.by, "identifier_id").distinct()
    return with_person(ids).select(*shape.by, "profile_id").distinct()


def first_purchases(shape: Shape) -> ir.Table:
    """Return each person's first purchase ever: ``person``, ``first_at``, ``first_on``.

    Other questions read it as the relation ``firsts``: it goes through every order there is, and
    is the same whatever the window.
    """
    rows = purchases("sales_ever", shape)
    by_id = rows.group_by("identifier_id").aggregate(
        first_at=rows.happened_at.min(), first_on=rows.local_on.min()
    )
    known = with_person(by_id)
    return known.group_by(person="profile_id").aggregate(
        first_at=known.first_at.min(), first_on=known.first_on.min()
    )


def first_visit_retention(shape: Shape) -> ir.Table:
    """Of those new in the window, those who bought again on another day within 90 days."""
    import ibis

    firsts = relation("firsts").cross_join(relation("asked"))
    firsts = firsts.cross_join(relation("known"))
    span = ibis.interval(days=FIRST_DAYS)
    new = firsts.filter(
        (firsts.first_on >= firsts.window_first)
        & (firsts.first_on <= firsts.window_last)
        & (firsts.first_on + span <= firsts.known_until)
    ).select("person", local_on="first_on")
    # Few people are new: their identifiers pick out their sales before anything is joined to all.
    whose = relation("identifiers").select("profile_id", their_id="identifier_id")
    theirs = new.inner_join(whose, new.person == whose.profile_id).select(
        "their_id", whose_again="person", first_day="local_on"
    )
    sold = purchases("sales_ever", Shape()).select("identifier_id", bought_on="local_on")
    bought = sold.inner_join(theirs, sold.identifier_id == theirs.their_id)
    again = (
        bought.filter(
            (bought.bought_on > bought.first_day) & (bought.bought_on <= bought.first_day + span)
        )
        .select("whose_again")
        .distinct()
    )
    found = new.left_join(again, new.person == again.whose_again)
    return grouped(found, shape, top=found.whose_again.count(), n=found.count())


def customers(shape: Shape) -> ir.Table:
    """How many different people bought."""
    rows = purchases("sale_lines" if shape.lines else "sales", shape)
    if "product" in shape.by:
        found = with_person(rows)
        return grouped(found, shape, n=found.profile_id.nunique())
    people = buyers("sale_lines" if shape.lines else "sales", shape)
    return _by_columns(people, shape, n=people.count())


def new_customers(shape: Shape) -> ir.Table:
    """How many people bought for the first time ever, by where and when that was."""
    firsts, asked = relation("firsts"), relation("asked")
    if set(shape.by) <= set(TIME) and not shape.filtered:
        within = firsts.cross_join(asked)
        dated = within.filter(
            (within.first_on >= within.window_first) & (within.first_on <= within.window_last)
        ).rename(local_on="first_on")
        return grouped(dated, shape, n=dated.count())
    rows = with_person(purchases("sales", shape))
    found = rows.inner_join(
        firsts, (rows.profile_id == firsts.person) & (rows.happened_at == firsts.first_at)
    )
    return grouped(found, shape, n=found.profile_id.nunique())


def returning_customers(shape: Shape) -> ir.Table:
    """How many people bought who had bought before the day, week, month or window began."""
    people, firsts, asked = buyers("sales", shape), relation("firsts"), relation("asked")
    known = people.inner_join(firsts, people.profile_id == firsts.person)
    finest = next((name for name in TIME if name in shape.by), None)
    if finest is None:
        known = known.cross_join(asked)
    begin = known.window_first if finest is None else known[finest]
    returned = (known.first_on < begin).sum()
    return _by_columns(known, shape, n=returned)


def repeat_purchase_rate(shape: Shape) -> ir.Table:
    """People who bought more than once, of all who bought."""
    named = with_dimensions(purchases("sales", shape), shape.by, "identifier_id")
    by_id = named.group_by(*shape.by, "identifier_id").aggregate(count=named.count())
    known = with_person(by_id)
    each = known.group_by(*shape.by, "profile_id").aggregate(orders=known["count"].sum())
    return _by_columns(each, shape, top=(each.orders > 1).sum(), n=each.count())


def retention(shape: Shape) -> ir.Table:
    """Of the people who bought in the window before, those who bought in this one too.

    By week and by day the window before is seven days earlier, by month the month before.
    """
    import ibis

    now, before = buyers("sales", shape), buyers("sales_before", shape)
    finest = next((name for name in TIME if name in shape.by), None)
    if finest is not None:
        step = ibis.interval(months=1) if finest == "month" else ibis.interval(days=7)
        moved = before.mutate(**{finest: before[finest] + step}).cross_join(relation("asked"))
        before = moved.filter(moved[finest] <= moved.window_last)
    came_back = now.select(back_id="profile_id", **{f"back_{name}": name for name in shape.by})
    pairs = [before[name] == came_back[f"back_{name}"] for name in shape.by]
    joined = before.left_join(came_back, [before.profile_id == came_back.back_id, *pairs])
    return _by_columns(joined, shape, top=joined.back_id.count(), n=joined.count())


def purchase_interval(shape: Shape) -> ir.Table:
    """Median over people of the mean days between the days on which each of them bought."""
    rows = with_person(purchases("sales", shape))
    named = with_dimensions(rows, shape.by, "profile_id", "local_on").distinct()
    each = named.group_by(*shape.by, "profile_id").aggregate(
        days=named.count(),
        span=named.local_on.max().delta(named.local_on.min(), unit="day"),
    )
    gaps = each.filter(each.days > 1).mutate(gap=lambda row: row.span / (row.days - 1))
    figure = {"values": gaps.gap.collect()} if shape.interval else {"top": gaps.gap.median()}
    return _by_columns(gaps, shape, n=gaps.count(), **figure)


def _by_columns(rows: ir.Table, shape: Shape, **figures: ir.Value) -> ir.Table:
    """Return ``figures`` per group of rows that carry the dimensions as columns already."""
    return rows.group_by(*shape.by).aggregate(**figures) if shape.by else rows.aggregate(**figures)
