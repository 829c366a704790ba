"""What tells a person from a program, without asking any third party."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F

from regulars.kernel import clock
from regulars.kernel.telling import told
from regulars.profiles.pipeline.models import FormKnock, LeadForm

TOO_FAST_SECONDS = 3
TOO_OLD = timedelta(days=1)
# Of one address within an hour: beyond the first held for a look, beyond the second not taken. An
# office, or everybody behind a proxy, shares one.
HELD_AN_HOUR, MOST_AN_HOUR = 10, 60
MOST_LINKS = 2
_SALT = "regulars.lead-form"
_LINK = re.compile(r"(?:https?://|www\.|\[url|<a\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a page bore: the number that lands once, and how old it is."""

    number: str
    seconds: float


def stamp(form: LeadForm) -> str:
    """A signed note of which form a page shows and since when, with a number of its own."""
    told_now = {"f": form.pk, "n": secrets.token_urlsafe(12), "t": clock.now().timestamp()}
    return signing.dumps(told_now, salt=_SALT)


def read(form: LeadForm, text: str) -> Stamp | None:
    """Read a page's stamp; ``None`` where there is none, or it is another form's or made up."""
    try:
        found = signing.loads(text[:500], salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    if not isinstance(found, dict) or found.get("f") != form.pk:
        return None
    return Stamp(str(found.get("n", "")), clock.now().timestamp() - float(found.get("t", 0)))


def is_to_be_asked_again(found: Stamp | None) -> bool:
    """Whether a page was sent too fast for hands, or is so old that nobody sits before it."""
    if found is None:
        return True
    return found.seconds < TOO_FAST_SECONDS or found.seconds > TOO_OLD.total_seconds()


def suspicion(*, trap: str, message: str, name: str, count: int) -> str:
    """Why to hold a submission for a look, in a sentence; "" where nothing speaks against it."""
    if trap:
        return told("A field that people do not see was filled in.")
    if _LINK.search(name):
        return told("The name holds a link.")
    links = len(_LINK.findall(message))
    if links > MOST_LINKS:
        return told("The message holds %(n)s links.", n=links)
    if count > HELD_AN_HOUR:
        return told("Many messages came from one network address within the hour.")
    return ""


def knock(address: str) -> int:
    """Count one submission of an address; how many it sent within this hour.

    Kept is a keyed hash that changes daily, and that only for a day.
    """
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    who = digest("knock", now.date().isoformat(), address)
    with transaction.atomic():
        FormKnock.objects.filter(hour__lt=now - TOO_OLD).delete()
        FormKnock.objects.get_or_create(who=who, hour=hour)
        FormKnock.objects.filter(who=who, hour=hour).update(count=F("count") + 1)
        return FormKnock.objects.values_list("count", flat=True).get(who=who, hour=hour)


def digest(*parts: str) -> str:
    """A hash of ``parts`` that nobody without this installation's key can make."""
    key = blake2b(settings.SECRET_KEY.encode(), digest_size=32).digest()
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(text, key=key, digest_size=32).hexdigest()


def an_hour_before(at: datetime) -> datetime:
    """Since when the same content is the same submission."""
    return at - timedelta(hours=1)
