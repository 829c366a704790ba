"""A marked person brought in by every way in: files, messages, forms, pages and the counter.

Everything goes through the front door, as a browser or a program would send it. `MARK` stands in
all that is said of her; what is about others names her whole, or by an address of hers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.accounts.actors import owner
from regulars.identity.models import Link, Proposal
from regulars.jobs.performing import drain
from regulars.kernel import clock
from regulars.profiles.models import Lead, LeadForm, PersonFile, SavedView, Stage, Tag
from regulars.sources import origins
from regulars.sources.intake import landing
from regulars.sources.models import Import, QuarantinedRow
from tests.sources.door import knock

MARK = "Qxzquillfeather"
LOW = MARK.lower()
NAME = f"{MARK} Stonewright"
MAIL = f"{LOW}.stonewright@example.org"
PHONE = "+447700955321"
CARD = f"{MARK.upper()}9"
NUMBER = f"{MARK}-77"
WHEN = "2025-03-01 10:00"


@dataclass(frozen=True)
class Door:
    """The owner's browser."""

    client: Client

    def send(self, path: str, **given: Any) -> Any:
        """Post a form; a refusal is a mistake of the test."""
        answer = self.client.post(path, given)
        assert answer.status_code in {200, 302}, (path, answer.status_code)
        said = [one.message for one in get_messages(answer.wsgi_request) if one.level >= 40]
        assert not said, (path, said)
        return answer

    def read(self, path: str, **query: Any) -> str:
        """Open a page."""
        answer = self.client.get(path, query)
        assert answer.status_code == 200, path
        return b"".join(answer).decode()

    def hand_in(
        self, name: str, kind: str, columns: dict[str, str], *rows: Sequence[object]
    ) -> int:
        """Hand in a file whose ``columns`` (heading → field) are chosen by hand; its import."""
        lines = [",".join(columns), *(",".join(f'"{cell}"' for cell in row) for row in rows), ""]
        file = SimpleUploadedFile(name, "\n".join(lines).encode())
        reading = self.send("/sources/new", files=[file])["Location"]
        fields = {f"c{place}": field for place, field in enumerate(columns.values())}
        begun = self.send(reading, kind=kind, **fields, do="import")["Location"]
        drain()
        return int(begun.rstrip("/").rpartition("/")[2])


def who(value: str = MAIL) -> int:
    """The person with this address or number, as the pages number them."""
    return int(Link.objects.get(identifier__value=value).profile_id)


def _weeks_ago(count: int) -> str:
    return (clock.now() - timedelta(weeks=count, days=1)).strftime("%Y-%m-%d 09:00")


def bring(door: Door) -> int:
    """Bring the marked person in by every way there is; their number."""
    _files(door)
    _messages()
    drain()
    person = who()
    _person_page(door, person)
    _counter(door, person)
    _pipeline(door, person)
    _doubts(door, person)
    _lists(door, person)
    _today(door)
    drain()
    return who()


