"""Words of the shop for people: what matching finds, what is typed, what is allowed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.science.matching import reasons
from regulars.web.words import TRAIT_WORDS

COMPARED_WORDS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "birth_date": _("Birthday"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "street": _("Street"),
    "house_number": _("House number"),
    "postcode": _("Postcode"),
    "city": _("Town"),
}
SIDE_WORDS = TRAIT_WORDS | {"email": _("E-mail"), "phone": _("Phone")}
LEVEL_WORDS = {
    "not known": _("not known of both"),
    "same": _("the same"),
    "swapped": _("first and last name swapped"),
    "swapped alike": _("swapped, with a slip"),
    "part": _("an initial or a part"),
    "spelt alike": _("nearly the same"),
    "alike": _("alike"),
    "a little alike": _("a little alike"),
    "one slip": _("one slip"),
    "two slips": _("two slips"),
    "same before the @": _("the same before the @"),
    "alike before the @": _("alike before the @"),
    "different": _("different"),
}
HELD_FOR_WORDS = {
    reasons.BELOW_LINE: _("Likely, but not certain enough to join them unasked."),
    reasons.DIFFERENT_NAMES: _("Different first names and the same birthday: perhaps twins."),
    reasons.TWO_NAMES: _("Two first names that are alike: perhaps two people of one family."),
    reasons.DIFFERENT_BIRTH_DATES: _("Different birthdays: perhaps parent and child."),
    reasons.NO_FIRST_NAME: _("One has no first name, and a family shares the rest."),
    reasons.NO_NAME: _("No name agrees."),
    reasons.NAME_ALONE: _("Nothing agrees beside the name."),
    reasons.TOO_MANY: _("Too many records would become one person."),
    reasons.SOMEBODY_BETWEEN: _("Somebody joined to one of them cannot be the other."),
}
GROUP_WORDS = {
    "likes": _("To serve them well"),
    "days": _("Days to remember"),
    "who": _("Who they are"),
    "home": _("Where they live"),
    "own": _("Your own fields"),
}
PURPOSE_WORDS = {
    "marketing": _("News and offers"),
    "service": _("Their orders and bookings"),
    "review": _("A question how it was"),
}
FIELD_KIND_WORDS = {
    "text": _("Words"),
    "number": _("A number"),
    "date": _("A day"),
    "choice": _("One of several"),
    "yes": _("Yes or no"),
}
ENTRY_WORDS = {
    "order": _("Bought"),
    "return": _("Brought back"),
    "booking": _("Bookings"),
    "feedback": _("Reviews"),
    "event": _("Events"),
    "note": _("Notes"),
    "task": _("Tasks"),
}
LOOK_WORDS = {
    "page": _("opened the page"),
    "counter": _("at the counter"),
    "export": _("took everything away"),
}
LIST_WORDS = {
    "email": _("E-mail"),
    "phone": _("Phone"),
    "country": _("Country"),
    "tags": _("Tags"),
    "segment": _("Segment"),
    "orders": _("Orders"),
    "spent": _("Spent"),
    "last": _("Last seen"),
}
SORT_WORDS = {
    "spent": _("Best spenders first"),
    "last": _("Last seen first"),
    "orders": _("Most orders first"),
    "name": _("By name"),
}
EDIT_WORDS = {
    "tag": _("Gave the tag"),
    "untag": _("Took the tag away"),
}
