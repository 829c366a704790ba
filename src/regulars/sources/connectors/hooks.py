"""Webhooks: a vendor's request becomes messages on disk before it is answered."""

from __future__ import annotations

import logging

from regulars.kernel.telling import told
from regulars.sources import secrets
from regulars.sources.connectors import pulling
from regulars.sources.connectors.accounts import SEALED, account_of, connector_of, note_problem
from regulars.sources.connectors.contract import BadSignature, Delivery, NotUnderstood
from regulars.sources.connectors.kept import as_messages
from regulars.sources.intake.keeping import KEEPER
from regulars.sources.models import Source

_log = logging.getLogger("regulars.intake")


class Refusal(Exception):
    """Why a webhook was not taken: an HTTP status, the code it is counted by, one sentence."""

    def __init__(self, status: int, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.reason = reason
        self.sentence = sentence


def take(source_id: int, delivery: Delivery) -> int:
    """Check a webhook and keep what it says; returns how many messages were new.

    `Refusal` for one that is not the vendor's or says nothing. What the database raises passes.
    """
    source = Source.objects.get(pk=source_id)
    connector = connector_of(source)
    if connector is None:
        raise Refusal(401, "not_a_hook", "This source takes no webhooks.")
    try:
        account = account_of(source)
    except secrets.Sealed:
        sentence = told("The secret was kept on another machine; give it again.")
        note_problem(source_id, SEALED, sentence)
        raise Refusal(503, SEALED, "The secret of this source cannot be read.") from None
    try:
        heard = connector.hear(account, delivery)
        said = list(as_messages(heard.messages, delivery.received_at))
    except BadSignature as bad:
        raise Refusal(401, bad.reason, "The signature is missing or wrong.") from None
    except NotUnderstood as unclear:
        _log.warning("source %s: a webhook says nothing: %s", source_id, unclear)
        raise Refusal(400, "not_understood", "The body could not be understood.") from None
    except Exception:
        # Somebody else's connector may fail in ways of its own: the vendor sends again.
        _log.exception("source %s: the connector %s failed", source_id, source.kind)
        raise Refusal(503, "connector_failed", "The webhook could not be read; come again.") from (
            None
        )
    is_pull = heard.pull and connector.can_pull(account)
    if not said and not is_pull:
        return 0

    def queue() -> None:
        pulling.enqueue_pull(source_id)

    return KEEPER.keep(source_id, delivery.received_at, said, queue if is_pull else None)