def _files(door: Door) -> None:
    people = {
        "Number": "customer_id", "Name": "name", "E-mail": "email", "Phone": "phone",
        "Card": "card", "Second": "email_2", "Land": "country", "Company": "company",
        "Street": "street", "City": "city", "Region": "region", "Postcode": "postcode",
        "Born": "birthday", "Gender": "gender", "Language": "language", "Tags": "tags",
        "Note": "note", "Mail": "consent_email",
    }  # fmt: skip
    marked = (NUMBER, NAME, MAIL, PHONE, CARD, f"{LOW}@gmial.com", MARK, f"{MARK} Ltd",
              "1 Rye Lane", "Leeds", MARK, "LS16 7QB", "1980-04-01", MARK, MARK, MARK,
              f"{MARK} likes rye", "yes")  # fmt: skip
    others = [(f"O{n}", f"Other {n}", f"o{n}@example.org", *[""] * 13,
               f"tea with {MAIL}" if n == 7 else "", "yes") for n in range(40)]  # fmt: skip
    door.hand_in(f"{NAME}.csv", "customers", people, *others[:20], marked, *others[20:])
    sales = {
        "Order": "order_id", "Date": "date", "Mail": "email", "Sku": "sku", "Item": "item",
        "Kind": "category", "Qty": "quantity", "Price": "unit_price", "Shop": "place",
        "Way": "channel", "State": "status",
    }  # fmt: skip
    door.hand_in(
        "sales.csv", "sales", sales,
        (f"S1 {NAME}", WHEN, MAIL, f"for {NAME}", f"Cake for {NAME}", f"of {NAME}", 1, "5.00",
         f"at {NAME}", f"by {NAME}", f"paid {NAME}"),
        *[(f"S{n}-{month}", _weeks_ago(4 * month), f"o{n}@example.org", "L1", "Loaf", "Bread", 2,
           "2.50", "Market", "till", "paid") for n in range(40) for month in range(13)],
        # Every week until five weeks ago, then never again: somebody to be asked after.
        *[(f"M{n}", _weeks_ago(52 - n), MAIL, "L1", "Loaf", "Bread", 4, "9.50", "Market",
           "till", "paid") for n in range(48)],
        ("G1", WHEN, "o7@example.org", "G", f"Gift to {MAIL}", f"for {MAIL}", 1, "5.00", "Market",
         "till", "paid"),
        ("S900", f"no day {MAIL}", MAIL, "L1", "Loaf", "Bread", 1, "2.50", "Market", "till", ""),
    )  # fmt: skip
    reviews = {
        "Id": "record_id", "Date": "date", "Stars": "rating", "Words": "text", "Who": "author",
        "Reply": "reply_text", "Place": "place", "From": "origin", "Mail": "email",
    }  # fmt: skip
    door.hand_in("reviews.csv", "reviews", reviews,
                 ("R1", WHEN, 5, f"Ask for {MARK}", NAME, f"Thank you, {MARK}", f"at {NAME}",
                  f"by {NAME}", MAIL))  # fmt: skip
    bookings = {
        "Id": "record_id", "At": "starts_at", "What": "what", "State": "status", "Place": "place",
        "Staff": "staff", "Way": "channel", "Mail": "email", "Name": "name",
    }  # fmt: skip
    door.hand_in("bookings.csv", "bookings", bookings,
                 ("B1", WHEN, f"Cut for {NAME}", f"kept {NAME}", f"at {NAME}", f"by {NAME}",
                  f"by {NAME}", MAIL, NAME))  # fmt: skip
    # Without a heading the first row, which is a person's, is read as the names of the columns.
    headless = {NAME: "name", MAIL: "email", "note": "note"}
    door.hand_in("headless.csv", "customers", headless, ("Sam", "sam@example.org", "x"))
    gone = door.hand_in("gone.csv", "customers", {"Mail": "email", "Name": "name"}, (MAIL, NAME))
    door.send(f"/sources/{gone}/undo", why=f"{NAME} asked")
    door.read("/sources/cleaning")


def _messages() -> None:
    site = origins.add(owner("cli"), "web", name="Website")
    till = origins.add(owner("cli"), "webhook", name="Till", secret="signed-with-this")
    traits = {"email": MAIL, "name": NAME, "shoe": MARK}
    at = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    sent = [
        {"type": "identify", "userId": NUMBER, "anonymousId": f"{LOW}-browser", "traits": traits,
         "timestamp": at},
        {"type": "track", "event": f"Looked at {MARK}", "userId": NUMBER, "timestamp": at,
         "properties": {"page": f"/hello/{MARK}", "url": f"https://crumb.test/?mail={MAIL}"}},
        {"type": "track", "event": "Gift Sent", "userId": "somebody-else", "timestamp": at,
         "properties": {"to": MAIL}},
        {"type": "track", "userId": NUMBER, "traits": traits},
    ]  # fmt: skip
    assert knock("/v1/batch", {"batch": sent}, key=str(site.write_key)).status == 200
    sale = {"no": "A-1", "customer": {"mail": MAIL, "name": NAME}}
    headers = {"Authorization": "Bearer signed-with-this"}
    assert knock(f"/v1/hook/{till.write_key}", sale, headers=headers).status == 200
    landing.land_waiting()


def _person_page(door: Door, person: int) -> None:
    here, facts = f"/people/{person}/do", f"/people/{person}/facts"
    door.send("/settings/fields", label="Dog", kind="text")
    own = re.search(r'name="(own_\w+)"', door.read(facts))
    assert own is not None
    door.send(facts, likes=f"Rye for {MARK}", **{own[1]: MARK})
    door.send(
        facts,
        do="allow",
        channel="email",
        purpose="marketing",
        state="granted",
        said=f"{MARK} said yes",
    )
    door.send(here, do="note", text=f"@olive {MARK} asked for the corner")
    door.send(here, do="task", what=f"Call {MARK}", due_on="2030-01-01")
    file = SimpleUploadedFile(f"{MARK}.txt", f"{MARK} sits at four".encode(), f"text/x-{LOW}")
    door.send(here, do="file", file=file)
    assert PersonFile.objects.get().name == f"{MARK}.txt"
    door.send(here, do="relate", kind="works_for", whom=f"{MARK} Trust")
    door.send(here, do="tag", tag=f"friend of {NAME}")
    # Of others, naming her.
    friend = f"/people/{who('o1@example.org')}/do"
    door.send(friend, do="note", text=f"Goes with {MAIL}")
    door.send(friend, do="task", what=f"Ask {PHONE} too")
    door.read(f"/people/{person}")


