"""The words for what was typed into a form: its labels as the page had them, no inner names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from regulars.accounts import locales
from regulars.accounts.models import Member
from regulars.accounts.sentences import said
from regulars.profiles.enrichment.keeping import BASES
from regulars.profiles.models import Card, Pipeline, Stage
from regulars.profiles.typed import fields as people_fields
from regulars.sources.files.fields import FIELDS
from regulars.web.screens.setup import SECTOR_WORDS
from regulars.web.words import (
    CHANNEL_WORDS,
    DECISION_WORDS,
    DISMISSAL_WORDS,
    FIELD_WORDS,
    IDENTIFIER_WORDS,
    KIND_WORDS,
    REASON_WORDS,
    ROLE_WORDS,
    STAGE_WORDS,
    WINDOW_WORDS,
)

Words = Mapping[str, Promise | str]
_NUMBERED = re.compile(r"(state-|opens-|closes-|cell|c)(\d{1,3})")
_STATES: Words = {
    "seen": gettext_lazy("as seen in sales"),
    "open": gettext_lazy("open"),
    "closed": gettext_lazy("closed"),
}
_PRESSED: Words = {
    "role": gettext_lazy("Save"),
    "password": gettext_lazy("Set a new password"),
    "deactivate": gettext_lazy("Take away their sign-in"),
    "import": gettext_lazy("Import this"),
    "look": gettext_lazy("Look again"),
    "count": gettext_lazy("Count without importing"),
    "again": gettext_lazy("Try again"),
    "aside": gettext_lazy("Set aside"),
    "pause": gettext_lazy("Pause"),
    "resume": gettext_lazy("Resume"),
    "pull": gettext_lazy("Ask for what is new now"),
    "put": gettext_lazy("Put right what is chosen"),
    "leave": gettext_lazy("It is right as it is"),
    "object": gettext_lazy("They object to this"),
    "allow": gettext_lazy("They do not mind any more"),
    "decide": gettext_lazy("Save, and land what waits"),
    "let_in": gettext_lazy("Make it a lead"),
    "throw_away": gettext_lazy("Throw it away"),
    "close": gettext_lazy("Close this form"),
    "reopen": gettext_lazy("Open it again"),
    "tag": gettext_lazy("Give the tag"),
    "untag": gettext_lazy("Take the tag away"),
    "save": gettext_lazy("Keep this view"),
    "rename": gettext_lazy("Give it this name"),
    "replace": gettext_lazy("Replace it with what is shown"),
    "remove": gettext_lazy("Take it away"),
    "put_back": gettext_lazy("Undo"),
    "rules": gettext_lazy("Save the rules"),
    "defaults": gettext_lazy("Back to defaults"),
    "block": gettext_lazy("Block this value"),
}
_YES: Words = {"on": gettext_lazy("yes"), "yes": gettext_lazy("yes")}
# Label, and the words of its values where they were chosen and not typed. What is not here is
# sent with the form and not shown: it says nothing to a person.
LABELS: dict[str, tuple[Promise | str, Words | Callable[[str], str] | None]] = {
    "about": (gettext_lazy("About"), None),
    "what": (gettext_lazy("You chose"), DECISION_WORDS),
    "do": (gettext_lazy("You chose"), _PRESSED),
    "count": (
        gettext_lazy("Repeated lines"),
        {
            "once": gettext_lazy("Count them once"),
            "each": gettext_lazy("Count each of them"),
        },
    ),
    "reason": (gettext_lazy("Why?"), {**REASON_WORDS, **DISMISSAL_WORDS}),
    "why": (gettext_lazy("Why?"), None),
    "words": (gettext_lazy("In your words"), None),
    "text": (gettext_lazy("The message (JSON)"), None),
    "days": (gettext_lazy("Days"), None),
    "until": (gettext_lazy("Day"), lambda text: _day(text)),
    "name": (gettext_lazy("Name"), None),
    "email": (gettext_lazy("E-mail address"), None),
    "sector": (gettext_lazy("What kind of business"), SECTOR_WORDS),
    "country": (gettext_lazy("Country"), None),
    "currency": (gettext_lazy("Currency"), None),
    "timezone": (gettext_lazy("Time zone"), None),
    "role": (gettext_lazy("Role"), ROLE_WORDS),
    "kind": (gettext_lazy("These are"), KIND_WORDS),
    "place": (gettext_lazy("Place"), None),
    "is_wanted": (gettext_lazy("Weekly mail"), _YES),
    "weekday": (gettext_lazy("Day"), lambda text: _weekday(text)),
    "hour": (gettext_lazy("Hour"), lambda text: f"{text:0>2}:00"),
    "sure": (gettext_lazy("Yes, erase this person everywhere"), _YES),
    "publisher": (gettext_lazy("Published by"), None),
    "as_of": (gettext_lazy("As of which day"), lambda text: _day(text)),
    "licence": (gettext_lazy("Licence, if it has one"), None),
    "purpose": (gettext_lazy("What you use it for"), None),
    "basis": (gettext_lazy("Lawful basis"), lambda text: said(BASES.get(text, text))),
    "column": (gettext_lazy("Its column of postcodes, if it is not called so"), None),
    "moves": (gettext_lazy("Moves on with the days"), _YES),
    "title": (gettext_lazy("What it is about"), None),
    "phone": (gettext_lazy("Phone"), None),
    "value": (gettext_lazy("Value"), None),
    "probability": (gettext_lazy("Probability in percent"), None),
    "source": (gettext_lazy("Where it came from"), None),
    "next_step": (gettext_lazy("Next step"), None),
    "next_on": (gettext_lazy("On which day"), lambda text: _day(text)),
    "owner": (gettext_lazy("Who looks after it"), lambda text: _name_of(Member, text)),
    "note": (gettext_lazy("Note"), None),
    "to": (gettext_lazy("Move to"), lambda text: _name_of(Stage, text)),
    "message": (gettext_lazy("Message"), None),
    "consent": (gettext_lazy("Sentence of consent"), None),
    "pipeline": (gettext_lazy("Pipeline"), lambda text: _name_of(Pipeline, text)),
    "website": (gettext_lazy("Leave this empty"), None),
    "card": (gettext_lazy("Loyalty card"), None),
    "due_on": (gettext_lazy("By which day"), lambda text: _day(text)),
    "for": (gettext_lazy("Who does it"), lambda text: _name_of(Member, text)),
    "whom": (gettext_lazy("With whom"), None),
    "person": (gettext_lazy("Chosen"), lambda text: _name_of(Card, text)),
    "member": (gettext_lazy("Of whom"), lambda text: _name_of(Member, text)),
    "file": (gettext_lazy("File"), None),
    "channel": (gettext_lazy("By"), CHANNEL_WORDS),
    "state": (
        gettext_lazy("They"),
        {"granted": gettext_lazy("allow it"), "withdrawn": gettext_lazy("do not want it")},
    ),
    "said": (gettext_lazy("In their words"), None),
    "label": (gettext_lazy("Name of the field"), None),
    "choices": (gettext_lazy("Choices, one a line"), None),
    "merge": (gettext_lazy("Split"), None),
    "identifier": (gettext_lazy("What it is"), IDENTIFIER_WORDS),
    "tag": (gettext_lazy("Tag"), None),
    "all": (gettext_lazy("Everybody on this list"), _YES),
    "shared": (gettext_lazy("For everybody in the team"), _YES),
}


_STAGED = re.compile(r"stage-(name|place|probability|kind)-(\d{1,18}|new)")
_RULED = re.compile(r"(limit|window|beside|rank)-(.{1,100})")
_OF_A_RULE: Words = {
    "limit": gettext_lazy("How many one person may have"),
    "window": gettext_lazy("Counted"),
    "beside": gettext_lazy("Joins at most"),
    "rank": gettext_lazy("Place in the order"),
}
_ASKED: Words = {
    "asked": gettext_lazy("asked"),
    "required": gettext_lazy("asked, must be filled in"),
    "": gettext_lazy("not asked"),
}
_OF_A_STAGE: Words = {
    "name": gettext_lazy("Name of the stage"),
    "place": gettext_lazy("Place of the stage"),
    "probability": gettext_lazy("Probability of the stage"),
    "kind": gettext_lazy("Kind of the stage"),
}


def shown(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Label and value of every field that has words and was filled in, in the reader's language."""
    given = dict(fields)
    found = []
    for name, value in fields:
        label = label_of(name)
        words = _value(name, value, given.get("kind", "")) if value and label else ""
        if words:
            found.append((label, words))
    return found


