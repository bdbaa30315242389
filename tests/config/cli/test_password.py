"""`regulars password`: a link for who is locked out, printed where Regulars runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner, Result
from django.contrib.auth import authenticate

from regulars.config.cli.password import password
from regulars.kit import clock
from regulars.team import services
from regulars.team.errors import UnknownUser
from regulars.team.models import AuditLogEntry, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def owner(db: None) -> User:
    return services.create_owner(email="anna@shop.example", password="seven warm cups", now=NOW)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(password, arguments, catch_exceptions=True)


def test_link_lets_the_owner_in_again(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_ORIGINS", "https://shop.example")
    printed = _run("Anna@Shop.example").output
    (token,) = re.findall(r"https://shop\.example/password/([\w-]{43})/", printed)
    services.use_password_link(token=token, password="море-чайник-17", now=clock.now())
    assert authenticate(username="anna@shop.example", password="море-чайник-17") == owner
    assert AuditLogEntry.objects.filter(action="password_link_made", user=None).count() == 1


def test_without_an_origin_it_is_this_machine(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGULARS_ORIGINS", raising=False)
    monkeypatch.setenv("PORT", "8123")
    assert "http://127.0.0.1:8123/password/" in _run("anna@shop.example").output


def test_second_step_goes_only_when_asked_for(owner: User) -> None:
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    _run("anna@shop.example")
    assert Authenticator.objects.exists()
    _run("anna@shop.example", "--without-second-step")
    assert not Authenticator.objects.exists()


def test_unknown_address_is_named() -> None:
    result = _run("nobody@shop.example")
    assert isinstance(result.exception, UnknownUser)
    assert "nobody@shop.example" in str(result.exception)
