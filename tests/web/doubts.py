"""People written down by hand, two of whom may be one, and what hangs on them."""

from __future__ import annotations

from datetime import date

from regulars.accounts import actors
from regulars.profiles.counter import points
from regulars.profiles.hanging import files, notes, relations, tasks
from regulars.profiles.matching.looking import look
from regulars.profiles.typed import fields, people, saying

HOME = {"street": "Rosengasse 9", "postcode": "10115", "city": "Berlin", "birthday": "1971-01-30"}


def add_doubts() -> None:
    """Twins of one house, compared; and a person with everything on them."""
    owner = actors.owner("cli")
    card = {"email": "zita@one.test", "card": "CB-77a"}
    first = people.add(owner, {**HOME, **card, "name": "Zita Quast"})
    other = people.add(owner, {**HOME, "name": "Tom Quast", "email": "tom@two.test"})
    look(owner)
    fields.define(owner, label="Dog", kind="choice", choices=["None", "Small", "Large"])
    saying.say(owner, first.profile_id, {"allergies": "Nuts", "likes": "Rye", "own_dog": "Small"})
    saying.allow(owner, first.profile_id, channel="sms", state="granted", said="Text me, please")
    notes.write(owner, first.profile_id, "Asked for the corner table again. @hana please keep it.")
    tasks.add(owner, what="Keep the corner table", due_on=date(2025, 1, 2),
              profile_id=first.profile_id)  # fmt: skip
    relations.relate(owner, first.profile_id, kind="household", other=other.profile_id)
    files.keep(owner, first.profile_id, name="seating.txt", chunks=[b"table four"])
    # A namesake, and somebody of whom nothing but a card is known.
    people.add(owner, {"name": "Zita Quast", "city": "York"})
    people.add(owner, {"card": "L-99"})
    points.give(owner, first.profile_id, 25, reason="Loaves")
