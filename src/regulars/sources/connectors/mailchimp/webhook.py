"""Mailchimp's webhooks: forms, without a signature.

Mailchimp signs nothing and recommends a secret in the address; ours has one (the source's key).
Source: mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from regulars.sources.connectors.contract import (
    Account,
    BadSignature,
    Delivery,
    Heard,
    NotUnderstood,
)
from regulars.sources.connectors.mailchimp import mapping
from regulars.sources.connectors.messages import gather

_MOST_FIELDS = 1_000


def hear(account: Account, delivery: Delivery) -> Heard:
    """Read one event; one about another audience is refused."""
    try:
        said = dict(parse_qsl(delivery.body.decode(), max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise NotUnderstood(str(error)) from error
    if "type" not in said:
        raise NotUnderstood("the body is no event")
    audience = account.settings.get("audience", "")
    if audience and said.get("data[list_id]", audience) != audience:
        raise BadSignature("other_shop")
    return Heard(gather([dict(said)], mapping.hook))
