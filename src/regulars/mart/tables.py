"""The tables of the mart. A person is a `profile_id`; facts name an `identifier_id`."""

from __future__ import annotations

from regulars.kernel.declarations import MartColumn, MartTable


def _columns(*specs: str) -> tuple[MartColumn, ...]:
    """Read ``name type[?] [# what it holds]`` lines; ``?`` marks a column that may be null."""
    columns = []
    for spec in specs:
        head, _, doc = spec.partition("#")
        name, kind = head.split()
        columns.append(MartColumn(name, kind.rstrip("?"), kind.endswith("?"), doc.strip()))
    return tuple(columns)


_WHEN = (
    "happened_at timestamp # the instant, UTC",
    "local_on date # the day in the business's time zone",
    "local_hour int8? # 0 to 23 in the business's time zone; null: the file tells no hour",
    "local_weekday int8 # Monday is 0",
)

PROFILES = MartTable(
    "profiles",
    _columns(
        "profile_id int64",
        "name string",
        "first_seen_at timestamp?",
        "last_seen_at timestamp?",
        "country string",
    ),
    key="profile_id",
    person_column="profile_id",
    doc="One row per person.",
)

IDENTIFIERS = MartTable(
    "identifiers",
    _columns("identifier_id int64", "profile_id int64", "kind string", "value string"),
    key="identifier_id",
    person_column="identifier_id",
    doc="Which identifier belongs to which person.",
)

ORDERS = MartTable(
    "orders",
    _columns(
        "order_key int64",
        "external_id string",
        "identifier_id int64? # null: a guest",
        *_WHEN,
        "place string",
        "channel string",
        "currency string # ISO 4217",
        "status string # accepted, cancelled or pending",
        "is_return bool # the order's amount is below zero",
        "is_priced bool # false where the file tells no prices: the order counts",
        "amount_minor int64 # revenue: goods, postage, fees, discounts and refunds",
        "goods_minor int64 # goods, discounts and refunds",
        "refund_minor int64 # money given back, above zero; of a return its whole amount",
        "discount_minor int64 # money taken off, above zero",
        "tax_minor int64 # tax stated on top",
        "tip_minor int64",
        "line_count int32",
        "import_id int64",
    ),
    key="order_key",
    person_column="identifier_id",
    doc="One row per order, returns included.",
)

ORDER_LINES = MartTable(
    "order_lines",
    _columns(
        "line_key int64",
        "order_key int64",
        "product_key int64? # null: not a product (postage, a discount on the whole order)",
        "sku string",
        "name string",
        "category string",
        "kind string # goods, postage, fee, discount, refund, tax, tip or payment",
        "quantity double",
        "unit_price double # major units",
        "amount_minor int64",
        "identifier_id int64?",
        *_WHEN,
        "place string",
        "channel string",
        "currency string",
        "status string",
        "is_return bool",
        "is_priced bool",
        "is_repeat bool # the same line stood in the file before",
        "import_id int64",
    ),
    key="line_key",
    person_column="identifier_id",
    doc="One row per line of an order; every amount of an order is a line.",
)

PRODUCTS = MartTable(
    "products",
    _columns(
        "product_key int64",
        "sku string",
        "name string",
        "category string",
        "price_minor int64?",
        "currency string",
        "import_id int64",
    ),
    key="product_key",
    person_column=None,
    doc="One row per product.",
)

FEEDBACK = MartTable(
    "feedback",
    _columns(
        "feedback_key int64",
        "identifier_id int64?",
        "happened_at timestamp",
        "local_on date",
        "origin string",
        "rating int8?",
        "rating_max int8",
        "stars int8? # the nearest whole star out of five; null: no rating",
        "text string",
        "author string",
        "replied_at timestamp?",
        "place string",
        "import_id int64",
    ),
    key="feedback_key",
    person_column="identifier_id",
    doc="Reviews and answers as they were given.",
)

BOOKINGS = MartTable(
    "bookings",
    _columns(
        "booking_key int64",
        "identifier_id int64?",
        "booked_at timestamp?",
        "starts_at timestamp",
        *_WHEN[1:],
        "ends_at timestamp?",
        "what string",
        "status string # booked, kept, cancelled or no_show",
        "party int32?",
        "amount_minor int64?",
        "currency string",
        "place string",
        "channel string # by which way it was booked",
        "staff string # who serves",
        "import_id int64",
    ),
    key="booking_key",
    person_column="identifier_id",
    doc="Appointments, tables and stays.",
)

EVENTS = MartTable(
    "events",
    _columns(
        "event_key int64",
        "identifier_id int64?",
        "name string",
        "happened_at timestamp",
        "local_on date",
        "properties string # JSON",
        "import_id int64",
    ),
    key="event_key",
    person_column="identifier_id",
    doc="Everything else that happened.",
)

TABLES: dict[str, MartTable] = {
    table.name: table
    for table in (
        PROFILES,
        IDENTIFIERS,
        ORDERS,
        ORDER_LINES,
        PRODUCTS,
        FEEDBACK,
        BOOKINGS,
        EVENTS,
    )
}
