"""The business itself: set up once, read everywhere."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from regulars.accounts.actors import Actor, audit, owner
from regulars.accounts.models import Business, Member, Role
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told

SECTORS = ("bakery", "retail", "hospitality", "services", "professional")


def find() -> Business | None:
    """Return the business, or ``None`` before set-up."""
    return Business.objects.first()


def get() -> Business:
    """Return the business; `NotFound` with what to do before set-up."""
    business = find()
    if business is None:
        raise NotFound(told("No business is set up here yet. Run: regulars setup --help"))
    return business


def zone() -> ZoneInfo:
    """Return the business's time zone."""
    return ZoneInfo(get().timezone)


def set_up(
    *,
    name: str,
    country: str,
    currency: str,
    timezone: str,
    sector: str,
    owner_email: str,
    password: str | None,
    face: str,
    is_demo: bool = False,
) -> Business:
    """Create the business and its owner. `WrongUse` when a value is off or it exists already."""
    checked = _checked(name, country, currency, timezone, sector)
    _check_owner(owner_email, password)
    with transaction.atomic():
        if Business.objects.exists():
            raise WrongUse(told("A business is set up here already."))
        business = Business.objects.create(id=1, is_demo=is_demo, **checked)
        Member.objects.create_user(owner_email, password, role=Role.OWNER)
        audit(owner(face), "business.set_up", checked["name"])
    return business


def change(
    actor: Actor, *, name: str, country: str, currency: str, timezone: str, sector: str
) -> Business:
    """Change the business's own facts. Figures follow at the next refresh."""
    actor.require("business.change")
    checked = _checked(name, country, currency, timezone, sector)
    with transaction.atomic():
        business = get()
        for field, value in checked.items():
            setattr(business, field, value)
        business.save()
        audit(actor, "business.change", business.name, **checked)
    return business


def _check_owner(email: str, password: str | None) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise WrongUse(told("%(email)s is not an e-mail address.", email=repr(email))) from error
    if password is None:
        return
    try:
        validate_password(password, Member(email=email))
    except ValidationError as error:
        raise WrongUse(" ".join(error.messages)) from error


def _checked(name: str, country: str, currency: str, timezone: str, sector: str) -> dict[str, str]:
    # Babel knows both lists; it loads in 20 ms and only here.
    from babel.core import get_global
    from babel.numbers import is_currency

    country, currency = country.strip().upper(), currency.strip().upper()
    if not name.strip():
        raise WrongUse(told("The business needs a name."))
    if country not in get_global("territory_currencies"):
        raise WrongUse(
            told(
                "%(country)s is not a two-letter country code such as GB or FR.",
                country=repr(country),
            )
        )
    if not is_currency(currency):
        raise WrongUse(
            told("%(currency)s is not a currency code such as GBP or EUR.", currency=repr(currency))
        )
    if timezone not in available_timezones():
        raise WrongUse(
            told("%(timezone)s is not a time zone such as Europe/London.", timezone=repr(timezone))
        )
    if sector not in SECTORS:
        raise WrongUse(
            told(
                "%(sector)s is not a sector pack. Choose one of: %(known)s.",
                sector=repr(sector),
                known=", ".join(SECTORS),
            )
        )
    return {
        "name": name.strip(),
        "country": country,
        "currency": currency,
        "timezone": timezone,
        "sector": sector,
    }
