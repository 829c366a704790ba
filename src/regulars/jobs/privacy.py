"""What this floor knows of customers: what its queue and its outbox are given.

Both are searched for an erased person by `regulars.sources.privacy`, which knows their values.
"""

from __future__ import annotations

from regulars.kernel.declarations import PrivacyHandler

HANDLERS: tuple[PrivacyHandler, ...] = ()

# Tables with words in them that hold nothing about a customer, and why.
NOT_PERSONAL = {
    "jobs_lease": "Names of rights, and of the process that holds each.",
    "jobs_heartbeat": "Names of processes.",
    "jobs_tick": "Names of what comes round, and instants.",
}
