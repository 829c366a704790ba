"""Who sees the figures."""

from __future__ import annotations

from regulars.accounts.permissions import LEADS, READERS, VISITOR
from regulars.kernel.declarations import Permission

PERMISSIONS = (
    Permission("metrics.see", "See the business's figures.", READERS | {VISITOR}),
    Permission("today.see", "See what needs doing today.", READERS),
    Permission("today.decide", "Say that a thing is done, later or not useful.", LEADS),
    Permission("insights.share", "Share the dashboard by a link that ends.", LEADS),
    Permission("refresh.run", "Bring figures and scores up to date.", LEADS),
)
