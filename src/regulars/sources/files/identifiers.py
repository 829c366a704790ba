"""Values that point at a person, brought to one form, and the values that never do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# A name as it stands in a list beside an address or a number that several people may have.
NAME = "name"
# The anchor of a fact is its identifier of the first kind here: a vendor's number for a customer
# never changes hands, an address seldom, a loyalty card is lent, a household shares a phone.
KIND_PRIORITY = ("customer_id", NAME, "email", "card", "phone", "anonymous_id")
# Whoever is written down by hand without an address or number has a value of this kind, made up for
# them alone: there is no rule for it.
MADE_UP = "person"
# Kinds whose values say nothing to a reader: the made up one, and a name once more.
INNER_KINDS = frozenset({MADE_UP, NAME})
_RANK = {kind: rank for rank, kind in enumerate(KIND_PRIORITY)}

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_ANGLED = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_FLOAT_ID = re.compile(r"^(\d+)\.0+$")
_SPLIT_PHONES = re.compile(r"\s*(?:;(?!ext=)|\||:::|,\s|\bor\b)\s*")

# Words that tills, forms and people write where nobody is meant (en, fr, de, es, it).
BLOCKED = frozenset(
    word.strip()
    for word in """
    guest|guest user|guest customer|n/a|na|n.a.|n.a|none|null|nil|nan|nobody|no one|walk-in|walkin
    walk in|walk-in customer|unknown|unspecified|undefined|anonymous|anon|cash|cash sale
    cash customer|counter|counter sale|customer|default|default customer|test|test test|tbc|tbd
    no customer|no name|no email|not provided|not available|not applicable|blank|(blank)|(none)
    [none]|(empty)|empty|false|true|-|--|---|.|?|x|xx|xxx|#n/a|#ref!|#value!|invité|invite|inconnu
    anonyme|client de passage|client comptoir|passage|comptoir|aucun|gast|unbekannt|laufkunde
    laufkundschaft|barverkauf|diverse|keine|anonym|invitado|desconocido|anónimo|ninguno
    consumidor final|cliente de paso|publico en general|público en general
    ospite|sconosciuto|nessuno
    """.strip()
    .replace("\n", "|")
    .split("|")
)

_BLOCKED_LOCALS = frozenset(
    """
    noreply no-reply no_reply no.reply donotreply do-not-reply do_not_reply do.not.reply none
    noemail no-email no_email no.email nomail no-mail noaddress noone no-one nobody na n-a null
    nil unknown anonymous anon guest walkin walk-in notprovided not-provided notgiven declined
    refused mailer-daemon postmaster undefined keine keineemail sinemail sincorreo pasdemail
    """.split()
)
_BLOCKED_DOMAINS = frozenset(
    """
    none.com none.none none.co.uk none.net none.org noemail.com noemail.co.uk nomail.com
    no-email.com noreply.com no.com na.com n-a.com nowhere.com test.com test.test test.co.uk
    testing.com a.com a.a aa.com aaa.com abc.com asdf.com domain.com yourdomain.com mydomain.com
    email.email mail.invalid example.invalid unknown.com guest.com anonymous.com xx.com xxx.com
    """.split()
)
# A placeholder needs both halves: people do have addresses at example-like hosts in test shops.
_PLACEHOLDER_LOCALS = frozenset(
    "example email e-mail mail user username name yourname your.name your-name you me someone "
    "somebody customer client test tester admin abc asdf aaa a x xx xxx john.doe jane.doe".split()
)
_PLACEHOLDER_DOMAINS = frozenset(
    "example.com example.org example.net example.co.uk email.com mail.com".split()
)
_COUNTING = "01234567890123456789"
_COUNTING_DOWN = _COUNTING[::-1]


def clean(text: str) -> str:
    """Return ``text`` in NFC without invisible signs, outer blanks or a protecting apostrophe."""
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip()
    while text[:1] == "'":
        text = text[1:].strip()
    return text


def _settled(step: Callable[[str], str], text: str) -> str | None:
    """Repeat ``step`` until it changes nothing: a value in its one form must stay."""
    for _ in range(4):
        text, before = step(text), text
        if text == before:
            return text
    return None


def _is_filler(digits: str) -> bool:
    """Whether digits were typed to fill a box: one digit repeated, or counted up or down."""
    if not digits or len(set(digits)) == 1:
        return True
    return len(digits) >= 6 and (digits in _COUNTING or digits in _COUNTING_DOWN)


def is_blocked_word(text: str) -> bool:
    """Whether ``text`` stands for nobody, whatever the column."""
    folded = text.casefold().strip()
    return not folded or folded in BLOCKED


def is_blocked_email(address: str) -> bool:
    """Whether a normalised address is a placeholder or a machine's."""
    local, _, domain = address.rpartition("@")
    plain = local.partition("+")[0]
    return (
        plain in _BLOCKED_LOCALS
        or domain in _BLOCKED_DOMAINS
        or (domain in _PLACEHOLDER_DOMAINS and plain in _PLACEHOLDER_LOCALS)
        or plain == domain.partition(".")[0] == "test"
    )


