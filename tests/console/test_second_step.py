"""Two-step sign-in: turned on, asked for, used once, sealed in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks
from tests.console.people import PASSWORD, person, set_up_shop

from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Role

pytestmark = pytest.mark.django_db
EMAIL = "anna@example.com"


@pytest.fixture(autouse=True)
def _fresh_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def owner() -> User:
    user = person(Role.OWNER, email=EMAIL)
    set_up_shop()
    return user


def code_now(secret: str, steps: int = 0) -> str:
    """RFC 6238 by its text: six digits of HMAC-SHA1 over the number of the half minute."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def _sign_in(client: Client) -> HttpResponse:
    return client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})


def _turn_on(client: Client) -> tuple[str, list[str]]:
    """Go the whole way; gives the secret and the recovery codes."""
    _sign_in(client)
    on = reverse("mfa_activate_totp")
    asked = client.get(on)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(asked["Location"], {"password": "wrong"}).status_code == 200
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == on
    page = client.get(on)
    assert 'src="data:image/svg+xml;base64,' in page.text
    secret = page.context["form"].secret
    assert client.post(on, {"code": "000000"}).status_code == 200
    answer = client.post(on, {"code": code_now(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret, client.get(answer["Location"]).context["unused_codes"]


def test_second_step_is_asked_for_from_then_on(
    client: Client, owner: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        secret, codes = _turn_on(client)
    assert len(codes) == 10
    other = Client()
    assert _sign_in(other)["Location"] == reverse("mfa_authenticate")
    assert other.get("/account/")["Location"].startswith("/accounts/login/")
    assert other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert other.post(reverse("mfa_authenticate"), {"code": code_now(secret)})["Location"] == "/"
    assert other.get("/account/").status_code == 200
    assert AuditLogEntry.objects.filter(action="wrong_code", subject=f"user:{owner.pk}").count() == 1
    actions = AuditLogEntry.objects.filter(user=owner).order_by("pk").values_list("action", flat=True)
    assert [a for a in actions if a != "shop_changed"] == ["signed_in", "second_step_on", "signed_in"]


def test_code_opens_once_for_as_long_as_it_is_valid(client: Client, owner: User) -> None:
    secret, _codes = _turn_on(client)
    code = code_now(secret, 1)  # the next one: valid for two more half minutes
    first, second = Client(), Client()
    _sign_in(first)
    _sign_in(second)
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    # allauth would have forgotten the code after one half minute
    assert cache.delete(f"allauth.mfa.totp.used?user={owner.pk}&code={code}")
    spaced = f"{code[:3]} {code[3:]}"
    assert second.post(reverse("mfa_authenticate"), {"code": spaced}).status_code == 200
    assert "_auth_user_id" not in second.session


def test_recovery_code_opens_once(client: Client, owner: User) -> None:
    _secret, codes = _turn_on(client)
    for expected in (302, 200):
        other = Client()
        _sign_in(other)
        assert other.post(reverse("mfa_authenticate"), {"code": codes[3]}).status_code == expected
    listed = client.get(reverse("mfa_download_recovery_codes"))
    assert codes[3] not in listed.text
    assert codes[4] in listed.text


def test_guessing_codes_is_slowed_down(client: Client, owner: User) -> None:
    secret, _codes = _turn_on(client)
    other = Client()
    _sign_in(other)
    for _ in range(5):
        other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert other.post(reverse("mfa_authenticate"), {"code": code_now(secret)}).status_code == 200
    assert "_auth_user_id" not in other.session


def test_what_codes_are_made_from_is_sealed(client: Client, owner: User) -> None:
    secret, codes = _turn_on(client)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)


def test_under_another_key_no_code_opens(client: Client, owner: User) -> None:
    secret, codes = _turn_on(client)
    empty = base64.b32encode(b"").decode()
    with override_settings(SECRET_KEY="another key of fifty signs, as after a move without it"):
        other = Client()
        _sign_in(other)
        for code in (code_now(secret), codes[0], code_now(empty)):
            assert other.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert "_auth_user_id" not in other.session


def test_turned_off_after_the_password_was_given(client: Client, owner: User) -> None:
    _turn_on(client)
    off = reverse("mfa_deactivate_totp")
    assert client.get(off).status_code == 200
    assert client.post(off)["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index"))["Location"] == reverse("account")
    assert not Authenticator.objects.exists()
    assert _sign_in(Client())["Location"] == "/"
    assert AuditLogEntry.objects.filter(action="second_step_off").count() == 1
