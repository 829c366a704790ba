"""Newsletter audiences: Mailchimp, Klaviyo, Brevo, ActiveCampaign, Kit, Systeme.io."""

from __future__ import annotations

from dataclasses import replace

from regulars.kernel.telling import told

from ..plan import Reader, plain
from ..readers.columns import Columns
from ..readers.people import build_people
from .shape import Shape, fields

_TECHNICAL = (
    "MEMBER_RATING|OPTIN_IP|CONFIRM_IP|LATITUDE|LONGITUDE|GMTOFF|DSTOFF|TIMEZONE|LEID|EUID|"
    "UNSUB_CAMPAIGN_TITLE|UNSUB_CAMPAIGN_ID|CLEAN_CAMPAIGN_TITLE|CLEAN_CAMPAIGN_ID|OPTIN_TIME"
)


def read_mailchimp(columns: Columns) -> Reader:
    """Compile the reader of a Mailchimp audience.

    Mailchimp hands out three files: subscribed, unsubscribed (with UNSUB_TIME) and cleaned (with
    CLEAN_TIME: mail came back for good). The columns tell which one this is.
    """
    names = {plain(name) for name in columns.names}
    options = dict(columns.mapping.options)
    if names & {"unsub_time", "unsub_reason"}:
        options |= {"email_state": "withdrawn", "origin": "Mailchimp: unsubscribed"}
    elif "clean_time" in names:
        options |= {"email_state": "withdrawn", "origin": "Mailchimp: cleaned, mail came back"}
    else:
        options |= {"origin": "Mailchimp: subscribed"}
    columns.mapping = replace(columns.mapping, options=options)
    return build_people(columns)


MAILCHIMP = Shape(
    name="mailchimp_audience",
    title=told("Mailchimp audience"),
    kind="audience",
    namespace="mailchimp",
    required=("Email Address", "LEID|EUID", "OPTIN_TIME|CONFIRM_TIME|LAST_CHANGED|MEMBER_RATING"),
    optional=("OPTIN_IP", "CC", "REGION", "UNSUB_TIME", "CLEAN_TIME"),
    fields=fields(
        record_id="LEID", email="Email Address", first_name="First Name", last_name="Last Name",
        phone="Phone Number|Phone", city="City", postcode="Zip Code|Postcode", country="CC",
        region="REGION", birthday="Birthday", tags="TAGS", note="NOTES", subscribed_at="OPTIN_TIME",
        confirmed_at="CONFIRM_TIME", unsubscribed_at="UNSUB_TIME|CLEAN_TIME",
        changed_at="LAST_CHANGED",
    ),
    evidence="header in four importers; no page of the vendor lists it",
    options={"ignore": _TECHNICAL},
    read=read_mailchimp,
)  # fmt: skip

KLAVIYO = Shape(
    name="klaviyo_profiles",
    title=told("Klaviyo profiles"),
    kind="audience",
    namespace="klaviyo",
    required=("Email", "Klaviyo ID"),
    optional=("Email Marketing Consent", "Profile Created On", "Date Added"),
    fields=fields(
        customer_id="Klaviyo ID", email="Email", phone="Phone Number", first_name="First Name",
        last_name="Last Name", city="City", region="State / Region", country="Country",
        postcode="Zip Code", consent_email="Email Marketing Consent",
        consent_sms="SMS Marketing Consent",
        subscribed_at="Date Added",
    ),
    evidence="header in one importer",
    options={"origin": "Klaviyo", "ignore": "Profile Created On"},
)  # fmt: skip

BREVO = Shape(
    name="brevo_contacts",
    title=told("Brevo contacts"),
    kind="audience",
    namespace="brevo",
    required=("EMAIL", "EMAIL_BLACKLISTED|SMS_BLACKLISTED"),
    optional=("LASTNAME", "FIRSTNAME", "ADDED_TIME", "MODIFIED_TIME"),
    fields=fields(
        email="EMAIL", phone="SMS", first_name="FIRSTNAME", last_name="LASTNAME",
        blocked_email="EMAIL_BLACKLISTED", blocked_sms="SMS_BLACKLISTED",
        subscribed_at="ADDED_TIME",
        changed_at="MODIFIED_TIME",
    ),
    evidence="header in one importer",
    options={"origin": "Brevo"},
)  # fmt: skip

ACTIVECAMPAIGN = Shape(
    name="activecampaign_contacts",
    title=told("ActiveCampaign contacts"),
    kind="audience",
    namespace="activecampaign",
    required=("Email", "Date Created", "IP", "Status"),
    optional=("First Name", "Last Name", "Tags", "Phone"),
    fields=fields(
        email="Email", first_name="First Name", last_name="Last Name", phone="Phone", tags="Tags",
        subscribed_at="Date Created", consent_email="Status",
    ),
    evidence="header in one importer",
    options={"origin": "ActiveCampaign", "ignore": "IP"},
)  # fmt: skip

KIT = Shape(
    name="kit_subscribers",
    title=told("Kit subscribers"),
    kind="audience",
    namespace="kit",
    required=("first_name", "email", "created_at", "status"),
    fields=fields(
        record_id="id", email="email", first_name="first_name", subscribed_at="created_at",
        consent_email="status", tags="tags",
    ),
    evidence="header in one importer",
    options={"origin": "Kit"},
)  # fmt: skip

SYSTEME_IO = Shape(
    name="systeme_io_contacts",
    title=told("Systeme.io contacts"),
    kind="audience",
    namespace="systeme_io",
    required=("Email", "First name", "Surname", "Date registered"),
    optional=("Phone number", "Country", "Tags"),
    fields=fields(
        email="Email", first_name="First name", last_name="Surname", phone="Phone number",
        country="Country", tags="Tags", changed_at="Date registered",
    ),
    evidence="header in one importer",
)  # fmt: skip

SHAPES = (MAILCHIMP, KLAVIYO, BREVO, ACTIVECAMPAIGN, KIT, SYSTEME_IO)
