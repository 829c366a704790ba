"""A source's side of its connector: what its owner gave, what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources import secrets
from regulars.sources.connectors.contract import SIGNING, Account, Connector
from regulars.sources.connectors.found import connectors
from regulars.sources.models import Source

TOKEN, UNREACHABLE, SEALED = "token_refused", "unreachable", "sealed"
PAUSING = (TOKEN, SEALED)
"""Problems that asking again does not solve: pulling waits until somebody gives another secret."""


def connector_of(source: Source) -> Connector | None:
    """The connector that a source belongs to, if it is installed."""
    return connectors().get(source.kind)


def account_of(source: Source) -> Account:
    """What the owner gave; `secrets.Sealed` when it was sealed elsewhere."""
    given = source.settings.get("connector", {})
    return Account(
        source.pk,
        secrets.unseal(source.settings.get("secrets", "")),
        given,
        given.get("hook_url") or hook_url(source),
    )


def hook_url(source: Source) -> str:
    """Where the vendor sends to."""
    return f"{settings.PUBLIC_URL}/v1/hook/{source.write_key}"


def sort_given(connector: Connector, secret_text: str, plain: Mapping[str, str]) -> tuple[
    dict[str, str], dict[str, str]
]:  # fmt: skip
    """Return secrets and settings, from a text of secrets and settings by name.

    The text has one line per secret, ``name=value``; a line without a known name is the secret that
    signs webhooks. `WrongUse` for an unknown name or a missing one.
    """
    known = {one.name: one for one in connector.fields}
    sealed: dict[str, str] = {}
    for line in filter(None, map(str.strip, secret_text.splitlines())):
        name, is_named, value = line.partition("=")
        if is_named and name.strip() in known:
            sealed[name.strip()] = value.strip()
        elif SIGNING in sealed:
            raise WrongUse(told("A secret has a name that %(kind)s does not know.",
                                kind=connector.title))  # fmt: skip
        else:
            sealed[SIGNING] = line
    shown = {name: value.strip() for name, value in plain.items()}
    for name in shown:
        if name not in known or known[name].is_secret:
            raise WrongUse(told("%(kind)s has no setting “%(name)s”.",
                                kind=connector.title, name=name))  # fmt: skip
    # What is no secret may stand among the secrets: it came by the same way.
    for name in [name for name in sealed if name in known and not known[name].is_secret]:
        shown[name] = sealed.pop(name)
    filled = {name for name, value in {**sealed, **shown}.items() if value}
    missing = [one.name for one in connector.fields if one.is_required and one.name not in filled]
    if missing:
        raise WrongUse(told("%(kind)s needs: %(names)s.",
                            kind=connector.title, names=", ".join(missing)))  # fmt: skip
    return sealed, shown


def give(source: Source, sealed: Mapping[str, str], shown: Mapping[str, str]) -> None:
    """Keep secrets and settings beside those given before, and try again."""
    try:
        before = secrets.unseal(source.settings.get("secrets", ""))
    except secrets.Sealed:
        before = {}
    source.settings["secrets"] = secrets.seal({**before, **sealed})
    source.settings["connector"] = {**source.settings.get("connector", {}), **shown}
    source.settings.pop("problem", None)


def note_problem(source_id: int, code: str, sentence: str) -> None:
    """Keep what stands in the way of pulling, for the source's page."""
    problem = {"code": code, "sentence": sentence, "since": clock.now().isoformat()}
    _change(source_id, problem)


def clear_problem(source_id: int) -> None:
    """It works again."""
    _change(source_id, None)


def _change(source_id: int, problem: dict[str, Any] | None) -> None:
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source_id)
        known = source.settings.get("problem")
        if known == problem or (known and problem and known["code"] == problem["code"]):
            return
        source.settings.pop("problem", None)
        if problem is not None:
            source.settings["problem"] = problem
        source.save(update_fields=["settings"])


def problem_of(source: Source) -> dict[str, Any] | None:
    """What stands in the way of pulling: a code, a sentence, since when."""
    found = source.settings.get("problem")
    return found if isinstance(found, dict) else None


def is_waiting(source: Source) -> bool:
    """Whether pulling waits for somebody to give another secret."""
    problem = problem_of(source)
    return problem is not None and problem["code"] in PAUSING
