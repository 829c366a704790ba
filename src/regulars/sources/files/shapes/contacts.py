"""Address books and reviews: HubSpot, Google Contacts, Google Business reviews."""

from __future__ import annotations

import re

from regulars.kernel.telling import told

from ..plan import Reader
from ..readers.columns import Columns
from ..readers.feedback import build_feedback
from ..readers.rows import Cells
from ..records import FeedbackRow, Record
from ..takeout import PLACE_COLUMN, place_of
from .shape import Shape, fields

_LOCATION = re.compile(r"locations/([^/]+)(?=/reviews/)")


def read_google_reviews(columns: Columns) -> Reader:
    """Compile the reader of reviews; ids lose the account, which differs between exports.

    A review's place is the title of its location, without the business's name in front. Where a
    file has the reviews of several locations and no titles, the locations' numbers tell them apart.
    """
    read_one = build_feedback(columns)
    ids = columns.raw("record_id")
    numbers = {found[1] for cells in columns.head if (found := _LOCATION.search(ids(cells)))}
    business = columns.context.business

    def read(row_no: int, cells: Cells) -> Record:
        row = read_one(row_no, cells)
        if isinstance(row, FeedbackRow):
            found = _LOCATION.search(row.record_id)
            if found:
                row.record_id = row.record_id[found.start() :]
            if row.place:
                row.place = place_of(row.place, business)
            elif found and len(numbers) > 1:
                row.place = found[1]
        return row

    return read


HUBSPOT = Shape(
    name="hubspot_contacts",
    title=told("HubSpot contacts"),
    kind="customers",
    namespace="hubspot",
    required=("Record ID", "Email|First Name",
    "Contact owner|Lifecycle Stage|Lead Status|Create Date"),
    optional=("Last Modified Date", "Lead Source", "Associated Company", "Phone Number"),
    fields=fields(
        customer_id="Record ID", email="Email", phone="Phone Number|Mobile Phone Number",
        first_name="First Name", last_name="Last Name", company="Company Name|Associated Company",
        city="City", postcode="Postal Code", country="Country/Region",
        changed_at="Last Modified Date",
    ),
    evidence="headers of three exports (the view decides); no page of the vendor lists them",
    options={"origin": "HubSpot contacts",
    "ignore": "Associated Deal|Associated Deal IDs|Create Date"},
)  # fmt: skip

GOOGLE_CONTACTS = Shape(
    name="google_contacts",
    title=told("Google Contacts"),
    kind="customers",
    namespace="google_contacts",
    required=("E-mail 1 - Value|Phone 1 - Value", "First Name|Given Name|Name"),
    optional=("E-mail 1 - Label", "E-mail 1 - Type", "Phonetic First Name", "Labels",
    "Group Membership"),
    fields=fields(
        email="E-mail 1 - Value", email_2="E-mail 2 - Value", email_3="E-mail 3 - Value",
        phone="Phone 1 - Value", phone_2="Phone 2 - Value", phone_3="Phone 3 - Value",
        first_name="First Name|Given Name", last_name="Last Name|Family Name",
        company="Organization Name|Organization 1 - Name", street="Address 1 - Street",
        city="Address 1 - City", region="Address 1 - Region", postcode="Address 1 - Postal Code",
        country="Address 1 - Country", birthday="Birthday", tags="Labels|Group Membership",
        note="Notes",
    ),
    evidence="headers of two exports; no page of the vendor lists them",
    options={"extras": "no"},
)  # fmt: skip

GOOGLE_REVIEWS = Shape(
    name="google_reviews",
    title=told("Google Business reviews"),
    kind="reviews",
    namespace="google",
    required=("starRating", "createTime", "reviewer.displayName|reviewer|name"),
    optional=("updateTime", "comment", "reviewReply.comment", "reviewReply.updateTime"),
    fields=fields(
        record_id="reviewId|name", date="createTime", rating="starRating", text="comment",
        author="reviewer.displayName", reply_text="reviewReply.comment",
        replied_at="reviewReply.updateTime", place=f"{PLACE_COLUMN}|locationName|location.name",
    ),
    evidence="developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews",
    verified=True,
    options={"origin": "google"},
    read=read_google_reviews,
)  # fmt: skip

SHAPES = (HUBSPOT, GOOGLE_CONTACTS, GOOGLE_REVIEWS)
