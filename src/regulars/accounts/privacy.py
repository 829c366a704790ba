"""What this floor knows of customers: nothing. Its people are members.

The audit trail says who did what to which number; that it never names a customer is minded by
`regulars.sources.privacy`, which knows their values.
"""

from __future__ import annotations

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told

HANDLERS: tuple[PrivacyHandler, ...] = ()

ALSO_KEPT = {
    "accounts_member": Kept(
        told("Members: e-mail address, name and role"),
        told("So that each of you signs in as yourself."),
        told("Until the owner removes the member."),
    ),
}
"""Tables that hold nothing of customers, and something of those who work here."""

# Tables with words in them that hold nothing about a customer, and why.
NOT_PERSONAL = {
    "accounts_member": "Members of the business; they leave by being removed as members.",
    "accounts_business": "The business itself.",
    "accounts_openinghours": "When places open and close, and which member said so.",
    "accounts_apikey": "Names of programs and hashes.",
}
