from __future__ import annotations

from datetime import UTC, datetime

from regulars.sources.files.readers.feedback import original_words
from regulars.sources.files.records import Rejected

from .test_shapes_sales import read


def test_shopify_customers_old_and_new() -> None:
    new = {
        "Customer ID": "'9013808660771", "First Name": "Jamel", "Last Name": "Crooks",
        "Email": "jamel.crooks@shop.example", "Accepts Email Marketing": "yes",
        "Default Address City": "Port Erin",
        "Default Address Zip": "'T1H 2R5", "Phone": "'+447700900123", "Accepts SMS Marketing": "no",
        "Total Spent": "997.98", "Total Orders": "1", "Tags": "VIP",
        "Birth date (customer.metafields.facts.birth_date)": "1990-01-02",
    }  # fmt: skip
    [row] = read(new)
    assert row.record_id == "9013808660771"
    assert row.identifiers == (
        ("customer_id:shopify", "9013808660771"), ("email", "jamel.crooks@shop.example"), ("phone",
        "+447700900123"),
    )  # fmt: skip
    assert row.traits["name"] == "Jamel Crooks" and row.traits["postcode"] == "T1H 2R5"
    assert row.traits["Birth date (customer.metafields.facts.birth_date)"] == "1990-01-02"
    assert "Total Spent" not in row.traits
    assert [(c, s) for c, s, _, _ in row.consents] == [("email", "granted"), ("sms", "unknown")]
    assert row.consents[0][3] == "Shopify customers: Accepts Email Marketing = yes"
    old = {
        "First Name": "A", "Last Name": "B", "Email": "a@b.example", "Accepts Marketing": "no",
        "City": "Ulm",
        "Country": "Germany", "Total Spent": "1", "Total Orders": "1",
    }  # fmt: skip
    [row] = read(old)
    assert row.record_id == "a@b.example" and row.traits["city"] == "Ulm"


def test_people_without_anything_that_points_at_them_cannot_land() -> None:
    [row] = read(
        {
            "Email": "none@none.com",
            "Total Spent": "1",
            "Total Orders": "1",
            "Accepts Marketing": "no",
        }
    )
    assert isinstance(row, Rejected) and row.reason == "no_identifier"


def test_square_customers() -> None:
    base = {"First Name": "Ana", "Last Name": "B", "Email Address": "ana@b.example",
    "Phone Number": "",
            "Square Customer ID": "SQ1", "Email Subscription Status": "Subscribed"}  # fmt: skip
    rows = read(
        base,
        base | {"Email Subscription Status": "Unsubscribed"},
        base | {"Email Subscription Status": "Unknown"},
    )
    assert [row.consents[0][1] for row in rows] == ["granted", "withdrawn", "unknown"]
    assert rows[0].identifiers[0] == ("customer_id:square", "SQ1")


MAILCHIMP = {
    "Email Address": "Mc@list.example", "First Name": "Marc", "Last Name": "C", "Zip Code": "2801",
    "MEMBER_RATING": "2", "OPTIN_TIME": "2020-02-03 04:05:06", "OPTIN_IP": "1.2.3.4",
    "CONFIRM_TIME": "2020-02-03 04:06:00", "CC": "NL", "LAST_CHANGED": "2021-01-01 00:00:00",
    "LEID": "123",
    "EUID": "abc", "NOTES": "", "TAGS": '"VIP","Blog"', "Favourite cake": "Lemon",
}  # fmt: skip


def test_mailchimp_subscribed() -> None:
    [row] = read(MAILCHIMP)
    at = datetime(2020, 2, 3, 4, 6, tzinfo=UTC)
    assert row.consents == (("email", "granted", at, "Mailchimp: subscribed"),)
    assert row.events == (("subscribed", at),)
    assert row.record_id == "123" and row.identifiers == (("email", "mc@list.example"),)
    assert (
        row.traits["Favourite cake"] == "Lemon"
        and "EUID" not in row.traits
        and "OPTIN_IP" not in row.traits
    )
    assert row.happened_at == datetime(2021, 1, 1, tzinfo=UTC)


def test_mailchimp_unsubscribed_and_cleaned() -> None:
    [gone] = read(MAILCHIMP | {"UNSUB_TIME": "2022-05-06 07:08:09", "UNSUB_REASON": "N/A"})
    left = datetime(2022, 5, 6, 6, 8, 9, tzinfo=UTC)
    assert gone.consents == (("email", "withdrawn", left, "Mailchimp: unsubscribed"),)
    assert [name for name, _ in gone.events] == ["subscribed", "unsubscribed"]
    [cleaned] = read(MAILCHIMP | {"CLEAN_TIME": "2022-05-06 07:08:09", "CLEAN_CAMPAIGN_ID": "1"})
    assert cleaned.consents[0][1] == "withdrawn" and "mail came back" in cleaned.consents[0][3]
    [never] = read(MAILCHIMP | {"OPTIN_TIME": "", "CONFIRM_TIME": ""})
    assert never.consents[0][1] == "unknown" and never.events == ()


