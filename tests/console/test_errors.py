"""Pages for when something went wrong: in our look, with what to do, without anything of the inside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from regulars.console import urls
from regulars.console.views import errors
from regulars.kit import clock
from regulars.team.models import User
from regulars.team.services import create_owner

Enter = Callable[[str], Client]
ALONE = ["400.html", "403.html", "404.html", "429.html", "500.html", "403_csrf.html"]
QUERIES_OF_A_MISSING_PAGE = 3  # the session, the user, what they may


@pytest.fixture
def owner(db: None) -> User:
    return create_owner(email="anna@example.com", password="ветер-лампа-42", now=clock.now(), name="Анна <b>")


@pytest.fixture
def enter(owner: User) -> Enter:
    """A browser of somebody with this role, in English."""

    def of(role: str) -> Client:
        user = owner
        if role != "owner":
            user = User.objects.create(email=f"{role}@example.com", created_at=clock.now())
            user.groups.set([Group.objects.get_or_create(name=role)[0]])
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["regulars_language"] = "en"
        return client

    return of


# --- there is no such page -----------------------------------------------------------------------------
@pytest.mark.django_db
def test_missing_page_for_a_stranger_tells_nothing_of_the_inside(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert reverse("customers") not in answer.text


def test_missing_page_offers_a_search_and_the_places_that_are_open(enter: Enter) -> None:
    answer = enter("owner").get("/no/such/page/")
    assert answer.status_code == 404
    assert f'action="{reverse("customers")}"' in answer.text
    assert 'name="q"' in answer.text
    for name in ("overview", "metrics", "imports", "settings"):
        assert f'href="{reverse(name)}"' in answer.text


def test_places_are_those_of_the_role(enter: Enter) -> None:
    page = enter("cashier").get("/no/such/page/").text
    assert f'href="{reverse("customers")}"' in page
    assert reverse("settings") not in page
    assert reverse("metrics") not in page


@pytest.mark.parametrize("path", ["/custmers/", "/Customers", "/customer/list/"])
def test_mistyped_address_names_the_place_that_was_meant(enter: Enter, path: str) -> None:
    assert "Go to “Customers”" in enter("owner").get(path).text


def test_address_is_not_taken_for_a_place_that_is_closed(enter: Enter) -> None:
    page = enter("cashier").get("/metricz/").text
    assert "Go to" not in page
    assert "To the first page" in page


def test_missing_audit_says_that_none_is_kept(enter: Enter) -> None:
    answer = enter("owner").get(reverse("audit-report"))
    assert answer.status_code == 404
    assert "No audit is kept of that day" in answer.text


def test_missing_page_costs_little(enter: Enter, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = enter("owner")
    with django_assert_num_queries(QUERIES_OF_A_MISSING_PAGE):
        client.get("/no/such/page/")


# --- not for this role ---------------------------------------------------------------------------------
def test_closed_page_says_for_whom_it_is_and_who_can_open_it(enter: Enter) -> None:
    answer = enter("cashier").get(reverse("metrics"))
    assert answer.status_code == 403
    assert "It opens for these roles: Owner, Marketer, Analyst." in answer.text
    assert "Анна &lt;b&gt;" in answer.text
    assert "mailto:anna@example.com" in answer.text
    assert f'href="{reverse("customers")}"' in answer.text
    assert f'href="{reverse("metrics")}"' not in answer.text


def test_closed_page_speaks_russian(enter: Enter) -> None:
    client = enter("cashier")
    client.cookies["regulars_language"] = "ru"
    answer = client.get(reverse("metrics"))
    assert '<html lang="ru"' in answer.text
    assert "not for your role" not in answer.text


# --- forms, broken requests, our own mistakes ----------------------------------------------------------
@pytest.mark.django_db
def test_form_without_its_token_leads_back_to_its_page() -> None:
    client = Client(enforce_csrf_checks=True, headers={"referer": "http://testserver/accounts/login/?next=/"})
    answer = client.post("/accounts/login/", {"login": "a@b.c", "password": "x"})
    assert answer.status_code == 403
    assert "cookie" in answer.text
    assert "CSRF" not in answer.text
    assert 'href="/accounts/login/"' in answer.text


@pytest.mark.parametrize(
    "referer",
    ["https://elsewhere.example/accounts/login/", "http://testserver/no/such/", "javascript:alert(1)", ""],
)
def test_form_without_its_token_leads_nowhere_else(referer: str) -> None:
    request = RequestFactory().post("/", headers={"referer": referer})
    answer = errors.csrf_failed(request)
    assert answer.status_code == 403
    assert b'btn-primary" href="/"' in answer.content


def test_view_of_failed_forms_is_ours() -> None:
    assert settings.CSRF_FAILURE_VIEW == "regulars.console.views.errors.csrf_failed"


def _fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the inside")


def _doubt(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("a secret of the inside")


@pytest.mark.parametrize(("view", "status"), [(_fail, 500), (_doubt, 400)])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_mistake_of_ours_tells_nothing_of_the_inside(
    monkeypatch: pytest.MonkeyPatch,
    enter: Enter,
    view: Callable[[HttpRequest], HttpResponse],
    status: int,
    language: str,
) -> None:
    monkeypatch.setattr(urls.urlpatterns[0], "callback", view)
    client = enter("owner")
    client.raise_request_exception = False
    client.cookies["regulars_language"] = language
    client.cookies["regulars_theme"] = "dark"
    answer = client.get("/")
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert f'lang="{language}"' in answer.text
    assert 'data-theme="dark"' in answer.text


def test_mistake_of_ours_needs_no_database() -> None:
    """This test has no access to one: a query would fail it."""
    answer = errors.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"UTC" in answer.content


@pytest.mark.parametrize("name", ALONE)
def test_page_needs_neither_request_nor_database(name: str) -> None:
    page = render_to_string(name)
    assert page.count("<h1") == 1
    assert "btn-primary" in page
    assert "console." in page


def test_address_of_a_form_opened_by_itself_helps(enter: Enter) -> None:
    answer = enter("marketer").get(reverse("audit-make"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "There is no such page" in answer.text
