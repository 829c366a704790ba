"""Who asks: a member, an API key or the system itself, through one of the faces."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.accounts.models import AuditEntry, Member, Role
from regulars.accounts.permissions import roles_of
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.kernel.telling import told


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody on whose behalf a verb runs. ``face`` is page, api, cli, notebook or job."""

    role: str
    face: str
    member_id: int | None = None
    label: str = ""

    def may(self, permission: str) -> bool:
        """Whether this actor's role carries ``permission``."""
        return self.role in roles_of(permission)

    def require(self, permission: str) -> None:
        """Raise `NotAllowed` unless the role carries ``permission``."""
        if not self.may(permission):
            parts = {"role": self.role, "permission": permission}
            an = told("An %(role)s may not do this (%(permission)s). Ask the owner.", **parts)
            a = told("A %(role)s may not do this (%(permission)s). Ask the owner.", **parts)
            raise NotAllowed(an if self.role[0] in "ao" else a)


def of_member(member: Member, face: str) -> Actor:
    """The actor for a signed-in member."""
    return Actor(member.role, face, member.pk, str(member))


def owner(face: str) -> Actor:
    """The actor of whoever holds the machine: the owner (the command line, set-up, the worker)."""
    first = Member.objects.filter(role=Role.OWNER, is_active=True).order_by("pk").first()
    return of_member(first, face) if first else Actor(Role.OWNER, face, None, "set-up")


def by_email(email: str, face: str) -> Actor:
    """The actor for the member with that address; `NotFound` when there is none."""
    member = Member.objects.filter(email__iexact=email, is_active=True).first()
    if member is None:
        raise NotFound(told("No member has the address %(email)s.", email=email))
    return of_member(member, face)


def audit(actor: Actor, verb: str, subject: str = "", **detail: object) -> None:
    """Write one row of the audit trail, inside the verb's own transaction."""
    AuditEntry.objects.create(
        member_id=actor.member_id, face=actor.face, verb=verb, subject=subject, detail=detail
    )