def test_the_other_audiences() -> None:
    [brevo] = read({"EMAIL": "br@x.example", "LASTNAME": "Durand", "FIRSTNAME": "Bruno",
    "SMS": "33611111111",
                    "EMAIL_BLACKLISTED": "Yes", "SMS_BLACKLISTED": "No",
                    "ADDED_TIME": "12-04-2022 09:30"},
                   country="FR", zone="Europe/Paris")  # fmt: skip
    assert [(c, s) for c, s, _, _ in brevo.consents] == [("email", "withdrawn"), ("sms", "granted")]
    assert ("phone", "+33611111111") in brevo.identifiers
    assert brevo.events == (("subscribed", datetime(2022, 4, 12, 7, 30, tzinfo=UTC)),)
    [klaviyo] = read({"Email": "k@x.example", "Klaviyo ID": "01H",
    "Email Marketing Consent": "SUBSCRIBED",
                      "Date Added": "2024-01-02 03:04:05"})  # fmt: skip
    assert klaviyo.consents[0][:2] == ("email", "granted")
    [active] = read({"Email": "a@x.example", "First Name": "A", "Date Created": "2024-01-02",
    "IP": "1.1.1.1",
                     "Status": "Unsubscribed"})  # fmt: skip
    assert active.consents[0][1] == "withdrawn" and "IP" not in active.traits
    [kit] = read(
        {"first_name": "A", "email": "a@x.example", "created_at": "2024-01-02", "status": "active"}
    )
    assert kit.consents[0][1] == "granted"
    [systeme] = read(
        {"Email": "s@x.example", "First name": "S", "Surname": "T", "Date registered": "2024-01-02"}
    )
    assert systeme.consents == () and systeme.traits["name"] == "S T"
    [report] = read(
        {"Campaign Name": "May", "Total Recipients": "9", "Unique Opens": "3", "Campaign ID": "c"}
    )
    assert isinstance(report, Rejected) and report.reason == "not_a_record"


def test_address_books() -> None:
    [hubspot] = read({"Record ID": "101", "First Name": "Camille", "Last Name": "Durand",
    "Email": "",
                      "Phone Number": "+33 6 00 00 00 00", "Contact owner": "",
                      "Lead Status": "NEW",
                      "Create Date": "2024-03-12 09:14"})  # fmt: skip
    assert hubspot.identifiers[0] == ("customer_id:hubspot", "101")
    [google] = read({"First Name": "Ana", "Last Name": "B", "E-mail 1 - Label": "* Home",
                     "E-mail 1 - Value": "ana@x.example ::: ana2@x.example",
                     "Phone 1 - Label": "Mobile",
                     "Phone 1 - Value": "07700 900123 ::: 020 7946 0018",
                     "Photo": "https://x.example/p",
                     "Labels": "* myContacts", "Birthday": "1980-01-01"})  # fmt: skip
    assert google.identifiers == (("email", "ana@x.example"), ("phone", "+447700900123"))
    assert google.traits["birthday"] == "1980-01-01" and "Photo" not in google.traits


REVIEW = {
    "name": "accounts/1/locations/2/reviews/3", "reviewer.displayName": "Jo", "starRating": "FOUR",
    "comment": "Lovely buns", "createTime": "2024-05-06T07:08:09.123456Z",
    "updateTime": "2024-05-06T07:08:09Z",
    "reviewReply.comment": "Thank you", "reviewReply.updateTime": "2024-05-07T07:08:09Z",
}  # fmt: skip


def test_google_reviews() -> None:
    first, silent = read(
        REVIEW, REVIEW | {"comment": "", "reviewReply.comment": "", "reviewReply.updateTime": ""}
    )
    assert first.record_id == "locations/2/reviews/3" and (first.rating, first.rating_max) == (4, 5)
    assert first.text == "Lovely buns" and first.reply_text == "Thank you" and first.author == "Jo"
    assert (
        first.replied_at == datetime(2024, 5, 7, 7, 8, 9, tzinfo=UTC) and first.origin == "google"
    )
    assert silent.text == "" and silent.replied_at is None


def test_reviews_keep_their_authors_words() -> None:
    assert (
        original_words("(Translated by Google) Good bread\n\n(Original)\nGutes Brot")
        == "Gutes Brot"
    )
    assert original_words("Gutes Brot\n\n(Translated by Google)\nGood bread") == "Gutes Brot"
    assert original_words("Good bread") == "Good bread"


def test_products() -> None:
    columns = {"Handle": "pot", "Title": "Clay Pot", "Type": "Outdoor", "Published": "true",
    "Option1 Name": "Size",
               "Option1 Value": "Regular", "Variant SKU": "", "Variant Price": "9.99",
               "Image Src": "x"}  # fmt: skip
    later = {"Handle": "pot", "Option1 Value": "Large", "Variant Price": "15.99"}
    first, second, picture = read(columns, later, {"Handle": "pot", "Image Src": "y"})
    assert (first.record_id, first.name, first.price_minor) == (
        "pot/Regular",
        "Clay Pot – Regular",
        999,
    )
    assert (second.record_id, second.name, second.category) == (
        "pot/Large",
        "Clay Pot – Large",
        "Outdoor",
    )
    assert isinstance(picture, Rejected) and picture.reason == "not_a_record"
    [woo] = read({"ID": "9", "Type": "simple", "SKU": "W-1", "Name": "Tea", "Published": "1",
    "Regular price": "4.50",
                  "Categories": "Drinks > Tea"})  # fmt: skip
    assert (woo.sku, woo.price_minor, woo.is_active, woo.category) == (
        "W-1",
        450,
        True,
        "Drinks > Tea",
    )


