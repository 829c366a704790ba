"""An accountant's practice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kernel.declarations import SectorPack

from .simulator import simulate

PACK = SectorPack(
    name="professional",
    title=_("Office or practice"),
    about=_("Payments and standing clients: who pays, who has gone quiet."),
    words={
        "person": pgettext_lazy("practice", "client"),
        "people": pgettext_lazy("practice", "clients"),
        "regular": pgettext_lazy("practice", "standing client"),
        "regulars": pgettext_lazy("practice", "standing clients"),
        "order": pgettext_lazy("practice", "payment"),
        "orders": pgettext_lazy("practice", "payments"),
        "product": pgettext_lazy("practice", "service"),
        "products": pgettext_lazy("practice", "services"),
        "place": pgettext_lazy("practice", "office"),
        "places": pgettext_lazy("practice", "offices"),
        "visit": pgettext_lazy("practice", "meeting"),
        "visits": pgettext_lazy("practice", "meetings"),
        "booking": pgettext_lazy("practice", "appointment"),
        "bookings": pgettext_lazy("practice", "appointments"),
    },
    leading=(
        "revenue",
        "customers",
        "average_order_value",
        "unpaid_share",
        "returning_customers",
        "orders",
    ),
    titles={
        "customers": pgettext_lazy("practice", "Clients who paid"),
        "new_customers": pgettext_lazy("practice", "New clients"),
        "returning_customers": pgettext_lazy("practice", "Returning clients"),
        "orders": pgettext_lazy("practice", "Payments"),
        "average_order_value": pgettext_lazy("practice", "Average payment"),
        "bookings": pgettext_lazy("practice", "Appointments"),
        "unpaid_share": pgettext_lazy("practice", "Payments that fell through"),
    },
    demo_business={
        "name": "Ledger & Lane",
        "country": "GB",
        "currency": "GBP",
        "timezone": "Europe/London",
        "sector": "professional",
        "places": "Office",
    },
    simulate=simulate,
)
