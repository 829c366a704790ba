"""Marketplaces and other shops: Etsy, BigCommerce, Amazon."""

from __future__ import annotations

from regulars.kernel.telling import told

from ..readers.totals import build_order_totals
from .shape import ORDER, Shape, fields

ETSY = Shape(
    name="etsy_order_items",
    title=told("Etsy sold order items"),
    kind="sales",
    namespace="etsy",
    required=("Sale Date", "Item Name", "Quantity", "Price", "Order ID"),
    optional=("Listing ID", "Transaction ID", "Ship Name", "Coupon Code", "VAT Paid by Buyer"),
    fields=fields(
        order_id="Order ID", line_id="Transaction ID", date="Sale Date", item="Item Name",
        variant="Variations", sku="SKU|Listing ID", quantity="Quantity", unit_price="Price",
        discount="Discount Amount", postage="Shipping|Order Shipping",
        tax="Sales Tax|Order Sales Tax",
        currency="Currency", customer_id="Buyer", name="Ship Name", street="Ship Address1",
        city="Ship City", region="Ship State", postcode="Ship Zipcode", country="Ship Country",
        channel="=Etsy",
    ),
    evidence="header in one importer's test",
    row_model="row_per_line",
    complete_orders=True,
    has_line_ids=True,
)  # fmt: skip

BIGCOMMERCE = Shape(
    name="bigcommerce_orders",
    title=told("BigCommerce orders"),
    kind="sales",
    namespace="bigcommerce",
    required=("Order ID", "Order Date", "Order Status", "Order Total", "Tax Total|Shipping Total"),
    optional=("Cart Base Amount", "Refund Amount", "Email Address", "Staff Notes"),
    fields=fields(
        order_id="Order ID", date="Order Date", status="Order Status", total="Order Total",
        tax="Tax Total",
        postage="Shipping Total", refund="Refund Amount", currency="Currency",
        customer_id="Customer ID",
        email="Email Address|Customer Email", phone="Phone", first_name="First Name",
        last_name="Last Name",
        street="Billing Street 1", city="Billing City", region="Billing State",
        postcode="Billing Zip Code", country="Billing Country",
    ),
    evidence="header in one importer's test",
    row_model="row_per_order",
    detail_level=ORDER,
    complete_orders=True,
    read=build_order_totals,
)  # fmt: skip

AMAZON = Shape(
    name="amazon_orders",
    title=told("Amazon seller orders"),
    kind="sales",
    namespace="amazon",
    required=("order-id|amazon-order-id", "item-price", "purchase-date|order-date"),
    optional=("order-status", "buyer-email", "ship-country", "quantity-purchased", "sku", "asin"),
    fields=fields(
        order_id="order-id|amazon-order-id", line_id="order-item-id",
        date="purchase-date|order-date",
        status="order-status", sku="sku|asin", item="product-name",
        quantity="quantity-purchased|quantity",
        amount="item-price", discount="item-promotion-discount", postage="shipping-price",
        tax="item-tax",
        currency="currency", email="buyer-email", phone="buyer-phone-number",
        name="buyer-name|billing-name",
        city="ship-city", region="ship-state", postcode="ship-postal-code", country="ship-country",
        channel="sales-channel|=Amazon",
    ),
    evidence="header in one importer's test",
    row_model="row_per_line",
    complete_orders=True,
    options={"charges": "line"},
)  # fmt: skip

SHAPES = (ETSY, BIGCOMMERCE, AMAZON)
