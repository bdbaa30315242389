"""Getting in, and that nothing is open to those outside."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from regulars.kit import clock
from regulars.team.models import User
from regulars.team.services import create_owner

EMAIL, PASSWORD = "anna@example.com", "ветер-лампа-42"
# The state of an audit answers those outside with the wish to load the page anew, and nothing else.
OPEN = {"account_login", "account_logout", "account_inactive", "audit-state", "language", "theme"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()  # attempts are counted there


@pytest.fixture
def owner() -> User:
    return create_owner(email=EMAIL, password=PASSWORD, now=clock.now())


def _sign_in(client: Client, password: str = PASSWORD, email: str = EMAIL, **more: str):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def test_owner_gets_in_and_to_where_she_wanted(client: Client, owner: User) -> None:
    answer = _sign_in(client, next="/accounts/password/change/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")
    assert client.get("/accounts/password/change/").status_code == 200


def test_capitals_in_the_address_do_not_matter(client: Client, owner: User) -> None:
    assert _sign_in(client, email="Anna@Example.COM").status_code == 302


def test_nobody_is_led_away_after_signing_in(client: Client, owner: User) -> None:
    assert _sign_in(client, next="https://elsewhere.example/")["Location"] == "/"


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD)])
def test_wrong_sign_in_says_the_same_whoever_it_was(
    client: Client, owner: User, email: str, password: str
) -> None:
    answer = _sign_in(client, password, email)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert "_auth_user_id" not in client.session
    errors = answer.context["form"].non_field_errors()
    assert errors == _sign_in(client, "wrong", "third@example.com").context["form"].non_field_errors()


def test_guessing_is_slowed_down(client: Client, owner: User) -> None:
    for _ in range(5):
        _sign_in(client, "wrong")
    answer = _sign_in(client)  # the right one, too late
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_account_that_was_closed_stays_outside(client: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    _sign_in(client)
    assert "_auth_user_id" not in client.session


def test_signing_out_takes_a_post(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert "_auth_user_id" not in client.session


def test_password_is_changed_and_the_session_goes_on(client: Client, owner: User) -> None:
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    new = "море-чайник-17"
    answer = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert client.get("/").status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(new)


def test_help_beside_a_new_password_names_the_length_that_is_asked_for() -> None:
    lengths = [
        v["OPTIONS"]["min_length"] for v in settings.AUTH_PASSWORD_VALIDATORS if "min_length" in v["OPTIONS"]
    ]
    assert lengths == [10]


def test_every_page_but_those_named_is_closed(client: Client) -> None:
    addresses = {p.name: p for p in get_resolver().url_patterns[0].url_patterns if isinstance(p, URLPattern)}
    closed = {
        name
        for name, pattern in addresses.items()
        if client.get("/" + str(pattern.pattern))
        .headers.get("Location", "")
        .startswith("/accounts/login/?next=")
    }
    assert set(addresses) - closed == OPEN


def test_nobody_signs_himself_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/password/reset/").status_code == 404
