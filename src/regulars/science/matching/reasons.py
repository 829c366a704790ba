"""Why a pair is offered to a person instead of joined."""

from __future__ import annotations

FAMILY = "two people of one family"
DIFFERENT_NAMES = "different first names"
TWO_NAMES = "two first names that are alike"
DIFFERENT_BIRTH_DATES = "different birth dates"
NO_FIRST_NAME = "a first name is missing, and families share the rest"
NO_NAME = "no name that agrees"
NAME_ALONE = "nothing agrees beside the name"
BELOW_LINE = "not likely enough"
TOO_MANY = "too many records would become one person"
SOMEBODY_BETWEEN = "others of the two would not be the same person"
