"""The fields that a column can fill, for each kind of file: what `--map` and the page offer."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kernel.telling import told

KINDS = (
    told("sales"),
    told("customers"),
    told("products"),
    told("audience"),
    told("reviews"),
    told("bookings"),
    told("events"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column can say. ``form`` is text, number, money, date, time, id, email, phone,
    yes or currency: what its cells must look like."""

    name: str
    title: str
    required: bool = False
    doc: str = ""
    form: str = "text"


_WHO = (
    Field(
        "customer_id", told("Customer number"), doc="The till's or shop's own number.", form="id"
    ),
    Field("email", told("E-mail"), form="email"),
    Field("phone", told("Phone"), form="phone"),
    Field("card", told("Loyalty card"), form="id"),
)
_TRAITS = (
    Field("name", told("Full name")),
    Field("first_name", told("First name")),
    Field("last_name", told("Last name")),
    Field("company", told("Company")),
    Field("street", told("Street")),
    Field("city", told("Town")),
    Field("region", told("Region")),
    Field("postcode", told("Postcode")),
    Field("country", told("Country")),
)
TRAIT_NAMES = (
    *(entry.name for entry in _TRAITS),
    "birthday",
    "gender",
    "language",
    "tags",
    "note",
)
_PEOPLE = (
    Field(
        "record_id",
        told("Record number"),
        doc="Default: the customer number, e-mail or phone.",
        form="id",
    ),
    *_WHO,
    Field("email_2", told("Second e-mail"), form="email"),
    Field("email_3", told("Third e-mail"), form="email"),
    Field("phone_2", told("Second phone"), form="phone"),
    Field("phone_3", told("Third phone"), form="phone"),
    *_TRAITS,
    Field("birthday", told("Birthday"), form="date"),
    Field("gender", told("Gender")),
    Field("language", told("Language")),
    Field("tags", told("Tags")),
    Field("note", told("Note")),
    Field(
        "consent_email",
        told("Allows e-mail"),
        doc="Yes, no, subscribed, unsubscribed …",
        form="yes",
    ),
    Field("consent_sms", told("Allows text messages"), form="yes"),
    Field("consent_post", told("Allows post"), form="yes"),
    Field("blocked_email", told("Refuses e-mail"), doc="Yes where a stop is recorded.", form="yes"),
    Field("blocked_sms", told("Refuses text messages"), form="yes"),
    Field("subscribed_at", told("Subscribed at"), form="date"),
    Field("confirmed_at", told("Confirmed at"), form="date"),
    Field("unsubscribed_at", told("Unsubscribed at"), form="date"),
    Field("changed_at", told("Changed at"), form="date"),
)

