"""Pages for when something went wrong: in our look, with what to do, without anything of the inside."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.csrf import csrf_failure


@pytest.mark.django_db
def test_missing_page(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


@pytest.mark.django_db
def test_form_without_its_token_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.c", "password": "x"})
    assert answer.status_code == 403
    assert "cookie" in answer.text
    assert "CSRF" not in answer.text


def test_failure_of_the_form_renders_outside_of_a_session() -> None:
    assert csrf_failure(RequestFactory().post("/")).status_code == 403


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "404.html", "429.html", "500.html", "403_csrf.html"]
)
def test_page_needs_neither_request_nor_database(name: str) -> None:
    page = render_to_string(name)
    assert "<h1" in page
    assert "console.css" in page or "console." in page
