"""What would change a number: the first thing an owner asks after reading it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_LEVERS = {
    "revenue": _(
        "More orders, or more in each order. An import, a correction or an undone import of these"
        " days changes it too."
    ),
    "orders": _("More people who buy, or the same people buying more often."),
    "average_order_value": _(
        "Dearer goods, more things in one order, smaller discounts, fewer returns."
    ),
    "customers": _(
        "More people, or more of them giving a name, card, e-mail or phone: guests are not counted."
        " Joining two records of one person lowers it by one."
    ),
    "new_customers": _(
        "More people who try you for the first time. An older file can lower it: it may show that"
        " somebody had bought before."
    ),
    "returning_customers": _(
        "More people coming back. An older file can raise it: it may show that somebody had bought"
        " before."
    ),
    "repeat_purchase_rate": _(
        "The same people buying again within these days. More days raise it by themselves: compare"
        " periods of the same length only."
    ),
    "refunds": _("Fewer goods that come back, and fewer mistakes at the till."),
    "reviews": _("Asking more people for a word after they bought."),
    "review_mean": _(
        "Better days, and who is asked: the delighted and the angry write by themselves."
    ),
}
_OTHERWISE = _(
    "Later files of these days, a mended row, an import undone, or repeated lines counted once."
)


def lever(metric: str) -> str:
    """What would change a metric's value, in the reader's language."""
    return str(_LEVERS.get(metric, _OTHERWISE))
