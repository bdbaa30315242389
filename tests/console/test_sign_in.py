"""Getting in, and what is said to those who do not."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse
from tests.console.people import PASSWORD, browser_of, person, set_up_shop

from regulars.kit import clock
from regulars.team import services
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Role

EMAIL = "anna@example.com"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters(db: None) -> None:
    cache.clear()  # attempts are counted there


@pytest.fixture
def owner() -> User:
    user = person(Role.OWNER, email=EMAIL)
    set_up_shop()
    return user


def _sign_in(
    client: Client, password: str = PASSWORD, email: str = EMAIL, next_: str = "", **how: Any
) -> HttpResponse:
    data = {"login": email, "password": password} | ({"next": next_} if next_ else {})
    return client.post(reverse("account_login"), data, **how)


def test_owner_gets_in_and_to_where_she_wanted(client: Client, owner: User) -> None:
    answer = _sign_in(client, next_="/accounts/password/change/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")
    assert client.get("/accounts/password/change/").status_code == 200


def test_capitals_in_the_address_do_not_matter(client: Client, owner: User) -> None:
    assert _sign_in(client, email="Anna@Example.COM").status_code == 302


def test_nobody_is_led_away_after_signing_in(client: Client, owner: User) -> None:
    assert _sign_in(client, next_="https://elsewhere.example/")["Location"] == "/"


def test_owner_of_a_shop_not_set_up_is_led_there_whatever_she_wanted(client: Client) -> None:
    person(Role.OWNER, email=EMAIL)
    assert _sign_in(client, next_="/customers/")["Location"] == "/setup/"


def test_others_are_told_that_the_owner_has_to_finish(client: Client) -> None:
    person(Role.AGENT, email=EMAIL)
    assert _sign_in(client)["Location"] == "/setup/waiting/"
    assert "not set up yet" in client.get("/setup/waiting/", headers={"accept-language": "en"}).text
    set_up_shop()
    assert client.get("/setup/waiting/")["Location"] == "/my-day/"


def test_agent_begins_with_the_day(client: Client, owner: User) -> None:
    person(Role.AGENT)
    assert _sign_in(client, email="agent@example.com", next_="/")["Location"] == "/my-day/"


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


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_guessing_is_slowed_down_whether_the_address_exists_or_not(
    client: Client, owner: User, email: str
) -> None:
    for _ in range(5):
        assert "right" in _errors(_sign_in(client, "wrong", email, headers={"accept-language": "en"}))
    answer = _sign_in(client, PASSWORD, email, headers={"accept-language": "en"})  # too late
    assert "Too many" in _errors(answer)
    assert "_auth_user_id" not in client.session


def _errors(answer: HttpResponse) -> str:
    return " ".join(answer.context["form"].non_field_errors())


@override_settings(ALLOWED_HOSTS=["127.0.0.1", "localhost"])
def test_another_host_or_port_or_spelling_gives_no_further_attempts(client: Client, owner: User) -> None:
    for number in range(5):
        _sign_in(client, "wrong", HTTP_HOST=f"localhost:{8000 + number}")
    answer = _sign_in(client, email=" Anna@example.com ", HTTP_HOST="127.0.0.1:1")
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


@override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1)
def test_behind_a_proxy_visitors_are_told_apart_and_cannot_pretend(client: Client, owner: User) -> None:
    for number in range(10):
        _sign_in(
            client, "wrong", f"{number}@example.com", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 203.0.113.5"
        )
    late = _sign_in(client, HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.5")
    assert late.status_code == 200
    assert _sign_in(client, HTTP_X_FORWARDED_FOR="203.0.113.5, 203.0.113.6").status_code == 302


def test_without_a_proxy_the_header_is_not_believed(client: Client, owner: User) -> None:
    for number in range(10):
        _sign_in(client, "wrong", f"{number}@example.com", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    assert _sign_in(client, HTTP_X_FORWARDED_FOR="10.0.0.99").status_code == 200


def test_sign_ins_are_noted_and_wrong_ones_without_the_address(client: Client, owner: User) -> None:
    before = AuditLogEntry.objects.count()
    _sign_in(client, "wrong")
    _sign_in(client, "wrong", "nobody@example.com")
    _sign_in(client)
    lines = list(AuditLogEntry.objects.order_by("pk")[before:].values_list("action", "user_id", "subject"))
    assert lines == [
        ("sign_in_failed", None, f"user:{owner.pk}"),
        ("sign_in_failed", None, ""),
        ("signed_in", owner.pk, f"user:{owner.pk}"),
    ]
    assert "example" not in " ".join(str(line.details) for line in AuditLogEntry.objects.all())


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


def test_password_is_changed_and_only_this_session_goes_on(owner: User) -> None:
    here, elsewhere = browser_of(owner), browser_of(owner)
    new = "море-чайник-17"
    answer = here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert here.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account"))["Location"].startswith("/accounts/login/")
    owner.refresh_from_db()
    assert owner.check_password(new)
    assert owner.password.startswith("argon2")
    assert AuditLogEntry.objects.filter(action="password_changed", user=owner).count() == 1


def test_link_sets_a_new_password_forgives_attempts_and_ends_sessions(client: Client, owner: User) -> None:
    elsewhere = browser_of(owner)
    for _ in range(5):
        _sign_in(client, "wrong")
    made = services.make_password_link(user_id=owner.pk, by=None, now=clock.now())
    link = reverse("new-password", args=[made.token])
    assert EMAIL in client.get(link).text
    refused = client.post(link, {"password1": "short", "password2": "short"})
    assert refused.status_code == 200
    assert refused.context["form"].errors["password1"]
    new = "море-чайник-17"
    assert client.post(link, {"password1": new, "password2": new})["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session  # the second step, where there is one, is still asked for
    assert client.get(link).status_code == 410
    assert elsewhere.get("/account/")["Location"].startswith("/accounts/login/")
    assert _sign_in(client, new).status_code == 302


def test_help_beside_a_new_password_names_the_length_that_is_asked_for() -> None:
    lengths = [
        v["OPTIONS"]["min_length"] for v in settings.AUTH_PASSWORD_VALIDATORS if "min_length" in v["OPTIONS"]
    ]
    assert lengths == [10]


def test_nobody_signs_himself_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/password/reset/").status_code == 404
