"""A salon that works by appointment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kernel.declarations import SectorPack

from .simulator import simulate

PACK = SectorPack(
    name="services",
    title=_("Salon or studio"),
    about=_("Appointments, treatments and clients: no-shows, rebooking, coming back."),
    words={
        "person": pgettext_lazy("salon", "client"),
        "people": pgettext_lazy("salon", "clients"),
        "regular": pgettext_lazy("salon", "regular"),
        "regulars": pgettext_lazy("salon", "regulars"),
        "order": pgettext_lazy("salon", "sale"),
        "orders": pgettext_lazy("salon", "sales"),
        "product": pgettext_lazy("salon", "treatment"),
        "products": pgettext_lazy("salon", "treatments"),
        "place": pgettext_lazy("salon", "salon"),
        "places": pgettext_lazy("salon", "salons"),
        "visit": pgettext_lazy("salon", "visit"),
        "visits": pgettext_lazy("salon", "visits"),
        "booking": pgettext_lazy("salon", "appointment"),
        "bookings": pgettext_lazy("salon", "appointments"),
    },
    leading=(
        "revenue",
        "bookings",
        "rebooking_rate",
        "no_show_rate",
        "returning_customers",
        "customers",
        "average_order_value",
    ),
    titles={
        "customers": pgettext_lazy("salon", "Clients"),
        "new_customers": pgettext_lazy("salon", "New clients"),
        "returning_customers": pgettext_lazy("salon", "Returning clients"),
        "orders": pgettext_lazy("salon", "Sales"),
        "average_order_value": pgettext_lazy("salon", "Average sale"),
        "bookings": pgettext_lazy("salon", "Appointments"),
    },
    demo_business={
        "name": "Salon Linden",
        "country": "GB",
        "currency": "GBP",
        "timezone": "Europe/London",
        "sector": "services",
        "places": "Salon",
    },
    simulate=simulate,
)
