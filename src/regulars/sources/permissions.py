"""What may be done with sources and imports."""

from __future__ import annotations

from regulars.accounts.permissions import LEADS, READERS
from regulars.kernel.declarations import Permission

PERMISSIONS = (
    Permission("imports.run", "Import files, mend and discard quarantined rows.", LEADS),
    Permission("imports.undo", "Undo an import.", LEADS),
    Permission("sources.manage", "Add, pause and resume sources that send by themselves.", LEADS),
    Permission("imports.see", "See imports, quarantine and their reasons.", READERS),
)
