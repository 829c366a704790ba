"""Why a message could not land, or a request was turned away, in a sentence."""

from __future__ import annotations

from regulars.kernel.telling import told

_SENTENCES = {
    "no_type": told("The message does not say of which type it is."),
    "bad_message_id": told("The message's own number (messageId) is no text."),
    "no_user_anon_id": told("The message names neither userId nor anonymousId."),
    "no_event": told("The message does not say what happened (event)."),
    "no_group_id": told("The message names no group (groupId)."),
    "no_previous_id": told("The message does not name both userId and previousId."),
    "too_large": told("The message is longer than 32 kilobytes."),
    "not_an_object": told("The message is not a JSON object."),
    "unreadable": told("The message cannot be written down again."),
    "no_order_id": told("The message names no order (order_id)."),
    "no_product": told("The message names nothing on sale (name or sku)."),
    "no_booking": told("The message names no booking, or not when it begins."),
    "no_review": told("The message names no review, or neither stars nor words."),
    "bad_currency": told("The currency is not a code of three letters."),
    "bad_number": told("An amount or a quantity is not a number, or out of range."),
    "bad_product": told("A product of the order is not an object."),
    "too_many_lines": told("The order has too many lines."),
    "not_understood": told("What the vendor sent has another shape than its documentation says."),
    "no_mapping": told("Nobody said yet what the fields of this message mean."),
    "not_mapped": told("A field cannot be read as was decided, or one that is needed is empty."),
    "unexpected": told("The message could not be read for a reason that nobody foresaw."),
    # Requests that were turned away.
    "bad_signature": told("The signature is wrong."),
    "stale_signature": told("The request is too old: it may be a copy of an earlier one."),
    "other_shop": told("The request speaks of another shop."),
    "no_secret": told("No secret is set for this source."),
    "bad_key": told("The key belongs to no source."),
    "no_key": told("There was no key."),
    "paused": told("The source is paused."),
    "only_webhooks": told("This source takes signed webhooks only."),
    "not_a_hook": told("This source takes no webhooks."),
    "queue_full": told("Too many messages waited to be read."),
    "disk_full": told("The disk was nearly full."),
    "sealed": told("The secret of this source could not be read."),
    "retained": told("The broker had kept a reading from before that does not say when it was."),
    "connector_failed": told("The webhook could not be read."),
}


def sentence_of(reason: str) -> str:
    """The sentence of a reason's code; what is no known code stands as it is."""
    return _SENTENCES.get(reason, reason)