def normalise_email(text: str) -> str | None:
    """Return the address in lower case and NFC, or ``None`` where there is none or it is blocked.

    Syntax is checked without asking the network. Dots and ``+tags`` stay: only the owner of the
    mailbox's host knows what they mean.
    """
    address = clean(text)
    angled = _ANGLED.search(address)
    if angled:
        address = angled.group(1)
    address = unicodedata.normalize(
        "NFC", address.lower().removeprefix("mailto:").strip("<>\"' ,;")
    )
    if address.count("@") > 1:
        address = next((part for part in re.split(r"[\s;,|]+|:::", address) if "@" in part), "")
    if "@" not in address or len(address) > 254:
        return None
    if not (_PLAIN_EMAIL.fullmatch(address) and "xn--" not in address and address.find("@") <= 64):
        try:
            checked = validate_email(address, check_deliverability=False, test_environment=True)
        except (EmailNotValidError, UnicodeError):
            return None
        address = unicodedata.normalize("NFC", checked.normalized.lower())
    return None if is_blocked_email(address) else address


def normalise_phone(text: str, region: str) -> str | None:
    """Return the number as E.164 (with ``;ext=`` if it has one), or ``None``.

    ``region`` (ISO 3166 alpha-2) completes numbers written without a country code. Where a cell
    holds several numbers the first that can be read counts.
    """
    text = clean(text)
    if is_blocked_word(text):
        return None
    for part in _SPLIT_PHONES.split(text) if len(text) > 14 else (text,):
        number = _one_phone(part, region)
        if number:
            return number
    return None


def _one_phone(text: str, region: str) -> str | None:
    text = _FLOAT_ID.sub(r"\1", text) if text.endswith("0") else text
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) < 6 or _is_filler(digits) or re.search(r"\d[eE]\+?\d", text):
        return None
    possible: str | None = None
    candidates = [text]
    if not text.startswith(("+", "00")) and 10 < len(digits) < 16:
        candidates.append("+" + digits)  # a country code whose plus sign a spreadsheet ate
    for candidate in candidates:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
            continue
        if _is_filler(str(number.national_number)):
            continue
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if number.extension:
            written += ";ext=" + number.extension
        if phonenumbers.is_valid_number(number):
            return written
        possible = possible or written
    return possible


def normalise_customer_id(text: str) -> str | None:
    """Return a vendor's or till's own number for a customer, or ``None``.

    ``17850.0`` is a number that went through a spreadsheet: ``17850``. Leading zeros stay. A run
    of six or more equal digits is filler; shorter ones are real numbers in a sequence.
    """
    value = _settled(lambda given: _FLOAT_ID.sub(r"\1", clean(given)), text)
    if value is None or is_blocked_word(value) or not value.strip("0.-"):
        return None
    if value.isdigit() and len(value) >= 6 and len(set(value)) == 1:
        return None
    return value


def normalise_card(text: str) -> str | None:
    """Return a loyalty card's number without blanks and dashes, in upper case, or ``None``."""
    value = _settled(
        lambda given: _FLOAT_ID.sub(r"\1", re.sub(r"[\s-]", "", clean(given))).upper(), text
    )
    if value is None or is_blocked_word(value) or (value.isdigit() and _is_filler(value)):
        return None
    return value


def kind_rank(kind: str) -> int:
    """Rank a kind (``customer_id:shopify``, ``email`` …); the lowest anchors a fact."""
    return _RANK.get(kind.partition(":")[0], len(_RANK))


def in_order(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return distinct (kind, value) pairs, the anchor first."""
    return tuple(sorted(dict.fromkeys(pairs), key=lambda pair: kind_rank(pair[0])))


def normaliser(kind: str, region: str) -> Callable[[str], str | None]:
    """Return the function that brings values of ``kind`` to their one form."""
    base = kind.partition(":")[0]
    if base == "phone":
        return lambda text: normalise_phone(text, region)
    return {"email": normalise_email, "card": normalise_card}.get(base, normalise_customer_id)
