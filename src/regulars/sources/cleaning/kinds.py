"""The kinds of doubt, and the name of the import that puts right."""

from __future__ import annotations

from regulars.kernel.telling import told

CLEANING = "cleaning"
"""Kind of the imports that put right, and namespace of their source."""
PUT_RIGHT = told("Put right by hand")
EMAIL, NAME, ORDER, AGE = "email_domain", "swapped_name", "test_order", "impossible_age"
KINDS = {
    EMAIL: told("E-mail addresses with a slip in their domain"),
    NAME: told("First and last name the wrong way round"),
    ORDER: told("Orders that look like tests"),
    AGE: told("Birthdays nobody can have"),
}
WHAT_HAPPENS = {
    EMAIL: told("The address without the slip is added to the person and used from then on."),
    NAME: told("The two names change places."),
    ORDER: told("The order counts as cancelled and leaves the figures."),
    AGE: told("The birthday is left out."),
}
REASONS = {
    "one_slip": told("one slip away from a domain that many use"),
    "ending": told("no domain ends like this"),
    "names_elsewhere": told("elsewhere in your data each is used the other way round"),
    "test_person": told("the customer is named like a test"),
    "test_address": told("the address is one for tests"),
    "test_article": told("the article is named like a test"),
    "in_future": told("it is still to come"),
    "too_old": told("more than 115 years ago"),
    "no_day": told("it cannot be read as a day of the calendar"),
    "filler": told("the same first of January stands for many"),
}
