"""What may be done with people."""

from __future__ import annotations

from regulars.accounts.permissions import EVERYONE, LEADS, OWNER, READERS
from regulars.kernel.declarations import Permission

# An analyst looks; whoever serves customers works with them.
WORKERS = EVERYONE - {"analyst"}

PERMISSIONS = (
    Permission("people.see", "Find people and open their pages.", EVERYONE),
    Permission("people.see_money", "See what a person has spent and is worth.", READERS),
    Permission("people.write", "Write down people, what they like and what they allow.", WORKERS),
    Permission("people.set_up", "Make fields of your own for people, and views for all.", LEADS),
    Permission("people.merge", "Say that two people are one, or that one is two.", LEADS),
    Permission("people.see_looks", "See who of the team looked at whose page.", LEADS),
    Permission("people.export_list", "Take the list of people away as a spreadsheet.", LEADS),
    Permission("people.export", "Take away everything known about one person.", LEADS),
    Permission("leads.see", "See leads and where each stands.", EVERYONE),
    Permission("leads.work", "Write leads down, move them and look at what forms held.", WORKERS),
    Permission("leads.set_up", "Set up pipelines and forms, and take leads away.", LEADS),
    Permission("people.erase", "Erase a person everywhere, for ever.", OWNER),
)
