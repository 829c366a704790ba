"""Every metric there is: its name, what it means in a shop's words, and how sure we are of it."""

from __future__ import annotations

from regulars.kernel.declarations import Metric
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.kernel.units import Unit

from .defining import DOWN, INTERVALS, NEITHER, UP
from .defining import define as _metric
from .metrics import feedback, people, sales
from .metrics.shapes import LINE, REVIEW, SALE, TIME
from .registry_of_visits import VISITS

# A mark alone: the faces translate.
_ = told

__all__ = ["INTERVALS", "METRICS", "metric"]

_ALL = (
    _metric(
        "revenue",
        _("Revenue"),
        _(
            "What you took: all accepted sales with postage and fees, less discounts, returns "
            "and refunds; guests included, tax stated on top and tips left out."
        ),
        _("Σ amount of accepted orders and returns"),
        Unit.MONEY,
        UP,
        "total",
        LINE,
        sales.revenue,
    ),
    _metric(
        "goods_revenue",
        _("Revenue from goods"),
        _("What you took for goods and services alone: revenue without postage and fees."),
        _("Σ goods, discounts and refunds of accepted orders and returns"),
        Unit.MONEY,
        UP,
        "total",
        LINE,
        sales.goods_revenue,
    ),
    _metric(
        "orders",
        _("Orders"),
        _(
            "How many times somebody bought; returns, cancelled orders and orders of nothing do "
            "not count."
        ),
        _("accepted orders with an amount above zero"),
        Unit.COUNT,
        UP,
        "count",
        LINE,
        sales.orders,
    ),
    _metric(
        "pieces",
        _("Pieces sold"),
        _(
            "How many pieces of goods went out, those brought back taken off; what is sold by"
            " weight counts by the till's own unit."
        ),
        _("Σ quantity of goods of accepted orders and returns"),
        Unit.COUNT,
        UP,
        "total",
        LINE,
        sales.pieces,
    ),
    _metric(
        "average_order_value",
        _("Average order value"),
        _("What one order brings in, returns set off against it."),
        _("revenue ÷ orders"),
        Unit.MONEY,
        UP,
        "ratio",
        SALE,
        sales.average_order_value,
    ),
    _metric(
        "customers",
        _("Customers"),
        _("How many different people bought; guests are left out, as nobody knows who they are."),
        _("different people with an order"),
        Unit.COUNT,
        UP,
        "count",
        LINE,
        people.customers,
    ),
    _metric(
        "new_customers",
        _("New customers"),
        _("How many people bought from you for the first time ever."),
        _("people whose first order of all falls in the window"),
        Unit.COUNT,
        UP,
        "count",
        SALE,
        people.new_customers,
    ),
    _metric(
        "returning_customers",
        _("Returning customers"),
        _(
            "How many people bought who had bought from you before the window began (by day, "
            "week or month: before that day, week or month began)."
        ),
        _("people with an order in the window and their first order before it"),
        Unit.COUNT,
        UP,
        "count",
        SALE,
        people.returning_customers,
    ),
    _metric(
        "repeat_purchase_rate",
        _("Repeat-purchase rate"),
        _("Of the people who bought in the window, the share who bought more than once in it."),
        _("people with two orders or more ÷ people with an order"),
        Unit.SHARE,
        UP,
        "share",
        SALE,
        people.repeat_purchase_rate,
    ),
    _metric(
        "retention",
        _("Retention"),
        _(
            "Of the people who bought in the window before, the share who bought in this one "
            "too. The window before has the same length and the same weekdays; by month it is "
            "the month before."
        ),
        _("(people of this window − those not in the window before) ÷ people of the window before"),
        Unit.SHARE,
        UP,
        "share",
        (*TIME, "place", "channel"),
        people.retention,
    ),
    _metric(
        "purchase_interval",
        _("Days between purchases"),
        _(
            "How long people usually take to come back: half of those who bought on two days or "
            "more come more often than this, half less often."
        ),
        _("median over people of (last − first purchase day) ÷ (purchase days − 1)"),
        Unit.DAYS,
        NEITHER,
        "median",
        ("place", "channel"),
        people.purchase_interval,
    ),
    _metric(
        "refunds",
        _("Refunds"),
        _("Money you gave back: returns and refunds."),
        _("Σ money given back on accepted orders and returns"),
        Unit.MONEY,
        DOWN,
        "total",
        LINE,
        sales.refunds,
    ),
    _metric(
        "refund_rate",
        _("Refund rate"),
        _("Of every pound, euro or dollar taken, the share that was given back."),
        _("refunds ÷ (revenue + refunds)"),
        Unit.SHARE,
        DOWN,
        "ratio",
        LINE,
        sales.refund_rate,
    ),
    _metric(
        "reviews",
        _("Reviews"),
        _("How many reviews came in."),
        _("reviews written"),
        Unit.COUNT,
        UP,
        "count",
        REVIEW,
        feedback.reviews,
    ),
    _metric(
        "review_mean",
        _("Mean of reviews"),
        _(
            "The mean rating as stars out of five; a scale of ten is halved, reviews without a "
            "rating are left out."
        ),
        _("Σ rating × 5 ÷ top of its scale ÷ rated reviews"),
        Unit.STARS,
        UP,
        "ratio",
        REVIEW,
        feedback.review_mean,
    ),
    _metric(
        "discounts",
        _("Discounts"),
        _("Money you took off your prices."),
        _("Σ discounts of accepted orders"),
        Unit.MONEY,
        NEITHER,
        "total",
        LINE,
        sales.discounts,
    ),
    _metric(
        "anonymous_share",
        _("Anonymous share"),
        _(
            "The share of orders of which nobody knows who bought: no e-mail, phone, card or "
            "number."
        ),
        _("orders without an identifier ÷ orders"),
        Unit.SHARE,
        DOWN,
        "share",
        SALE,
        sales.anonymous_share,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_ALL, *VISITS)}


def metric(name: str) -> Metric:
    """Return the metric ``name``; raises `WrongUse` with the names there are."""
    if name not in METRICS:
        raise WrongUse(
            told(
                "There is no metric '%(name)s'. There are: %(known)s.",
                name=name,
                known=", ".join(METRICS),
            )
        )
    return METRICS[name]
