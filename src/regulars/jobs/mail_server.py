"""The mail server: Django's SMTP, which also says when a message is out of our hands."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from regulars.kernel.telling import told

_PERMANENT = 500


def is_set() -> bool:
    """Whether there is a mail server at all."""
    return bool(settings.EMAIL_HOST)


class Backend(EmailBackend):
    """Calls ``before_data`` just before the server gets the text of a message.

    Until then nothing can have gone out; after it, only the server's own answer tells.
    """

    before_data: Callable[[], None] = staticmethod(lambda: None)

    @property
    def connection_class(self) -> Any:
        base: type[smtplib.SMTP] = super().connection_class
        tell = self._tell

        class Connection(base):  # type: ignore[misc, valid-type]
            def data(self, msg: Any) -> Any:
                tell()
                return super().data(msg)

        return Connection

    def _tell(self) -> None:
        self.before_data()


def is_refusal(error: Exception) -> bool:
    """Whether the server itself answered no, so that the message has certainly not gone out."""
    refusals = (
        smtplib.SMTPResponseException,
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPNotSupportedError,
    )
    return isinstance(error, refusals)


def is_final(error: Exception) -> bool:
    """Whether trying again cannot help: the address or the message was refused for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= _PERMANENT
    # Text that cannot be written as mail, or an address that this server cannot carry.
    return isinstance(error, ValueError | smtplib.SMTPNotSupportedError)


def in_words(error: Exception) -> str:
    """One plain sentence about what the mail server did."""
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return told("The mail server does not accept the user name or the password.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [_answer(code, said) for code, said in error.recipients.values()]
        return told("The mail server refused the address: %(why)s", why="; ".join(answers))
    if isinstance(error, smtplib.SMTPResponseException):
        why = _answer(error.smtp_code, error.smtp_error)
        return told("The mail server refused: %(why)s", why=why)
    if isinstance(error, ssl.SSLError):
        return told("The mail server %(host)s could not prove who it is, or has no TLS.", host=host)
    # smtplib makes a lost connection of a wait that was too long.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return told(
            "The mail server %(host)s:%(port)s did not answer in time.", host=host, port=port
        )
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return told("The mail server %(host)s hung up.", host=host)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return told(
            "The mail server %(host)s:%(port)s cannot be reached (%(why)s).",
            host=host,
            port=port,
            why=error.strerror or type(error).__name__,
        )
    return told("This cannot be sent as mail: %(why)s", why=error)


def _answer(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{code} {' '.join(text.split())[:200]}"
