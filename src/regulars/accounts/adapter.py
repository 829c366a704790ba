"""allauth's choices for a house without public sign-up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

# Being in says it, and the change of a password is said by our own page.
_UNSAID = frozenset(("account/messages/logged_in.txt", "account/messages/password_changed.txt"))


class MembersOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Members are invited; nobody signs themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *arguments: Any,
        **names: Any,
    ) -> None:
        if message_template not in _UNSAID:
            super().add_message(request, level, message_template, *arguments, **names)
