"""Shopify: orders (one row per line, order fields on the first row only) and customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .tables import columns, plain

ORDERS_HEADER = columns(
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,"
    "Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,"
    "Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,"
    "Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,"
    "Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name"
)

CUSTOMERS_HEADER = columns(
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address Address2,Default Address City,"
    "Default Address Province Code,Default Address Country Code,Default Address Zip,"
    "Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags"
)


@dataclass(frozen=True, slots=True)
class ShopLine:
    """One line of a web order: whole pieces at a price each, in minor units."""

    sku: str
    name: str
    quantity: int
    price_minor: int

    @property
    def amount_minor(self) -> int:
        """Pieces times price."""
        return self.quantity * self.price_minor


@dataclass(slots=True)
class ShopOrder:
    """One web order; ``status`` is Shopify's financial status, ``at`` is aware."""

    name: str
    order_id: str
    at: datetime
    email: str
    full_name: str
    phone: str
    address: str
    city: str
    zip_code: str
    lines: list[ShopLine]
    currency: str = "GBP"
    status: str = "paid"
    shipping_minor: int = 0
    included_tax_minor: int = 0
    discount_code: str = ""
    discount_minor: int = 0
    refunded_minor: int = 0
    cancelled_at: datetime | None = None
    accepts_marketing: bool = False
    tags: str = ""
    source: str = "web"
    vendor: str = ""
    notes: str = ""

    @property
    def subtotal_minor(self) -> int:
        """Lines less the discount."""
        return sum(line.amount_minor for line in self.lines) - self.discount_minor

    @property
    def total_minor(self) -> int:
        """Subtotal and postage; the tax is inside the prices."""
        return self.subtotal_minor + self.shipping_minor

    @property
    def counts(self) -> bool:
        """Whether the order stands: neither cancelled nor waiting for its payment."""
        return self.cancelled_at is None and self.status != "pending"


def stamp(at: datetime) -> str:
    """Return an instant as Shopify prints it: ``2026-05-14 11:23:45 +0100``."""
    return at.strftime("%Y-%m-%d %H:%M:%S %z")


def order_rows(order: ShopOrder) -> Iterator[dict[str, str]]:
    """Yield the rows of one order: the first carries the order, all carry a line."""
    head = _order_fields(order) | _addresses(order)
    for line in order.lines:
        yield {"Name": order.name, "Email": order.email} | head | _line_fields(order, line)
        head = {}


def _order_fields(order: ShopOrder) -> dict[str, str]:
    is_paid = order.status != "pending"
    return {
        "Financial Status": order.status,
        "Paid at": stamp(order.at) if is_paid else "",
        "Fulfillment Status": "fulfilled" if order.counts else "unfulfilled",
        "Fulfilled at": stamp(order.at) if order.counts else "",
        "Accepts Marketing": "yes" if order.accepts_marketing else "no",
        "Currency": order.currency,
        "Subtotal": plain(order.subtotal_minor),
        "Shipping": plain(order.shipping_minor),
        "Taxes": plain(order.included_tax_minor),
        "Total": plain(order.total_minor),
        "Discount Code": order.discount_code,
        "Discount Amount": plain(order.discount_minor),
        "Shipping Method": "Local delivery" if order.shipping_minor else "Collection",
        "Created at": stamp(order.at),
        "Notes": order.notes,
        "Cancelled at": stamp(order.cancelled_at) if order.cancelled_at else "",
        "Payment Method": "Shopify Payments" if is_paid else "Bank Deposit",
        "Refunded Amount": plain(order.refunded_minor),
        "Outstanding Balance": plain(0 if is_paid else order.total_minor),
        "Id": order.order_id,
        "Tags": order.tags,
        "Risk Level": "Low",
        "Source": order.source,
        "Tax 1 Name": "GB VAT 20%" if order.included_tax_minor else "",
        "Tax 1 Value": plain(order.included_tax_minor) if order.included_tax_minor else "",
    }


def _addresses(order: ShopOrder) -> dict[str, str]:
    fields = {"Phone": protected(order.phone)}
    for side in ("Billing", "Shipping"):
        fields |= {
            f"{side} Name": order.full_name,
            f"{side} Street": order.address,
            f"{side} Address1": order.address,
            f"{side} City": order.city,
            f"{side} Zip": protected(order.zip_code),
            f"{side} Country": "GB",
            f"{side} Phone": protected(order.phone),
        }
    return fields


def _line_fields(order: ShopOrder, line: ShopLine) -> dict[str, str]:
    return {
        "Lineitem quantity": str(line.quantity),
        "Lineitem name": line.name,
        "Lineitem price": plain(line.price_minor),
        "Lineitem sku": line.sku,
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true" if order.included_tax_minor else "false",
        "Lineitem fulfillment status": "fulfilled" if order.counts else "pending",
        "Vendor": order.vendor,
        "Lineitem discount": "0.00",
    }


def protected(number: str) -> str:
    """Return ``number`` behind the apostrophe with which Shopify keeps spreadsheets off it."""
    return f"'{number}" if number else ""


@dataclass(slots=True)
class ShopCustomer:
    """One customer of the web shop."""

    customer_id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    address: str
    city: str
    zip_code: str
    accepts_email: bool = False
    spent_minor: int = 0
    orders: int = 0
    note: str = ""
    tags: list[str] = field(default_factory=list)


def customer_row(customer: ShopCustomer) -> dict[str, str]:
    """Return one row of the customers export."""
    return {
        "Customer ID": protected(customer.customer_id),
        "First Name": customer.first_name,
        "Last Name": customer.last_name,
        "Email": customer.email,
        "Accepts Email Marketing": "yes" if customer.accepts_email else "no",
        "Default Address Address1": customer.address,
        "Default Address City": customer.city,
        "Default Address Country Code": "GB",
        "Default Address Zip": protected(customer.zip_code),
        "Default Address Phone": protected(customer.phone),
        "Phone": protected(customer.phone),
        "Accepts SMS Marketing": "no",
        "Total Spent": plain(customer.spent_minor),
        "Total Orders": str(customer.orders),
        "Note": customer.note,
        "Tax Exempt": "no",
        "Tags": ", ".join(customer.tags),
    }
