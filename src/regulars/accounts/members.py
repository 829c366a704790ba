"""Members: added by the owner, given a role, let go; never deleted: the trail stays true."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Member, Role
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.kernel.telling import told

PERMISSION = "members.manage"


def listing(actor: Actor) -> list[dict[str, Any]]:
    """Every member with role and whether they may sign in, the owner first."""
    actor.require(PERMISSION)
    return [as_json(member) for member in Member.objects.order_by("joined_at", "pk")]


def add(actor: Actor, *, email: str, role: str, password: str | None, name: str = "") -> Member:
    """Add a member. ``password`` None: no sign-in until one is set. `WrongUse` for an address that
    is malformed or taken, an unknown role, a weak password."""
    actor.require(PERMISSION)
    _check_role(role)
    try:
        validate_email(email)
    except ValidationError as error:
        raise WrongUse(told("%(email)s is not an e-mail address.", email=repr(email))) from error
    _check_password(password, Member(email=email, name=name))
    try:
        with transaction.atomic():
            member = Member.objects.create_user(email, password, role=role, name=name.strip())
            audit(actor, "members.add", member.email, role=role)
    except IntegrityError as error:
        raise WrongUse(told("%(email)s is a member already.", email=email)) from error
    return member


def change_role(actor: Actor, member_id: int, role: str) -> Member:
    """Give a member another role. The last owner stays owner."""
    actor.require(PERMISSION)
    _check_role(role)
    with transaction.atomic():
        member = _get(member_id)
        if role != Role.OWNER:
            _keep_an_owner(member)
        member.role = role
        member.save(update_fields=["role"])
        audit(actor, "members.change_role", member.email, role=role)
    return member


def deactivate(actor: Actor, member_id: int) -> Member:
    """Take away a member's sign-in. The last owner keeps theirs."""
    actor.require(PERMISSION)
    with transaction.atomic():
        member = _get(member_id)
        _keep_an_owner(member)
        member.is_active = False
        member.save(update_fields=["is_active"])
        audit(actor, "members.deactivate", member.email)
    return member


def set_password(actor: Actor, member_id: int, password: str) -> Member:
    """Set a member's password, for one who forgot theirs; it also gives back a lost sign-in."""
    actor.require(PERMISSION)
    with transaction.atomic():
        member = _get(member_id)
        _check_password(password, member)
        member.set_password(password)
        member.is_active = True
        member.save(update_fields=["password", "is_active"])
        audit(actor, "members.set_password", member.email)
    return member


def choose_language(actor: Actor, language: str) -> None:
    """Have pages speak ``language`` to this member; "" follows the browser. `WrongUse` for one we
    do not speak, `NotAllowed` for an actor who is no member."""
    if actor.member_id is None:
        raise NotAllowed(told("Only a member can choose a language."))
    if language and language not in dict(settings.LANGUAGES):
        raise WrongUse(told("There is no language “%(name)s” here.", name=language))
    with transaction.atomic():
        Member.objects.filter(pk=actor.member_id).update(language=language)
        audit(actor, "members.choose_language", language)


def by_email(email: str) -> Member:
    """The member with that address, active or not; `NotFound` when there is none."""
    member = Member.objects.filter(email__iexact=email).first()
    if member is None:
        raise NotFound(told("No member has the address %(email)s.", email=email))
    return member


def as_json(member: Member) -> dict[str, Any]:
    """One member as faces show it."""
    return {
        "id": member.pk,
        "email": member.email,
        "name": member.name or None,
        "role": member.role,
        "is_active": member.is_active,
        "joined_at": member.joined_at,
    }


def _get(member_id: int) -> Member:
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NotFound(told("There is no member %(n)s.", n=member_id))
    return member


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise WrongUse(
            told(
                "%(role)s is not a role. Choose one of: %(known)s.",
                role=repr(role),
                known=", ".join(Role.values),
            )
        )


def _check_password(password: str | None, member: Member) -> None:
    if password is None:
        return
    try:
        validate_password(password, member)
    except ValidationError as error:
        raise WrongUse(" ".join(error.messages)) from error


def _keep_an_owner(member: Member) -> None:
    others = Member.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=member.pk)
    if member.role == Role.OWNER and not others.exists():
        raise WrongUse(told("The business needs an owner who can sign in; this is the last one."))
