"""A boutique with a web shop."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kernel.declarations import SectorPack

from .simulator import simulate

PACK = SectorPack(
    name="retail",
    title=_("Shop or boutique"),
    about=_("Orders, pieces and returns, from the counter and the web shop."),
    words={
        "person": pgettext_lazy("shop", "customer"),
        "people": pgettext_lazy("shop", "customers"),
        "regular": pgettext_lazy("shop", "regular"),
        "regulars": pgettext_lazy("shop", "regulars"),
        "order": pgettext_lazy("shop", "order"),
        "orders": pgettext_lazy("shop", "orders"),
        "product": pgettext_lazy("shop", "piece"),
        "products": pgettext_lazy("shop", "pieces"),
        "place": pgettext_lazy("shop", "shop"),
        "places": pgettext_lazy("shop", "shops"),
        "visit": pgettext_lazy("shop", "visit"),
        "visits": pgettext_lazy("shop", "visits"),
        "booking": pgettext_lazy("shop", "reservation"),
        "bookings": pgettext_lazy("shop", "reservations"),
    },
    leading=(
        "revenue",
        "orders",
        "average_order_value",
        "refund_rate",
        "returning_customers",
    ),
    demo_business={
        "name": "Thread & Thistle",
        "country": "GB",
        "currency": "GBP",
        "timezone": "Europe/London",
        "sector": "retail",
        "places": "Market Square",
    },
    simulate=simulate,
)
