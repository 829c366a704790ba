"""Words of the shop for what the floors call by short names."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KIND_WORDS = {
    "sales": _("Sales"),
    "customers": _("Customers"),
    "products": _("Products"),
    "audience": _("Newsletter audience"),
    "reviews": _("Reviews"),
    "bookings": _("Bookings"),
    "events": _("Clicks and visits"),
}
ROLE_WORDS = {
    "owner": _("Owner"),
    "manager": _("Manager"),
    "helper": _("Helper"),
    "analyst": _("Analyst"),
}
ROLE_DOES = {
    "owner": _("Everything, members, keys and backup included."),
    "manager": _("Figures, people, imports and their undo; no members, keys or erasure."),
    "helper": _("Finds people and reads reviews; sees no figures and no money."),
    "analyst": _("Reads figures, people and imports; changes nothing."),
}
POST_WORDS = {
    "waiting": _("Waits to be sent"),
    "sending": _("Is being sent"),
    "sent": _("Sent"),
    "failed": _("Could not be sent"),
    "held": _("Waits for you"),
    "dropped": _("Dropped"),
}
HELD_WORDS = {
    "no_server": _("No mail server was set when it was written."),
    "perhaps_sent": _("It may have arrived already: sending was cut off in between."),
    "overdue": _("It should have gone out more than two days ago."),
    "restored": _("It was in a backup that was put back, and may have gone out before."),
}
STAGE_WORDS = {"open": _("Open"), "won": _("Won"), "lost": _("Lost")}
FIELD_WORDS = {
    "name": _("Name"),
    "email": _("E-mail address"),
    "phone": _("Phone"),
    "message": _("Message"),
}
CHANNEL_WORDS = {"email": _("E-mail"), "sms": _("Text message"), "post": _("Post")}
ALLOWANCE_WORDS = {
    "granted": _("allowed"),
    "withdrawn": _("not allowed"),
    "unknown": _("nothing said yet"),
}
IDENTIFIER_WORDS = {
    "email": _("E-mail"),
    "phone": _("Phone"),
    "card": _("Loyalty card"),
    "customer_id": _("Customer number"),
    "anonymous_id": _("Browser or device"),
    "name": _("Name in a list"),
    "person": _("Written down by hand"),
}
WINDOW_WORDS = {
    "ever": _("in all"),
    "annually": _("in a year"),
    "monthly": _("in a month"),
    "weekly": _("in a week"),
}
DID_WORDS = {
    "order": _("Bought"),
    "return": _("Brought back"),
    "booking": _("Booked"),
    "feedback": _("Said"),
    "event": _("Did"),
    "note": _("Note"),
    "task": _("Task done"),
}
STATUS_WORDS = {
    "booked": _("booked"),
    "kept": _("came"),
    "cancelled": _("cancelled"),
    "no_show": _("did not come"),
    "pending": _("not settled yet"),
}
EVENT_WORDS = {
    "subscribed": _("Signed up for the newsletter"),
    "unsubscribed": _("Left the newsletter"),
    "Product Viewed": _("Looked at a product"),
    "Product Added": _("Put a product into the cart"),
    "Checkout Started": _("Began to check out"),
    "Order Completed": _("Ordered in the web shop"),
    "Email Opened": _("Opened a mail"),
    "Email Link Clicked": _("Clicked in a mail"),
}
ORIGIN_WORDS = {
    "declared": _("said so"),
    "observed": _("seen"),
    "computed": _("computed"),
}
# Where a review was written; nothing is said of a file of the shop's own.
VOICE_WORDS = {"google": "Google", "own": ""}
REASON_WORDS = {
    "bad_currency": _("The currency is not known"),
    "bad_date": _("The date cannot be read"),
    "bad_number": _("A number cannot be read"),
    "bad_rating": _("The rating is out of range"),
    "no_amount": _("There is no amount"),
    "bad_lines": _("The order's lines cannot be read"),
    "no_date": _("There is no date"),
    "no_feedback": _("There is neither a rating nor words"),
    "no_event": _("Nothing says what happened"),
    "no_identifier": _("Nothing says who this is"),
    "no_name": _("There is no name"),
    "no_order": _("There is no order number"),
    "not_a_record": _("This is no record, but a sum or a heading"),
    "unreadable": _("The row cannot be read"),
}
LIVE_WORDS = {
    "segment": _("A program with an SDK"),
    "web": _("Website"),
}
LIVE_ABOUT = {
    "segment": _(
        "Whatever speaks to Segment or RudderStack already: an app, a till, a web shop. Its SDK "
        "stays as it is."
    ),
    "web": _(
        "Visits, searches and orders on your own pages, by one line of code. Consent comes first."
    ),
}
LIVE_STATES = {
    "good": _("Works"),
    "silent": _("Silent for longer than usual"),
    "expected": _("Nothing came yet"),
    "problem": _("Needs you"),
    "look": _("Needs you"),
    "paused": _("Paused"),
}
DIMENSION_WORDS = {
    "place": _("Place"),
    "channel": _("Way to buy"),
    "product": _("Product"),
    "category": _("Kind of goods"),
    "weekday": _("Day of the week"),
    "hour": _("Hour"),
    "origin": _("Where the review was written"),
    "stars": _("Stars"),
}
PERIOD_WORDS = {
    "7": _("7 days"),
    "28": _("28 days"),
    "91": _("91 days"),
    "year": _("This year"),
    "12months": _("12 months"),
}
WHO_WORDS = {
    "new_customers": _("New"),
    "returning_customers": _("Came back"),
}
TRAIT_WORDS = {
    "name": _("Full name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "company": _("Company"),
    "street": _("Street"),
    "city": _("Town"),
    "region": _("Region"),
    "postcode": _("Postcode"),
    "country": _("Country"),
    "birthday": _("Birthday"),
    "gender": _("Gender"),
    "language": _("Language"),
    "tags": _("Tags"),
    "note": _("Note"),
}
TABLE_WORDS = {
    "orders": _("Sales"),
    "order_lines": _("Lines of sales"),
    "bookings": _("Bookings"),
    "feedback": _("Reviews"),
    "events": _("Events"),
    "products": _("Products"),
    "people": _("People"),
}
COLUMN_WORDS = TRAIT_WORDS | {
    "identifier_id": _("Customer"),
    "external_id": _("Number"),
    "happened_at": _("When"),
    "booked_at": _("Booked at"),
    "starts_at": _("Begins"),
    "ends_at": _("Ends"),
    "replied_at": _("Replied at"),
    "place": _("Place"),
    "channel": _("Channel"),
    "currency": _("Currency"),
    "status": _("State"),
    "item": _("Article"),
    "is_priced": _("With a price"),
    "is_repeat": _("Told twice in one file"),
    "amount_minor": _("Amount"),
    "refund_minor": _("Refunded"),
    "discount_minor": _("Discount"),
    "tax_minor": _("Tax"),
    "tip_minor": _("Tip"),
    "price_minor": _("Price"),
    "unit_price": _("Price of one"),
    "quantity": _("Quantity"),
    "sku": _("Article number"),
    "category": _("Category"),
    "kind": _("Kind"),
    "origin": _("From"),
    "rating": _("Stars"),
    "rating_max": _("Stars at most"),
    "text": _("Text"),
    "author": _("Author"),
    "what": _("What"),
    "party": _("People in it"),
    "staff": _("With whom"),
}
DECISION_WORDS = {
    "done": _("Done"),
    "snoozed": _("Later"),
    "not_useful": _("Not useful"),
}
DISMISSAL_WORDS = {
    "known": _("I knew that already"),
    "wrong": _("It is not true"),
    "small": _("It is not worth the time"),
    "cannot": _("I cannot change it"),
    "other": _("Something else"),
}
# The kinds of what is found in the sales by itself: heading, what it means, how it is found.
FINDING_WORDS: dict[str, dict[str, Promise | str]] = {
    "trend": {
        "title": _("Rising and falling"),
        "sentence": _(
            "Products and places whose last four weeks are beyond chance, the season and what the "
            "whole shop does."
        ),
        "formula": _(
            "the last four weeks against the twelve before, by itself, beside the rest, and beside "
            "the same weeks a year ago; at most 5 in 100 named are chance"
        ),
        "would_change": _("Four more weeks, or a year of history to know the season by."),
    },
    "sold_out": {
        "title": _("Sold out early"),
        "sentence": _(
            "Products whose sales stop well before closing on a weekday, while the place goes on "
            "selling other things."
        ),
        "formula": _(
            "the day's custom still to come after the last sale, against how the product sells at "
            "other places and on other days, over 26 weeks; the loss is the rate before the stop "
            "times the custom after it"
        ),
        "would_change": _("More on the shelf on those days, or opening hours that are set."),
    },
    "association": {
        "title": _("What goes with what"),
        "sentence": _(
            "Products that stand in one order more often than chance, the hour, the season and the "
            "size of the order explain."
        ),
        "formula": _(
            "orders with both ÷ orders that would hold both if the two had nothing to do with each "
            "other, among orders of the same till, season and part of the day, over 52 weeks"
        ),
        "would_change": _("More orders; or where the two lie in the shop."),
    },
    "hour": {
        "title": _("Hours that lose people"),
        "sentence": _(
            "Hours after which the same people come back less often than after their other visits."
        ),
        "formula": _(
            "share of visits followed by another within twice the person's usual pause, each "
            "person compared with themselves, over 104 weeks; the price is visits lost × average "
            "order"
        ),
        "would_change": _("A shorter wait at that hour, or more visits of people who are known."),
    },
}