FIELDS: dict[str, list[Field]] = {
    "sales": [
        Field(
            "order_id",
            told("Order number"),
            doc="Default: made of customer and instant.",
            form="id",
        ),
        Field(
            "line_id",
            told("Line number"),
            doc="Only if it stays the same in later exports.",
            form="id",
        ),
        Field("date", told("Date"), required=True, doc="Day, or day and time.", form="date"),
        Field("time", told("Time"), doc="Where it stands in its own column.", form="time"),
        Field("zone", told("Time zone")),
        Field("sku", told("Article number"), form="id"),
        Field("item", told("Article")),
        Field("variant", told("Variant")),
        Field("category", told("Category")),
        Field(
            "quantity", told("Quantity"), doc="Default 1; below zero is a return.", form="number"
        ),
        Field("unit_price", told("Price of one"), form="money"),
        Field("amount", told("Amount of the line"), doc="Default: quantity × price.", form="money"),
        Field(
            "kind", told("Kind of line"), doc="Goods, postage, fee, discount, refund, tax or tip."
        ),
        Field(
            "lines",
            told("Lines of the order"),
            doc="All in one cell: name:Tea|quantity:2|total:7.00;name:Cup …, or JSON.",
        ),
        Field("discount", told("Discount"), form="money"),
        Field("postage", told("Postage"), form="money"),
        Field("fee", told("Fee charged"), form="money"),
        Field("tax", told("Tax on top"), form="money"),
        Field("tip", told("Tip"), form="money"),
        Field("refund", told("Refunded"), form="money"),
        Field(
            "refunds", told("List of refunds"), doc="Where no column has their sum: amount:5.00 …"
        ),
        Field(
            "subtotal",
            told("Sum of the goods"),
            doc="Of the order, to tell how taxes are stated.",
            form="money",
        ),
        Field("total", told("Sum of the order"), form="money"),
        Field("duties", told("Customs duties"), form="money"),
        Field("line_discount", told("Discount on the line"), form="money"),
        Field("status", told("State of the order")),
        Field("cancelled", told("Cancelled"), form="yes"),
        Field("cancelled_at", told("Cancelled at"), form="date"),
        Field("captured", told("Money was taken"), form="yes"),
        Field(
            "gift_cards",
            told("Gift cards sold"),
            doc="Kept, but not revenue until spent.",
            form="money",
        ),
        Field(
            "refunded_to",
            told("Refunded to"),
            doc="E-mail on a row that gives money back.",
            form="email",
        ),
        Field("event", told("What happened"), doc="Payment, refund, transfer …"),
        Field("reference", told("Number of the sale it belongs to"), form="id"),
        Field("currency", told("Currency"), form="currency"),
        Field("place", told("Place")),
        Field("channel", told("Channel")),
        *_WHO,
        *_TRAITS,
    ],
    "customers": list(_PEOPLE),
    "audience": list(_PEOPLE),
    "products": [
        Field("record_id", told("Product number"), form="id"),
        Field("sku", told("Article number"), form="id"),
        Field("item", told("Name"), required=True),
        Field("variant", told("Variant")),
        Field("category", told("Category")),
        Field("unit_price", told("Price"), form="money"),
        Field("currency", told("Currency"), form="currency"),
        Field("is_active", told("On sale"), form="yes"),
    ],
    "reviews": [
        Field("record_id", told("Review number"), form="id"),
        Field("date", told("Date"), required=True, form="date"),
        Field("time", told("Time"), form="time"),
        Field("rating", told("Rating"), form="number"),
        Field("rating_max", told("Best rating"), doc="Default 5.", form="number"),
        Field("title", told("Heading")),
        Field("text", told("Words")),
        Field("author", told("Author")),
        Field("reply_text", told("Our reply")),
        Field("replied_at", told("Replied at"), form="date"),
        Field("place", told("Place")),
        Field("origin", told("Where it was written")),
        *_WHO,
    ],
    "bookings": [
        Field("record_id", told("Booking number"), form="id"),
        Field("starts_at", told("Begins"), required=True, form="date"),
        Field("start_time", told("Begins at"), form="time"),
        Field("ends_at", told("Ends"), form="date"),
        Field("end_time", told("Ends at"), form="time"),
        Field("zone", told("Time zone")),
        Field("duration", told("Length"), doc="Minutes, or 1h 30min."),
        Field("nights", told("Nights"), form="number"),
        Field("booked_at", told("Booked at"), form="date"),
        Field("lead_days", told("Days booked ahead"), form="number"),
        Field("what", told("What is booked")),
        Field("status", told("State")),
        Field("cancelled", told("Cancelled"), form="yes"),
        Field("no_show", told("Did not come"), form="yes"),
        Field("party", told("People"), form="number"),
        Field("amount", told("Price"), form="money"),
        Field("rate", told("Price of a night"), form="money"),
        Field("currency", told("Currency"), form="currency"),
        Field("place", told("Place")),
        Field("staff", told("Served by")),
        Field("channel", told("Channel")),
        *_WHO,
        *_TRAITS,
    ],
    "events": [
        Field("record_id", told("Event number"), doc="Stays the same in later exports.", form="id"),
        Field("what", told("What happened"), required=True, doc="Opened, clicked, product seen …"),
        Field("date", told("Date"), required=True, doc="Day and time.", form="date"),
        Field("time", told("Time"), form="time"),
        Field("zone", told("Time zone")),
        Field("page", told("Page or link"), doc="Kept without what follows a ? or #."),
        Field("title", told("Title of the page")),
        Field("campaign", told("Campaign")),
        *_WHO,
    ],
}
