"""The bakery: two places, a web shop, a newsletter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kernel.declarations import SectorPack

from .simulator import simulate

PACK = SectorPack(
    name="bakery",
    title=_("Bakery or café"),
    about=_("Tickets, bakes and regulars: what sells out, which hours lose people."),
    words={
        "person": pgettext_lazy("bakery", "guest"),
        "people": pgettext_lazy("bakery", "guests"),
        "regular": pgettext_lazy("bakery", "regular"),
        "regulars": pgettext_lazy("bakery", "regulars"),
        "order": pgettext_lazy("bakery", "order"),
        "orders": pgettext_lazy("bakery", "orders"),
        "product": pgettext_lazy("bakery", "bake"),
        "products": pgettext_lazy("bakery", "bakes"),
        "place": pgettext_lazy("bakery", "shop"),
        "places": pgettext_lazy("bakery", "shops"),
        "visit": pgettext_lazy("bakery", "visit"),
        "visits": pgettext_lazy("bakery", "visits"),
        "booking": pgettext_lazy("bakery", "order to collect"),
        "bookings": pgettext_lazy("bakery", "orders to collect"),
    },
    leading=(
        "revenue",
        "orders",
        "average_order_value",
        "customers",
        "returning_customers",
    ),
    titles={
        "customers": pgettext_lazy("bakery", "Guests"),
        "new_customers": pgettext_lazy("bakery", "New guests"),
        "returning_customers": pgettext_lazy("bakery", "Returning guests"),
    },
    demo_business={
        "name": "Rye & Shine",
        "country": "GB",
        "currency": "GBP",
        "timezone": "Europe/London",
        "sector": "bakery",
        "places": "High Street, Station Road",
    },
    simulate=simulate,
    demo_days=1096,
    demo_people=4000,
)
