"""Forms of a website: contact, order enquiries, sign-ups."""

from __future__ import annotations

from regulars.kernel.telling import told
from regulars.sources.connectors.contract import Connector
from regulars.sources.connectors.form.webhook import hear

CONNECTOR = Connector(
    kind="form",
    title=told("Form on a website"),
    namespace="form",
    fields=(),
    about=told("What people write into a form on your website. No program of yours is needed."),
    steps=(
        told("Make the address above the form's action, with method=post; or give it to your form "
             "service as a webhook."),
        told("Fields called name, email, phone and message are understood, in four languages; all "
             "others are kept as they are."),
        told("Hide a field called _gotcha: what fills it in is a program, and is left out."),
    ),
    hear=hear,
    is_public=True,
)  # fmt: skip
