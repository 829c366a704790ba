"""Square: items detail (one row per item sold or refunded) and the customer directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from .tables import columns, plain

ITEMS_HEADER = columns(
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,"
    "Discounts,Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,"
    "Location,Dining Option,Customer ID,Customer Name,Customer Reference ID,Unit,Count,GTIN,"
    "Itemization Type,Commission,Employee,Fulfillment Note,Channel,Token,Card Brand,PAN Suffix"
)

# One third-party witness; no vendor page confirms this header.
CUSTOMERS_HEADER = columns(
    "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,"
    "Street Address 1,Street Address 2,City,State,Postal Code,Birthday,Memo,Square Customer ID,"
    "Creation Source,First Visit,Last Visit,Transaction Count,Lifetime Spend,"
    "Email Subscription Status,Instant Profile,Blocked from online booking"
)


@lru_cache(maxsize=4096)
def money(amount_minor: int) -> str:
    """Return pounds as Square prints them: ``£1,234.50``, ``-£0.95``."""
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}£{abs(amount_minor) // 100:,}.{abs(amount_minor) % 100:02d}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What all rows of one payment or refund share; ``at`` is local wall time."""

    transaction_id: str
    payment_id: str
    at: datetime
    location: str
    customer_id: str = ""
    customer_name: str = ""
    employee: str = ""
    card_brand: str = ""
    pan_suffix: str = ""
    is_refund: bool = False


@dataclass(frozen=True, slots=True)
class SoldItem:
    """One row of a receipt; amounts in minor units, below zero on a refund."""

    sku: str
    name: str
    category: str
    quantity: int
    gross_minor: int
    discount_minor: int = 0
    kind: str = "Physical Good"

    @property
    def net_minor(self) -> int:
        """What the guest paid for this row; the discount is held as a negative amount."""
        return self.gross_minor + self.discount_minor


def item_row(receipt: Receipt, item: SoldItem) -> dict[str, str]:
    """Return one row of the items detail export (days first, as a British account prints)."""
    at = receipt.at
    return {
        "Date": f"{at.day:02d}/{at.month:02d}/{at.year}",
        "Time": f"{at.hour:02d}:{at.minute:02d}:{at.second:02d}",
        "Time Zone": "London",
        "Category": item.category,
        "Item": item.name,
        "Qty": f"{item.quantity}.0",
        "Price Point Name": "Regular",
        "SKU": item.sku,
        "Gross Sales": money(item.gross_minor),
        "Discounts": money(item.discount_minor),
        "Net Sales": money(item.net_minor),
        "Tax": money(0),
        "Transaction ID": receipt.transaction_id,
        "Payment ID": receipt.payment_id,
        "Device Name": f"{receipt.location} till",
        "Event Type": "Refund" if receipt.is_refund else "Payment",
        "Location": receipt.location,
        "Dining Option": "Takeaway",
        "Customer ID": receipt.customer_id,
        "Customer Name": receipt.customer_name,
        "Unit": "Each",
        "Count": str(item.quantity),
        "Itemization Type": item.kind,
        "Employee": receipt.employee,
        "Card Brand": receipt.card_brand,
        "PAN Suffix": receipt.pan_suffix,
    }


@dataclass(slots=True)
class DirectoryEntry:
    """One customer of the till's directory, with what the till has counted for them."""

    customer_id: str
    first_name: str
    last_name: str
    email: str = ""
    phone: str = ""
    memo: str = ""
    city: str = ""
    first_visit: date | None = None
    last_visit: date | None = None
    visits: int = 0
    spent_minor: int = 0
    subscription: str = "Unknown"


def customer_row(entry: DirectoryEntry) -> dict[str, str]:
    """Return one row of the customer directory export."""
    return {
        "First Name": entry.first_name,
        "Last Name": entry.last_name,
        "Email Address": entry.email,
        "Phone Number": entry.phone,
        "City": entry.city,
        "Memo": entry.memo,
        "Square Customer ID": entry.customer_id,
        "Creation Source": "Loyalty" if entry.phone else "Directory",
        "First Visit": entry.first_visit.isoformat() if entry.first_visit else "",
        "Last Visit": entry.last_visit.isoformat() if entry.last_visit else "",
        "Transaction Count": str(entry.visits),
        "Lifetime Spend": f"£{plain(entry.spent_minor)}",
        "Email Subscription Status": entry.subscription,
        "Instant Profile": "No",
        "Blocked from online booking": "No",
    }
