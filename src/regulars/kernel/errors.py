"""Errors that are meant for people: one plain sentence, and what to do about it."""

from __future__ import annotations


class RegularsError(Exception):
    """A failure with a sentence a shop owner can act on.

    ``exit_status`` is what the command line ends with; ``http_status`` what the API answers.
    """

    exit_status = 1
    http_status = 400
    code = "error"

    def __init__(self, message: str, *, detail: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail or {}


class WrongUse(RegularsError):
    """The request itself is off: an unknown name, a missing choice, a malformed value."""

    exit_status = 2
    http_status = 422
    code = "wrong_use"


class NotFound(RegularsError):
    """Nothing here under that name or number."""

    http_status = 404
    code = "not_found"


class Gone(RegularsError):
    """What was here has ended on purpose: it expired or was taken back."""

    http_status = 410
    code = "gone"


class NotAllowed(RegularsError):
    """The member's role does not carry the permission."""

    http_status = 403
    code = "not_allowed"


class Busy(RegularsError):
    """Somebody else is doing this right now; try again shortly."""

    http_status = 409
    code = "busy"


class NoRoom(RegularsError):
    """The disk cannot take what was asked for; nothing was begun."""

    http_status = 507
    code = "no_room"


class UnreadableFile(RegularsError):
    """The file is empty, binary, broken, unsafe to inflate or not a kind we read."""

    code = "unreadable_file"
