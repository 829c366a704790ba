from __future__ import annotations

import hmac
import struct
import time
from base64 import b32decode
from pathlib import Path
from typing import Any

from tests.web.conftest import OWNER

WORDS = "a long and quiet street"


def code_of(secret: str) -> str:
    # RFC 6238 with RFC 4226's truncation: six digits of SHA-1, thirty seconds each.
    key = b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(client: Any, password: str = WORDS, **more: str) -> Any:
    return client.post("/account/login", {"login": OWNER, "password": password, **more})


def test_a_member_signs_in_and_out(bakery: Path, client: Any) -> None:
    answered = sign_in(client, next="/people")
    assert (answered.status_code, answered["Location"]) == (302, "/people")
    assert client.get("/settings").status_code == 200
    client.post("/account/logout")
    assert client.get("/settings").status_code == 302


def test_a_password_is_kept_slow_to_guess(bakery: Path, client: Any, settings: Any) -> None:
    from regulars.accounts.models import Member

    # The tests' own hasher is quick; this is what a business has.
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    member = Member.objects.get(email=OWNER)
    member.set_password("four flat flapjacks")
    member.save()
    kind, rounds, *_ = member.password.split("$")
    assert (kind, int(rounds) >= 600_000) == ("pbkdf2_sha256", True)
    assert sign_in(client, "four flat flapjacks")["Location"] == "/"


def test_no_one_is_sent_to_another_site(bakery: Path, client: Any) -> None:
    assert sign_in(client, next="https://evil.example/")["Location"] == "/"


def test_six_wrong_passwords_lock_the_address(bakery: Path, client: Any) -> None:
    said = [sign_in(client, "wrong") for _ in range(6)]
    assert [one.status_code for one in said] == [200] * 5 + [429]
    assert "locked for a quarter of an hour" in said[-1].content.decode()
    # The right password does not open what is locked.
    assert sign_in(client).status_code == 429
    assert client.get("/settings").status_code == 302


def test_another_address_is_not_locked(bakery: Path, client: Any) -> None:
    from regulars.accounts.models import Member

    Member.objects.create_user("manager@crumb.test", WORDS, role="manager")
    for _ in range(6):
        sign_in(client, "wrong")
    answered = client.post("/account/login", {"login": "manager@crumb.test", "password": WORDS})
    assert answered["Location"] == "/"


def with_second_factor(client: Any) -> tuple[str, list[str]]:
    """Sign in, add an authenticator app; return its key and the recovery codes."""
    sign_in(client)
    asked = client.get("/account/second-factor/app")["Location"]
    assert asked.startswith("/account/confirm")
    assert client.post(asked, {"password": WORDS})["Location"] == "/account/second-factor/app"
    secret = client.get("/account/second-factor/app").context["form"].secret
    added = client.post("/account/second-factor/app", {"code": code_of(secret)})
    assert added["Location"] == "/account/recovery-codes"
    codes = client.get("/account/recovery-codes").context["unused_codes"]
    client.post("/account/logout")
    return secret, codes


def test_the_second_factor_is_asked_for(bakery: Path, client: Any) -> None:
    from django.core.cache import cache

    secret, codes = with_second_factor(client)
    assert len(codes) == 10
    asked = sign_in(client)
    assert asked["Location"] == "/account/second-factor"
    assert client.get("/settings").status_code == 302
    # allauth takes each code once; the one that added the app was taken.
    cache.clear()
    answered = client.post("/account/second-factor", {"code": code_of(secret)})
    assert answered["Location"] == "/"
    page = client.get("/settings/security").content.decode()
    assert "10 are left" in page


def test_a_recovery_code_works_once(bakery: Path, client: Any) -> None:
    _secret, codes = with_second_factor(client)
    sign_in(client)
    assert client.post("/account/second-factor", {"code": codes[0]})["Location"] == "/"
    client.post("/account/logout")
    sign_in(client)
    assert client.post("/account/second-factor", {"code": codes[0]}).status_code == 200
    assert client.post("/account/second-factor", {"code": codes[1]})["Location"] == "/"


def test_codes_cannot_be_tried_through(bakery: Path, client: Any) -> None:
    _secret, codes = with_second_factor(client)
    sign_in(client)
    said = [client.post("/account/second-factor", {"code": "000000"}) for _ in range(7)]
    assert "Too many codes" in said[-1].content.decode()
    assert "Too many codes" not in said[5].content.decode()
    # Neither does a right one help then.
    late = client.post("/account/second-factor", {"code": codes[0]})
    assert "Too many codes" in late.content.decode()


def test_the_password_can_be_changed(bakery: Path, client: Any) -> None:
    sign_in(client)
    new = "another street at night"
    answered = client.post(
        "/account/password", {"oldpassword": WORDS, "password1": new, "password2": new}
    )
    assert answered["Location"] == "/settings/security"
    client.post("/account/logout")
    assert sign_in(client, new)["Location"] == "/"


def test_a_key_is_shown_once_and_can_be_stopped(owner: Any) -> None:
    from regulars.accounts.keys import actor_of

    page = owner.post("/settings/keys", {"name": "Notebook", "role": "analyst"})
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert actor_of(secret) is not None
    assert secret not in owner.get("/settings/keys").content.decode()
    owner.post(f"/settings/keys/{page.context['made'].pk}/revoke")
    assert actor_of(secret) is None


def test_an_owner_s_key_is_refused(owner: Any) -> None:
    page = owner.post("/settings/keys", {"name": "All", "role": "owner"})
    assert "may be a manager" in page.content.decode()


def test_the_business_can_be_changed(owner: Any) -> None:
    from regulars.accounts.models import Business

    given = {"name": "Crumb & Co", "sector": "retail", "country": "FR", "currency": "EUR"}
    owner.post("/settings/business", {**given, "timezone": "Europe/Paris"})
    business = Business.objects.get()
    assert (business.name, business.currency, business.timezone) == (
        "Crumb & Co",
        "EUR",
        "Europe/Paris",
    )
