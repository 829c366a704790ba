"""What may be done here, and by which roles; floors above add theirs by declaration."""

from __future__ import annotations

from regulars.kernel.declarations import Permission
from regulars.kernel.telling import told

EVERYONE = frozenset({told("owner"), told("manager"), told("helper"), told("analyst")})
LEADS = frozenset({"owner", "manager"})
READERS = frozenset({"owner", "manager", "analyst"})
OWNER = frozenset({"owner"})
# Somebody who opened a share link: no member and no role that one can be given.
VISITOR = "visitor"

PERMISSIONS = (
    Permission("business.change", "Change the business's name, currency and time zone.", OWNER),
    Permission("members.manage", "Invite members and change their roles.", OWNER),
    Permission("hours.set", "Set when each place opens and closes.", LEADS),
    Permission("keys.manage", "Make and revoke API keys.", OWNER),
    Permission("mail.manage", "Decide about mail: who gets it, what is sent or dropped.", LEADS),
    Permission("backup.make", "Take away everything as a backup, or put one back.", OWNER),
)

_known: dict[str, Permission] = {}


def declare(permissions: tuple[Permission, ...]) -> None:
    """Add ``permissions`` to what is known; a second definition of a name is refused."""
    for permission in permissions:
        if _known.setdefault(permission.name, permission) is not permission:
            raise ValueError(f"permission {permission.name!r} is declared twice")


def roles_of(name: str) -> frozenset[str]:
    """Return the roles that carry permission ``name``; ``KeyError`` for an unknown name."""
    return _known[name].roles


def known() -> dict[str, Permission]:
    """Return every declared permission by name."""
    return dict(_known)
