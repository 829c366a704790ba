"""An inn with a restaurant."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kernel.declarations import SectorPack

from .simulator import simulate

PACK = SectorPack(
    name="hospitality",
    title=_("Hotel, inn or restaurant"),
    about=_("Reservations, stays and bills: nights, cancellations, direct bookings."),
    words={
        "person": pgettext_lazy("inn", "guest"),
        "people": pgettext_lazy("inn", "guests"),
        "regular": pgettext_lazy("inn", "returning guest"),
        "regulars": pgettext_lazy("inn", "returning guests"),
        "order": pgettext_lazy("inn", "bill"),
        "orders": pgettext_lazy("inn", "bills"),
        "product": pgettext_lazy("inn", "item"),
        "products": pgettext_lazy("inn", "items"),
        "place": pgettext_lazy("inn", "house"),
        "places": pgettext_lazy("inn", "houses"),
        "visit": pgettext_lazy("inn", "stay"),
        "visits": pgettext_lazy("inn", "stays"),
        "booking": pgettext_lazy("inn", "reservation"),
        "bookings": pgettext_lazy("inn", "reservations"),
    },
    leading=(
        "booked_revenue",
        "bookings",
        "average_daily_rate",
        "cancellation_rate",
        "direct_share",
        "revenue",
        "average_stay",
        "customers",
    ),
    titles={
        "customers": pgettext_lazy("inn", "Guests with a bill"),
        "new_customers": pgettext_lazy("inn", "New guests with a bill"),
        "returning_customers": pgettext_lazy("inn", "Returning guests"),
        "orders": pgettext_lazy("inn", "Bills"),
        "average_order_value": pgettext_lazy("inn", "Average bill"),
        "bookings": pgettext_lazy("inn", "Reservations"),
        "booked_revenue": pgettext_lazy("inn", "Revenue from reservations"),
        "revenue": pgettext_lazy("inn", "Revenue from bills"),
    },
    demo_business={
        "name": "The Heron Inn",
        "country": "GB",
        "currency": "GBP",
        "timezone": "Europe/London",
        "sector": "hospitality",
        "places": "Rooms, Restaurant",
    },
    simulate=simulate,
)
