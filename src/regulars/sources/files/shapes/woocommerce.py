"""WooCommerce: orders (by the vendor's extension or a plug-in) and products."""

from __future__ import annotations

from regulars.kernel.telling import told

from ..readers.listed import build_listed_orders
from ..readers.totals import build_order_totals
from .shape import ORDER, Shape, fields

_ADDRESS = {
    "first_name": "billing_first_name", "last_name": "billing_last_name",
    "company": "billing_company",
    "street": "billing_address_1", "city": "billing_city", "region": "billing_state",
    "postcode": "billing_postcode", "country": "billing_country", "phone": "billing_phone",
}  # fmt: skip

ORDERS = Shape(
    name="woocommerce_orders",
    title=told("WooCommerce orders"),
    kind="sales",
    namespace="woocommerce",
    required=("order_id", "order_date|date", "status", "order_total",
    "order_currency|payment_method"),
    optional=("order_number", "shipping_total", "fee_total", "tax_total", "discount_total",
    "customer_id"),
    fields=fields(
        **_ADDRESS, order_id="order_id", date="order_date|date|paid_date", status="status",
        total="order_total",
        currency="order_currency", postage="shipping_total", fee="fee_total", tax="tax_total",
        refund="refunded_total|total_refunded|order_refund",
        customer_id="customer_user|customer_id",
        email="billing_email|customer_email",
    ),
    evidence="woocommerce.com/document/import-and-export-of-woocommerce-orders",
    verified=True,
    row_model="row_per_order",
    detail_level=ORDER,
    complete_orders=True,
    read=build_order_totals,
)  # fmt: skip

ORDER_ITEMS = Shape(
    name="woocommerce_order_items",
    title=told("WooCommerce orders, one row per item"),
    kind="sales",
    namespace="woocommerce",
    required=("order_id", "order_date|date", "order_total", "item_name", "item_quantity",
    "item_total"),
    optional=("order_number", "status", "item_sku", "item_id", "shipping_total", "order_currency"),
    fields={
        **ORDERS.fields,
        **fields(
            status="status|order_status", line_id="item_id", item="item_name", sku="item_sku",
            quantity="item_quantity", amount="item_total", category="item_category",
        ),
    },
    evidence="item columns named in code that extends the vendor's extension; no page lists them",
    row_model="row_per_line",
    complete_orders=True,
    has_line_ids=True,
    read=build_order_totals,
)  # fmt: skip

ORDERS_WITH_LINES = Shape(
    name="woocommerce_orders_with_lines",
    title=told("WooCommerce orders, their lines in a column"),
    kind="sales",
    namespace="woocommerce",
    required=("order_id", "order_date|date", "status|order_status", "order_total",
    "line_items|line_item_1", "order_currency|payment_method|billing_email|customer_email"),
    optional=(*ORDERS.optional, "shipping_items", "fee_items", "tax_items", "coupon_items"),
    fields={
        **ORDERS.fields,
        **fields(
            status="status|order_status", lines="line_items|line_item_#",
            refunds="refund_items|refunds",
        ),
    },
    evidence="header in code around the vendor's two extensions and rows of both; no page lists the"
    " form of the lines",
    row_model="row_per_order",
    complete_orders=True,
    has_line_ids=True,
    read=build_listed_orders,
)  # fmt: skip

PLUGIN_ORDERS = Shape(
    name="woocommerce_orders_plugin",
    title=told("WooCommerce orders (export plug-in)"),
    kind="sales",
    namespace="woocommerce",
    required=(
        "order_id",
        "order_date",
        "order_status",
        "order_total",
        "billing_email|billing_last_name",
    ),
    optional=("order_currency", "payment_method", "customer_id", "shipping_postcode"),
    fields={**ORDERS.fields, **fields(status="order_status")},
    evidence="header in one importer's test; plug-ins differ",
    row_model="row_per_order",
    detail_level=ORDER,
    complete_orders=True,
    read=build_order_totals,
)

PRODUCTS = Shape(
    name="woocommerce_products",
    title=told("WooCommerce products"),
    kind="products",
    namespace="woocommerce",
    required=("ID", "Type", "SKU", "Name", "Regular price"),
    optional=("Published", "Is featured?", "Visibility in catalog", "Categories", "In stock?"),
    fields=fields(
        record_id="ID", sku="SKU", item="Name", category="Categories", unit_price="Regular price",
        is_active="Published",
    ),
    evidence="the vendor's sample_products.csv (woocommerce/woocommerce)",
    verified=True,
)  # fmt: skip

SHAPES = (ORDERS, ORDER_ITEMS, ORDERS_WITH_LINES, PLUGIN_ORDERS, PRODUCTS)
