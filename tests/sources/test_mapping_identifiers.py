from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.sources.files.identifiers import (
    KIND_PRIORITY,
    in_order,
    normalise_card,
    normalise_customer_id,
    normalise_email,
    normalise_phone,
)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        (" Ana.B@Example.COM ", "ana.b@example.com"),
        ("first.last+news@gmail.com", "first.last+news@gmail.com"),
        ("Jo Smith <jo@smith.example>", "jo@smith.example"),
        ("mailto:jo@smith.example", "jo@smith.example"),
        ("a@x.example ::: b@x.example", "a@x.example"),
        ("'jo@smith.example", "jo@smith.example"),
        ("\u200bjo@smith.example", "jo@smith.example"),
        ("jürgen@bäcker.example", "jürgen@bäcker.example"),
        ("ju\u0308rgen@ba\u0308cker.example", "jürgen@bäcker.example"),
        ("jo@xn--bcker-gra.example", "jo@bäcker.example"),
        ("not an address", None),
        ("jo@", None),
        ("jo@host", None),
        ("jo..x@smith.example", None),
        ("", None),
    ],
)
def test_emails_come_to_one_form(given_text: str, expected: str | None) -> None:
    assert normalise_email(given_text) == expected


@pytest.mark.parametrize(
    "address",
    [
        "none@none.com", "test@test.com", "TEST@TEST.CO.UK", "noreply@shop.example",
        "no-reply@x.example",
        "donotreply@x.example", "email@example.com", "user@example.org", "noemail@shop.example",
        "guest@hotel.example", "anything@noemail.com", "john.doe@example.com",
    ],
)  # fmt: skip
def test_blocked_addresses_never_point_at_anybody(address: str) -> None:
    assert normalise_email(address) is None


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("+44 (0)7700 900123", "GB", "+447700900123"),
        ("'+447700900123", "FR", "+447700900123"),
        ("447700900123", "GB", "+447700900123"),
        ("447700900123.0", "GB", "+447700900123"),
        ("33611111111", "GB", "+33611111111"),
        ("06 11 11 11 12", "FR", "+33611111112"),
        ("0611111112", "FR", "+33611111112"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("020 7946 0018 ext. 5", "GB", "+442079460018;ext=5"),
        ("0000000000", "GB", None),
        ("1111111111", "US", None),
        ("1234567890", "GB", None),
        ("4.47701E+11", "GB", None),
        ("n/a", "GB", None),
        ("12", "GB", None),
        ("", "GB", None),
    ],
)
def test_phones_become_e164(text: str, region: str, expected: str | None) -> None:
    assert normalise_phone(text, region) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17850.0", "17850"),
        ("'9013808660771", "9013808660771"),
        (" 00042 ", "00042"),
        ("11111", "11111"),
        ("cus_9", "cus_9"),
        ("111111", None),
        ("0", None),
        ("0.0", None),
        ("000", None),
        ("Guest", None),
        ("WALK-IN", None),
        ("n/a", None),
        ("unknown", None),
        ("nan", None),
        ("Laufkundschaft", None),
        ("client de passage", None),
        ("", None),
    ],
)
def test_customer_numbers(text: str, expected: str | None) -> None:
    assert normalise_customer_id(text) == expected


def test_cards() -> None:
    assert normalise_card("6335 8100-12ab") == "6335810012AB"
    assert normalise_card("0000000") is None
    assert normalise_card("99999999") is None


def test_the_anchor_comes_first() -> None:
    given_pairs = [
        ("anonymous_id:website", "v1"),
        ("phone", "+1"),
        ("card", "7"),
        ("email", "a@x.example"),
        ("name", "ada a@x.example"),
        ("customer_id:square", "1"),
    ]
    ordered = in_order([*given_pairs, ("phone", "+1")])
    assert [kind.partition(":")[0] for kind, _ in ordered] == list(KIND_PRIORITY)


_addresses = st.one_of(
    st.text(max_size=40),
    st.builds(
        "{}@{}.{}".format,
        st.text(max_size=12),
        st.text(max_size=12),
        st.sampled_from(["com", "de", "example"]),
    ),
    st.emails(),
)


@given(_addresses)
def test_an_address_in_its_one_form_stays(text: str) -> None:
    once = normalise_email(text)
    assert once is None or normalise_email(once) == once


@given(
    st.one_of(st.text(max_size=25), st.text("0123456789 +()-./x", max_size=22)),
    st.sampled_from(["GB", "US", "FR", "DE"]),
)
def test_a_phone_in_its_one_form_stays(text: str, region: str) -> None:
    once = normalise_phone(text, region)
    assert once is None or normalise_phone(once, region) == once


@given(st.one_of(st.text(max_size=25), st.text("0123456789.'- ", max_size=12)))
def test_numbers_and_cards_in_their_one_form_stay(text: str) -> None:
    for normalise in (normalise_customer_id, normalise_card):
        once = normalise(text)
        assert once is None or normalise(once) == once
