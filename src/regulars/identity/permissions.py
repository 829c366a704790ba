"""What may be done with the rules of who is the same person."""

from __future__ import annotations

from regulars.accounts.permissions import OWNER
from regulars.kernel.declarations import Permission

PERMISSIONS = (
    Permission("people.set_rules", "Say what joins people, and which values are nobody's.", OWNER),
)
