"""Bookings: Booking.com, Airbnb, Acuity, Fresha, OpenTable, property systems."""

from __future__ import annotations

from regulars.kernel.telling import told

from .shape import Shape, fields

BOOKING_STATEMENT = Shape(
    name="booking_statement",
    title=told("Booking.com reservation statement"),
    kind="bookings",
    namespace="booking",
    required=("Reservation number", "Arrival", "Departure", "Guest name|Booker name", "Status"),
    optional=("Invoice number", "Room nights", "Commission %", "Final amount", "Original amount"),
    fields=fields(
        record_id="Reservation number", booked_at="Booked on", starts_at="Arrival",
        ends_at="Departure",
        name="Booker name|Guest name", party="Persons", amount="Final amount|Original amount",
        currency="Currency", status="Status", place="Property name", city="City", country="Country",
        channel="=Booking.com",
    ),
    evidence="header in one importer; no page of the vendor lists it",
    options={"status": "ok=kept"},
)  # fmt: skip

BOOKING_RESERVATIONS = Shape(
    name="booking_reservations",
    title=told("Booking.com reservations"),
    kind="bookings",
    namespace="booking",
    required=("Book number", "Check-in", "Check-out", "Status"),
    optional=("Booked by", "Guest name(s)", "People", "Price", "Commission amount"),
    fields=fields(
        record_id="Book number", booked_at="Booked on", starts_at="Check-in", ends_at="Check-out",
        name="Booked by|Guest name(s)", party="People|Persons|Adults", amount="Price",
        status="Status",
        what="Unit type", phone="Phone number", country="Booker country", channel="=Booking.com",
    ),
    evidence="columns named in one importer; no page of the vendor lists them",
    options={"status": "ok=booked"},
)  # fmt: skip

AIRBNB = Shape(
    name="airbnb_reservations",
    title=told("Airbnb reservations"),
    kind="bookings",
    namespace="airbnb",
    required=("Confirmation code", "Status", "Guest name", "Start date", "End date"),
    optional=("# of adults", "# of nights", "Booked", "Listing", "Earnings", "Contact"),
    fields=fields(
        record_id="Confirmation code", status="Status", name="Guest name", phone="Contact",
        party="# of adults + # of children + # of infants|# of adults", starts_at="Start date",
        ends_at="End date", booked_at="Booked", what="Listing", amount="Earnings",
        channel="=Airbnb",
    ),
    evidence="headers of two exports; no page of the vendor lists them",
    options={"status": "past guest=kept|currently hosting=kept"},
)  # fmt: skip

ACUITY = Shape(
    name="acuity_appointments",
    title=told("Acuity appointments"),
    kind="bookings",
    namespace="acuity",
    required=(
        "Start Time|Start Date and Time", "End Time|End Date and Time", "First Name|Client Name",
        "Type|Appointment Type", "Calendar",
    ),
    optional=("Date Scheduled", "Appointment Price", "Appointment ID", "Paid?", "Canceled",
    "Notes"),
    fields=fields(
        record_id="Appointment ID", starts_at="Start Time|Start Date and Time",
        ends_at="End Time|End Date and Time", booked_at="Date Scheduled",
        what="Type|Appointment Type",
        staff="Calendar", amount="Appointment Price|Price", cancelled="Canceled|Cancelled",
        phone="Phone",
        email="Email", first_name="First Name", last_name="Last Name", name="Client Name",
    ),
    evidence="columns named in two importers; no page of the vendor lists them",
)  # fmt: skip

FRESHA = Shape(
    name="fresha_appointments",
    title=told("Fresha appointments"),
    kind="bookings",
    namespace="fresha",
    required=("Appointment reference", "Client", "Scheduled date", "Status"),
    optional=("Scheduled time", "Duration", "Services", "Created date", "Channel"),
    fields=fields(
        record_id="Appointment reference", name="Client", starts_at="Scheduled date",
        start_time="Scheduled time", duration="Duration", what="Services|Service", status="Status",
        staff="Team member", place="Location", amount="Net sales|Price", email="Email",
        booked_at="Created date", channel="Channel",
        phone="Mobile number",
    ),
    evidence="columns named in one importer; no page of the vendor lists them",
)  # fmt: skip

OPENTABLE = Shape(
    name="opentable_reservations",
    title=told("OpenTable reservations"),
    kind="bookings",
    namespace="opentable",
    required=("Visit Date", "Visit Time", "Guest Name", "Size", "Status"),
    optional=("Phone Number", "Table", "Reservation Tags"),
    fields=fields(
        starts_at="Visit Date", start_time="Visit Time", name="Guest Name", phone="Phone Number",
        email="Email", party="Size", status="Status", what="Table", channel="=OpenTable",
    ),
    evidence="part of a header in one test",
    options={"status": "seated=kept|done=kept"},
)  # fmt: skip

PROPERTY_SYSTEM = Shape(
    name="property_system_reservations",
    title=told("Property system reservations"),
    kind="bookings",
    namespace="property_system",
    required=("Reservation Number", "Check in Date", "Check out Date", "Status"),
    optional=("Third Party Confirmation Number", "Room Type", "Grand Total", "Guest Status",
    "Meal Plan"),
    fields=fields(
        record_id="Reservation Number", starts_at="Check in Date", ends_at="Check out Date",
        booked_at="Reservation Date", name="Name", email="Email", phone="Phone Number",
        party="Adults + Children|Adults", amount="Grand Total", what="Room Type", status="Status",
        channel="Source", country="Country",
    ),
    evidence="header of one unnamed property system",
)  # fmt: skip

SHAPES = (
    BOOKING_STATEMENT, BOOKING_RESERVATIONS, AIRBNB, ACUITY, FRESHA, OPENTABLE, PROPERTY_SYSTEM,
)  # fmt: skip
