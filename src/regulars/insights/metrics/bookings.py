"""Questions on bookings: appointments, tables and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .people import with_person
from .sales import in_bins
from .shapes import Shape, grouped, relation

if TYPE_CHECKING:
    import ibis.expr.types as ir

_DAY_SECONDS = 24 * 3600
_MARKETPLACES = (
    "booking|airbnb|expedia|agoda|hotels.com|vrbo|hrs|opentable|thefork|resy|quandoo|tripadvisor"
    "|treatwell|fresha|classpass|doctolib"
)


def _seconds(rows: ir.Table, later: str, sooner: str) -> ir.IntegerValue:
    return rows[later].epoch_seconds() - rows[sooner].epoch_seconds()


def _nights(rows: ir.Table) -> ir.IntegerValue:
    # Rounded: a stay over the change of the clocks is an hour short or long.
    return (_seconds(rows, "ends_at", "starts_at") / _DAY_SECONDS).round().cast("int64")


def _standing(rows: ir.Table) -> ir.BooleanValue:
    """Say whether a booking was neither cancelled nor missed."""
    return rows.status.isin(("kept", "booked"))


def _stays(name: str) -> ir.Table:
    rows = relation(name)
    ended = rows.filter(_standing(rows) & rows.ends_at.notnull())
    nights = ended.mutate(nights=_nights(ended))
    return nights.filter(nights.nights > 0)


def bookings(shape: Shape) -> ir.Table:
    """How many bookings begin, cancelled ones left out."""
    rows = relation("visits")
    return grouped(rows, shape, n=(rows.status != "cancelled").sum())


def no_show_rate(shape: Shape) -> ir.Table:
    """Bookings to which nobody came, of those that were due; of nothing where no outcome is told:
    a diary that never says who came does not say that everybody did."""
    rows = relation("visits_past")
    due = rows.filter(rows.status != "cancelled")
    told = due.status.isin(("kept", "no_show")).sum()
    return grouped(
        due, shape, top=(due.status == "no_show").sum(), n=(told > 0).ifelse(due.count(), 0)
    )


def cancellation_rate(shape: Shape) -> ir.Table:
    """Cancelled bookings, of all."""
    rows = relation("visits")
    return grouped(rows, shape, top=(rows.status == "cancelled").sum(), n=rows.count())


def rebooking_rate(shape: Shape) -> ir.Table:
    """Visits after which the person had a later booking made by a day after they began."""
    rows, ever = relation("visits_past"), relation("visits_ever")
    # Where a booking tells when it was made, the file tells it of all of them.
    came = rows.filter(_standing(rows) & rows.identifier_id.notnull() & rows.booked_at.notnull())
    visits = with_person(came)
    others = ever.filter(ever.identifier_id.notnull() & ever.booked_at.notnull())
    later = with_person(others).select(
        next_person="profile_id", next_starts="starts_at", next_booked="booked_at"
    )
    again = visits.semi_join(
        later,
        [
            visits.profile_id == later.next_person,
            later.next_starts > visits.starts_at,
            later.next_booked.epoch_seconds() <= visits.starts_at.epoch_seconds() + _DAY_SECONDS,
        ],
    )
    did = visits.booking_key.isin(again.booking_key)
    count = visits.count()
    return in_bins(visits, shape, visits.booking_key, top=did.sum(), bottom=count, n=count)


def average_stay(shape: Shape) -> ir.Table:
    """Nights over stays."""
    rows = _stays("visits")
    count = rows.count()
    return in_bins(rows, shape, rows.booking_key, top=rows.nights.sum(), bottom=count, n=count)


def average_party(shape: Shape) -> ir.Table:
    """People over bookings that say how many come."""
    rows = relation("visits")
    told = rows.filter(_standing(rows) & (rows.party > 0))
    count = told.count()
    return in_bins(told, shape, told.booking_key, top=told.party.sum(), bottom=count, n=count)


def booking_lead(shape: Shape) -> ir.Table:
    """Median of the whole days from the booking to its beginning."""
    rows = relation("visits")
    told = rows.filter(_standing(rows) & rows.booked_at.notnull())
    days = (_seconds(told, "starts_at", "booked_at") / _DAY_SECONDS).floor()
    ahead = told.mutate(days=days).filter(days >= 0)
    figure = {"values": ahead.days.collect()} if shape.interval else {"top": ahead.days.median()}
    return grouped(ahead, shape, n=ahead.count(), **figure)


def booked_revenue(shape: Shape) -> ir.Table:
    """Prices of the bookings that were kept."""
    rows = relation("visits_paid")
    kept = rows.filter(_standing(rows) & rows.amount_minor.notnull())
    amount = kept.amount_minor
    figures: dict[str, ir.Value] = {"top": amount.sum(), "n": kept.count()}
    if shape.interval:
        figures["square"] = (amount.cast("float64") * amount.cast("float64")).sum()
    return grouped(kept, shape, **figures)


def average_daily_rate(shape: Shape) -> ir.Table:
    """Prices over nights of the stays that were kept."""
    rows = _stays("visits_paid")
    paid = rows.filter(rows.amount_minor.notnull())
    return in_bins(
        paid,
        shape,
        paid.booking_key,
        top=paid.amount_minor.sum(),
        bottom=paid.nights.sum(),
        n=paid.count(),
    )


def direct_share(shape: Shape) -> ir.Table:
    """Money of bookings without a marketplace between, of all whose way is known."""
    rows = relation("visits_paid")
    paid = rows.filter(_standing(rows) & rows.amount_minor.notnull() & (rows.channel != ""))
    is_direct = ~paid.channel.lower().re_search(_MARKETPLACES)
    return in_bins(
        paid,
        shape,
        paid.booking_key,
        top=is_direct.ifelse(paid.amount_minor, 0).sum(),
        bottom=paid.amount_minor.sum(),
        n=paid.count(),
    )
