"""API keys: made once, shown once, checked by hash."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import ApiKey, Role
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told


def make(actor: Actor, *, name: str, role: str = Role.ANALYST) -> tuple[ApiKey, str]:
    """Create a key with ``role``; returns the row and the secret, which is never shown again."""
    actor.require("keys.manage")
    if role not in Role.values or role == Role.OWNER:
        raise WrongUse(told("A key may be a manager, a helper or an analyst."))
    if not name.strip():
        raise WrongUse(told("A key needs a name, so that you know later what uses it."))
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name.strip(),
            prefix=prefix,
            digest=_digest(secret),
            role=role,
            created_by_id=actor.member_id,
        )
        audit(actor, "keys.make", key.name, role=role)
    return key, f"rg_{prefix}_{secret}"


def revoke(actor: Actor, key_id: int) -> None:
    """Stop a key from working; `NotFound` for an unknown one."""
    actor.require("keys.manage")
    with transaction.atomic():
        changed = ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=clock.now())
        if not changed:
            raise NotFound(told("No working key has the number %(n)s.", n=key_id))
        audit(actor, "keys.revoke", str(key_id))


def actor_of(token: str) -> Actor | None:
    """Return the actor behind ``token``, or ``None`` when it is unknown or revoked."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "rg":
        return None
    key = ApiKey.objects.filter(prefix=parts[1], revoked_at=None).first()
    if key is None or not hmac.compare_digest(key.digest, _digest(parts[2])):
        return None
    now = clock.now()
    # A write a minute at most: reading through the API must not queue for the write lock.
    if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return Actor(key.role, "api", key.created_by_id, f"key {key.name}")


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
