"""Tokens by which the shop's site proves who is signed in: taken, and each way of being wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.team.conftest import NOW

from regulars.api import identity
from regulars.api.identity import Proven, Unproven
from regulars.team import services

pytestmark = pytest.mark.django_db
AT = int(NOW.timestamp())
HOUR, DAY = 3600, 24 * 3600


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    identity.forget()
    yield
    identity.forget()


@pytest.fixture
def secret(db: None) -> str:
    return services.make_identity_secret(user_id=None, now=NOW)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _token(secret: str, head: dict[str, Any] | None = None, digest: str = "sha256", **claims: Any) -> str:
    """A token made by hand, as RFC 7519 says: the library that reads it has no part in this."""
    body = {"sub": "42", "exp": AT + HOUR} | claims
    body = {name: value for name, value in body.items() if value is not None}
    signed = f"{_part(head or {'alg': 'HS256', 'typ': 'JWT'})}.{_part(body)}"
    mark = hmac.new(secret.encode(), signed.encode(), digest).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


def test_token_of_the_shops_server_proves_who_is_signed_in(secret: str) -> None:
    assert identity.examine(_token(secret), NOW) == Proven("42", None, None)
    told = _token(
        secret, email=" anna@example.com ", phone="+79161234567", name="Anna", aud="regulars", iat=AT
    )
    assert identity.examine(told, NOW) == Proven("42", "anna@example.com", "+79161234567")
    assert identity.examine(_token(secret, sub=42), NOW) == Proven("42")  # many shops number their customers


def test_no_token_and_no_secret() -> None:
    assert identity.examine(None, NOW) is Unproven.MISSING
    assert identity.examine("", NOW) is Unproven.MISSING
    assert identity.examine(_token("is_guessed"), NOW) is Unproven.NO_SECRET
    assert not isinstance(identity.examine(_token(""), NOW), Proven)


def test_token_signed_by_somebody_else(secret: str) -> None:
    for other in ("is_guessed", "", secret + "x", secret[:-1]):
        assert identity.examine(_token(other), NOW) is Unproven.WRONG_SIGNATURE


def test_token_changed_on_the_way(secret: str) -> None:
    head, _body, mark = _token(secret).split(".")
    other = _part({"sub": "43", "exp": AT + HOUR})
    assert identity.examine(f"{head}.{other}.{mark}", NOW) is Unproven.WRONG_SIGNATURE


def test_token_that_asks_to_be_believed_unsigned_or_signed_otherwise(secret: str) -> None:
    body = _part({"sub": "42", "exp": AT + HOUR})
    for algorithm in ("none", "None", "NONE", "nOnE"):
        assert identity.examine(f"{_part({'alg': algorithm})}.{body}.", NOW) is Unproven.MALFORMED
    for algorithm, digest in (("HS512", "sha512"), ("HS384", "sha384"), ("RS256", "sha256")):
        token = _token(secret, {"alg": algorithm, "typ": "JWT"}, digest)
        assert identity.examine(token, NOW) is Unproven.MALFORMED
    # One that brings the key to be checked with.
    key = {"kty": "oct", "k": base64.urlsafe_b64encode(b"mine").decode()}
    assert identity.examine(_token("mine", {"alg": "HS256", "jwk": key}), NOW) is Unproven.WRONG_SIGNATURE


@pytest.mark.parametrize(
    ("exp", "expected"),
    [
        (AT + 1, None),
        (AT - 59, None),  # clocks differ
        (AT - 60, Unproven.EXPIRED),
        (AT - 10 * DAY, Unproven.EXPIRED),
        (AT + DAY, None),
        (AT + DAY + 60, None),
        (AT + DAY + 61, Unproven.TOO_LONG),
        (AT + 365 * DAY, Unproven.TOO_LONG),
        (float(AT) + 0.5, None),
        (None, Unproven.MALFORMED),
        ("soon", Unproven.MALFORMED),
        (str(AT + HOUR), Unproven.MALFORMED),
        (True, Unproven.MALFORMED),
        (10**30, Unproven.MALFORMED),
        (float("nan"), Unproven.MALFORMED),
        (float("inf"), Unproven.MALFORMED),
        (-(10**18), Unproven.MALFORMED),
    ],
)
def test_when_a_token_ends(secret: str, exp: object, expected: Unproven | None) -> None:
    found = identity.examine(_token(secret, exp=exp), NOW)
    assert found == (expected or Proven("42"))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"nbf": AT + 60}, None),
        ({"nbf": AT + 61}, Unproven.NOT_YET),
        ({"iat": AT + HOUR}, Unproven.NOT_YET),
        ({"nbf": "x"}, Unproven.MALFORMED),
        ({"iat": [1]}, Unproven.MALFORMED),
        ({"sub": None}, Unproven.MALFORMED),
        ({"sub": ""}, Unproven.MALFORMED),
        ({"sub": "  "}, Unproven.MALFORMED),
        ({"sub": "x" * 256}, Unproven.MALFORMED),
        ({"sub": True}, Unproven.MALFORMED),
        ({"sub": 1.5}, Unproven.MALFORMED),
        ({"sub": ["42"]}, Unproven.MALFORMED),
        ({"sub": {"id": 42}}, Unproven.MALFORMED),
        ({"email": 5, "phone": "x" * 300}, None),  # what is no contact is left out
        ({"email": "", "phone": None}, None),
    ],
)
def test_what_a_token_says(secret: str, claims: dict[str, Any], expected: Unproven | None) -> None:
    assert identity.examine(_token(secret, **claims), NOW) == (expected or Proven("42"))


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b",
        "a.b.c",
        "....",
        "x" * 5000,
        "ключ.ключ.ключ",
        "e30.e30.",
        "\x00.\x00.\x00",
        "\udcff",
        5,
        ["x"],
        b"a.b.c",
    ],
)
def test_what_is_no_token(secret: str, token: object) -> None:
    assert identity.examine(token, NOW) is Unproven.MALFORMED


def test_body_that_is_no_set_of_claims(secret: str) -> None:
    for value in ([1], "x", 5, None, b"\xff".decode("latin1")):
        signed = f"{_part({'alg': 'HS256'})}.{_part(value)}"
        mark = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
        token = f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
        assert identity.examine(token, NOW) is Unproven.MALFORMED


def test_head_that_nests_without_end(secret: str) -> None:
    head = base64.urlsafe_b64encode(b"[" * 2_990).decode().rstrip("=")
    with pytest.raises(RecursionError):
        json.loads("[" * 2_990)  # so this is what would otherwise happen
    assert identity.examine(f"{head}.e30.x", NOW) is Unproven.MALFORMED


def test_tokens_of_the_former_secret_hold_for_a_week(secret: str) -> None:
    new = services.make_identity_secret(user_id=None, now=NOW)
    later = NOW + timedelta(days=6)
    exp = int(later.timestamp()) + HOUR
    for one in (new, secret):
        assert identity.examine(_token(one, exp=exp), later) == Proven("42")
    identity.forget()
    later = NOW + timedelta(days=7)
    exp = int(later.timestamp()) + HOUR
    assert identity.examine(_token(new, exp=exp), later) == Proven("42")
    assert identity.examine(_token(secret, exp=exp), later) is Unproven.WRONG_SIGNATURE


def test_secret_is_asked_for_once_in_a_while(
    secret: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        for _ in range(5):
            assert isinstance(identity.examine(_token(secret), NOW), Proven)


def test_every_reason_says_what_to_do() -> None:
    assert set(identity.EXPLAINED) == set(Unproven)
