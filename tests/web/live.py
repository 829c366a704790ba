"""A shop's website and its till, of which some sends and some waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from regulars.accounts.actors import owner
from regulars.kernel import clock
from regulars.profiles.enrichment import keeping
from regulars.sources import imports, origins
from regulars.sources.cleaning import correcting, finding
from regulars.sources.intake import landing
from regulars.sources.models import IntakeHour
from tests.sources.door import knock
from tests.world import write

_PRICELESS = {"order_id": "W7", "products": [{"name": "Loaf", "price": "four"}]}
_SAID = [
    {"type": "page", "userId": "w1", "properties": {"title": "Bread", "path": "/bread"}},
    {"type": "track", "event": "Product Added", "userId": "w1", "properties": {"name": "Loaf"}},
    {"type": "track", "event": "Order Completed", "userId": "w1", "properties": _PRICELESS},
    {"type": "track", "userId": "w2"},
    {"type": "track", "userId": "w3"},
]


_SALE = {"no": "A-1", "closed_at": "2026-11-20T10:01:00Z", "customer": {"mail": "ada@crumb.test"},
         "lines": [{"article": "Loaf", "qty": 2, "price": "3.50"}]}  # fmt: skip


def add_doubtful_sales(path: Path) -> None:
    """Sales of a test and of somebody whose address has a slip, and what is found in them."""
    rows = [("901", "2025-11-20", "tester@crumb.test", "Loaf", 1, "4.00"),
            ("902", "2025-11-20", "eve.smith@gmial.com", "Loaf", 1, "4.00"),
            ("903", "2025-11-20", "ian@hotmail.con", "Test", 1, "5.00")]  # fmt: skip
    write(path, ("Order", "Date", "E-mail", "Item", "Qty", "Price"), rows)
    imports.import_file(owner("cli"), path, kind="sales", is_confirmed=True)
    finding.look()
    correcting.put_right(owner("cli"), "test_order", [finding.open_doubts().last().pk])


def add_surroundings(path: Path) -> None:
    """A table of others by postcode, and holidays."""
    said = keeping.Told(
        name="Income by district", kind="postcode", publisher="Office of Figures",
        as_of="2026-01-31", purpose="To choose where to deliver", basis="legitimate_interests",
        reason="An average of 5,000 households tells nothing of one", licence="OGL 3.0",
    )  # fmt: skip
    write(path, ("Postcode district", "Median income"), [("LS1", "31,200"), ("LS16", "40,100")])
    keeping.add(owner("cli"), said, path, column="Postcode district")


def add_live_sources() -> None:
    """A website that sends, with what could not land; a web shop of which nothing came yet; a till
    whose messages nobody explained."""
    site = origins.add(owner("cli"), "web", name="Website")
    origins.add(owner("cli"), "shopify", name="Web shop", secret="signed-with-this")
    till = origins.add(owner("cli"), "webhook", name="Till", secret="signed-with-this")
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    for day in range(1, 28):
        count = 40 + day % 7 * 12
        IntakeHour.objects.create(
            source_id=site.pk, hour=now - timedelta(days=day), read=count, held=day % 9
        )
    assert knock("/v1/batch", {"batch": _SAID}, key=str(site.write_key)).status == 200
    headers = {"Authorization": "Bearer signed-with-this"}
    assert knock(f"/v1/hook/{till.write_key}", _SALE, headers=headers).status == 200
    landing.land_waiting()
