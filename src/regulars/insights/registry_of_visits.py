"""Metrics of trades that live by bookings and visits."""

from __future__ import annotations

from regulars.kernel.declarations import Metric
from regulars.kernel.telling import told
from regulars.kernel.units import Unit

from .defining import DOWN, NEITHER, UP, define
from .metrics import bookings, people, sales
from .metrics.shapes import BOOKING, SALE, TIME

# A mark alone: the faces translate.
_ = told

VISITS: tuple[Metric, ...] = (
    define(
        "bookings",
        _("Bookings"),
        _("How many appointments, tables or stays begin in the window; cancelled ones left out."),
        _("bookings that begin in the window and were not cancelled"),
        Unit.COUNT,
        UP,
        "count",
        BOOKING,
        bookings.bookings,
    ),
    define(
        "no_show_rate",
        _("No-show rate"),
        _(
            "Of the bookings that were due, the share to which nobody came. Cancelled ones are no"
            " no-shows and are left out; not known where no file says who came."
        ),
        _("bookings not kept ÷ bookings due and not cancelled"),
        Unit.SHARE,
        DOWN,
        "share",
        BOOKING,
        bookings.no_show_rate,
    ),
    define(
        "cancellation_rate",
        _("Cancellation rate"),
        _("Of all bookings for the window, the share that was cancelled."),
        _("bookings cancelled ÷ bookings"),
        Unit.SHARE,
        DOWN,
        "share",
        BOOKING,
        bookings.cancellation_rate,
    ),
    define(
        "rebooking_rate",
        _("Rebooking rate"),
        _(
            "Of the visits in the window, the share after which the next one was booked by the day"
            " after at the latest."
        ),
        _("visits with a later booking made up to 24 hours after they began ÷ visits"),
        Unit.SHARE,
        UP,
        "ratio",
        BOOKING,
        bookings.rebooking_rate,
    ),
    define(
        "first_visit_retention",
        _("Came back after the first time"),
        _(
            "Of the people who bought for the first time ever in the window, the share who bought"
            " again on another day within 90 days. Those whose 90 days are not over yet do not"
            " count."
        ),
        _("new people with a second purchase day within 90 days ÷ new people 90 days ago or more"),
        Unit.SHARE,
        UP,
        "share",
        TIME,
        people.first_visit_retention,
    ),
    define(
        "average_stay",
        _("Average length of stay"),
        _("How many nights a stay lasts; cancelled stays and no-shows left out."),
        _("nights ÷ stays of one night or more"),
        Unit.DAYS,
        UP,
        "ratio",
        BOOKING,
        bookings.average_stay,
    ),
    define(
        "average_party",
        _("Average party"),
        _("How many people a booking is for, of the bookings that say so."),
        _("people ÷ bookings not cancelled that tell how many come"),
        Unit.PEOPLE,
        NEITHER,
        "ratio",
        BOOKING,
        bookings.average_party,
    ),
    define(
        "booking_lead",
        _("Days booked ahead"),
        _("How long before the visit people book: half of them earlier than this, half later."),
        _("median of the days from booking to its beginning; cancelled ones left out"),
        Unit.DAYS,
        NEITHER,
        "median",
        BOOKING,
        bookings.booking_lead,
    ),
    define(
        "booked_revenue",
        _("Revenue from bookings"),
        _(
            "What bookings brought in: those that were kept, or whose time is over and that nobody"
            " called off. It stands beside revenue, which is of orders alone."
        ),
        _("Σ price of bookings kept"),
        Unit.MONEY,
        UP,
        "total",
        BOOKING,
        bookings.booked_revenue,
    ),
    define(
        "average_daily_rate",
        _("Revenue of a night"),
        _("What one night brings in, over all stays that were kept (average daily rate)."),
        _("Σ price of stays kept ÷ their nights"),
        Unit.MONEY,
        UP,
        "ratio",
        BOOKING,
        bookings.average_daily_rate,
    ),
    define(
        "direct_share",
        _("Booked directly"),
        _(
            "Of the money from bookings whose way is known, the share that came without a"
            " marketplace such as Booking.com, Airbnb or OpenTable between."
        ),
        _("Σ price of bookings kept not through a marketplace ÷ Σ price of bookings kept"),
        Unit.SHARE,
        UP,
        "ratio",
        (*TIME, "place", "what"),
        bookings.direct_share,
    ),
    define(
        "unpaid_share",
        _("Orders that fell through"),
        _("Of all orders, the share that was cancelled, failed or still waits for its payment."),
        _("orders cancelled or pending ÷ orders"),
        Unit.SHARE,
        DOWN,
        "share",
        SALE,
        sales.unpaid_share,
    ),
)