def _counter(door: Door, person: int) -> None:
    glance = door.read(f"/counter/{person}")
    anchor = re.search(r'name="anchor" value="(\d+)"', glance)
    assert anchor is not None
    for kind, given in (("points", {"count": "5", "text": f"{MARK} paid"}),
                        ("note", {"text": f"{MARK} is in a hurry"})):  # fmt: skip
        door.send("/counter/enter", anchor=anchor[1], kind=kind, key=f"{MARK}-{kind}-1", **given)


def _pipeline(door: Door, person: int) -> None:
    door.send("/people/leads/new", title=f"Cake for {MARK}", name=NAME, email=MAIL, phone=PHONE,
              source=f"told by {MARK}", next_step=f"Call {MARK}", note=f"{MARK} wants three",
              person=person)  # fmt: skip
    lead = Lead.objects.get()
    stages = Stage.objects.filter(pipeline=lead.pipeline)
    lost = next(one for one in stages if one.kind == "lost")
    door.send(f"/people/leads/{lead.pk}/touch", words=f"{MARK} was pleased")
    door.send(f"/people/leads/{lead.pk}/move", to=lost.pk, why=f"{MARK} moved away")
    asked = {f"ask-{one}": "asked" for one in ("name", "email", "phone", "message")}
    door.send("/people/forms/new", name="Website", consent="Yes, write to me",
              pipeline=lead.pipeline_id, **asked)  # fmt: skip
    form = LeadForm.objects.get()
    visitor = Client(enforce_csrf_checks=True)
    for trap in ("", "http://trap.test"):
        with clock.frozen(clock.now() - timedelta(seconds=20)):
            stamp = re.search(r'name="stamp" value="([^"]+)"',
                              visitor.get(f"/f/{form.token}").content.decode())  # fmt: skip
        assert stamp is not None
        typed = {"name": NAME, "email": MAIL, "phone": PHONE, "message": f"{MARK} {trap} asks",
                 "consent": "yes", "stamp": stamp[1], "website": trap}  # fmt: skip
        assert visitor.post(f"/f/{form.token}", typed).status_code == 302


def _doubts(door: Door, person: int) -> None:
    twin = {"name": "Tom Stonewright", "email": "tom@example.net"}
    other = {"name": NAME, "email": f"{LOW}.zyx@example.net"}
    for given in (twin, other):
        door.send("/people/new", **given)
    for value in (twin["email"], other["email"]):
        door.send(f"/people/{who(value)}/facts", street="1 Rye Lane", postcode="LS16 7QB",
                  city="Leeds", birthday="1980-04-01")  # fmt: skip
    door.send(f"/people/{person}/merge", other=who(other["email"]), reason=f"{MARK} told us")
    merged = who()
    page = door.read(f"/people/{merged}/merges")
    merge = re.search(r'name="merge" value="([^"]+)"', page)
    assert merge is not None
    door.send(f"/people/{merged}/merges", merge=merge[1], reason=f"{MARK} says no")
    door.send(f"/people/{who()}/merge", other=who(other["email"]), reason=f"{MARK} told us twice")
    door.send("/people/matches/look")
    drain()
    assert Proposal.objects.exists()


def _lists(door: Door, person: int) -> None:
    door.send("/people/views", name=f"Like {NAME}", query=f"q={MAIL}", shared="yes")
    assert SavedView.objects.exists() and Tag.objects.exists()
    door.send("/people/edit", do="tag", tag="regular", query=f"q={MAIL}", person=who(),
              is_meant="yes")  # fmt: skip
    door.read("/people", q=MAIL)
    door.read("/people/list.csv", q=MAIL)
    door.client.get(f"/people/{who()}/export")


def _today(door: Door) -> None:
    run = Import.objects.get(file_name="sales.csv")
    row = QuarantinedRow.objects.filter(of_import=run).first()
    assert row is not None
    door.client.post(f"/sources/{run.pk}/rows/{row.pk}", {"cell1": f"still no day {MAIL}"})
    assert 'value="gone_quiet"' in door.read("/today/all")
    door.send("/today/decide", key="gone_quiet", what="not_useful", reason="other",
              words=f"{NAME} told me")  # fmt: skip
    door.send("/settings/joining", do="block", identifier="email", value=f"{LOW}@gmial.com")
    door.send("/settings/mail/weekly")
    table = SimpleUploadedFile("income.csv", b"Postcode,Median income\nLS16,40100\n")
    door.send("/sources/elsewhere", name="Income", kind="postcode", publisher="Office",
              as_of="2026-01-31", purpose="To deliver", basis="legitimate_interests",
              reason="Areas", licence="", file=table)  # fmt: skip