def test_booking_com() -> None:
    stay = {
        "Reservation number": "42", "Booked on": "2026-01-02", "Arrival": "2026-03-04",
        "Departure": "2026-03-06",
        "Booker name": "Jo", "Guest name": "Jo", "Persons": "2", "Final amount": "180.50",
        "Status": "OK",
        "Currency": "EUR", "Property name": "Mill", "Original amount": "200.00",
    }  # fmt: skip
    kept, off, missed = read(stay, stay | {"Status": "CANCELLED"}, stay | {"Status": "NO_SHOW"})
    assert (kept.status, off.status, missed.status) == ("kept", "cancelled", "no_show")
    assert (
        kept.amount_minor == 18050
        and kept.currency == "EUR"
        and kept.party == 2
        and kept.place == "Mill"
    )
    assert kept.starts_at == datetime(2026, 3, 4, tzinfo=UTC) and kept.booked_at == datetime(
        2026, 1, 2, tzinfo=UTC
    )
    listed = {"Book number": "43", "Booked by": "Ana", "Check-in": "2026-07-01",
    "Check-out": "2026-07-03",
              "Status": "ok", "People": "3", "Price": "300 USD"}  # fmt: skip
    [row] = read(listed)
    assert (row.amount_minor, row.currency, row.status) == (30000, "USD", "booked")
    assert row.traits == {"name": "Ana", "channel": "Booking.com"}


def test_airbnb() -> None:
    stay = {
        "Confirmation code": "HM1", "Status": "Past guest", "Guest name": "Ana B",
        "Contact": "+44 7700 900123",
        "# of adults": "2", "# of children": "1", "# of infants": "0", "Start date": "12/30/2025",
        "End date": "1/2/2026", "# of nights": "3", "Booked": "2025-11-01", "Listing": "Loft",
        "Earnings": "€1,234.56",
    }  # fmt: skip
    kept, off = read(stay, stay | {"Status": "Canceled by guest", "Earnings": "€0.00"})
    assert kept.status == "kept" and kept.party == 3 and kept.what == "Loft"
    assert (kept.amount_minor, kept.currency) == (123456, "EUR")
    assert kept.starts_at == datetime(2025, 12, 30, tzinfo=UTC) and kept.ends_at == datetime(
        2026, 1, 2, tzinfo=UTC
    )
    assert kept.identifiers == (("phone", "+447700900123"),) and off.status == "cancelled"


def test_appointments() -> None:
    acuity = {
        "Start Time": "March 3, 2026 9:00 am", "End Time": "March 3, 2026 9:45 am",
        "First Name": "Ana",
        "Last Name": "B", "Phone": "07700 900123", "Email": "ana@x.example", "Type": "Haircut",
        "Calendar": "Joanne",
        "Date Scheduled": "2026-02-20", "Appointment Price": "35.00", "Canceled": "",
    }  # fmt: skip
    row, off = read(acuity, acuity | {"Canceled": "yes"})
    assert row.what == "Haircut" and row.amount_minor == 3500 and row.status == "booked"
    assert row.traits == {"first_name": "Ana", "last_name": "B", "name": "Ana B", "staff": "Joanne"}
    assert row.ends_at == datetime(2026, 3, 3, 9, 45, tzinfo=UTC) and off.status == "cancelled"
    fresha = {
        "Appointment reference": "#9", "Client": "Ana", "Scheduled date": "3 Mar 2026",
        "Scheduled time": "14:00",
        "Duration": "1h 30min", "Services": "Colour", "Status": "No-show",
    }  # fmt: skip
    missed, done = read(fresha, fresha | {"Status": "Completed"})
    assert missed.status == "no_show" and done.status == "kept" and done.what == "Colour"
    assert missed.ends_at == datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
    table = {
        "Visit Date": "2026-03-03",
        "Visit Time": "7:30 PM",
        "Guest Name": "Ana",
        "Size": "4",
        "Status": "Seated",
    }
    [seated] = read(table)
    assert seated.status == "kept" and seated.party == 4 and seated.starts_at.hour == 19
    room = {"Reservation Number": "R1", "Check in Date": "13/02/2026",
    "Check out Date": "15/02/2026", "Status": "Checked Out",
            "Grand Total": "210.00", "Adults": "2", "Children": "1", "Name": "Jo",
            "Email": "jo@x.example"}  # fmt: skip
    [stay] = read(room)
    assert stay.status == "kept" and stay.party == 3 and stay.amount_minor == 21000