def label_of(name: str) -> str:
    """The label of a form's field; empty for one that a person never sees."""
    if name in LABELS:
        return str(LABELS[name][0])
    if name in (own := {one.key: one.label for one in people_fields.fields()}):
        return said(own[name])
    if name.startswith("setting-"):
        return name.removeprefix("setting-").capitalize()
    if name.startswith("ask-"):
        return str(FIELD_WORDS.get(name.removeprefix("ask-"), ""))
    if staged := _STAGED.fullmatch(name):
        return str(_OF_A_STAGE[staged[1]])
    if ruled := _RULED.fullmatch(name):
        parts = {"day": IDENTIFIER_WORDS.get(ruled[2], ruled[2]), "what": _OF_A_RULE[ruled[1]]}
        return _("%(day)s: %(what)s") % parts
    numbered = _NUMBERED.fullmatch(name)
    if not numbered:
        return ""
    start, number = numbered[1], int(numbered[2])
    if start in ("cell", "c"):
        return _("Column %(n)d") % {"n": number + 1}
    if number > 6:
        return ""
    day = locales.weekday(number)
    if start == "state-":
        return day
    end = pgettext("begin", "From") if start == "opens-" else pgettext("end", "To")
    return _("%(day)s: %(what)s") % {"day": day, "what": end}


def _value(name: str, value: str, kind: str) -> str:
    if name.startswith("state-"):
        return str(_STATES.get(value, ""))
    if name.startswith("ask-"):
        return str(_ASKED.get(value, ""))
    if name.startswith("window-"):
        return str(WINDOW_WORDS.get(value, ""))
    if name.startswith("stage-kind-"):
        return str(STAGE_WORDS.get(value, ""))
    if re.fullmatch(r"c\d+", name):
        titles = {one.name: one.title for one in FIELDS.get(kind, ())}
        return said(titles.get(value, ""))
    words = LABELS[name][1] if name in LABELS else None
    if words is None:
        return value
    return words(value) if callable(words) else str(words.get(value, ""))


def _day(text: str) -> str:
    try:
        return locales.day(date.fromisoformat(text))
    except ValueError:
        return text


def _weekday(text: str) -> str:
    return locales.weekday(int(text)) if text in "0123456" and len(text) == 1 else text


def _name_of(model: type[Member | Stage | Pipeline | Card], text: str) -> str:
    number = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
    return str(model._default_manager.filter(pk=number).first() or "")
