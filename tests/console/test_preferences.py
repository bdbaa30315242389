"""Language and theme, as the browser keeps them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def test_theme_is_kept_and_rendered(client: Client) -> None:
    assert 'data-theme="' not in client.get(LOGIN).text
    answer = client.post(reverse("theme"), {"theme": "dark", "next": LOGIN})
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert 'data-theme="dark"' in client.get(LOGIN).text
    client.post(reverse("theme"), {"theme": ""})
    assert 'data-theme="' not in client.get(LOGIN).text


@pytest.mark.parametrize("choice", ['"><script>', "neon"])
def test_theme_that_does_not_exist_is_forgotten(client: Client, choice: str) -> None:
    client.post(reverse("theme"), {"theme": choice})
    assert "data-theme" not in client.get(LOGIN).text
    client.cookies["regulars_theme"] = choice
    assert "data-theme" not in client.get(LOGIN).text


@pytest.mark.parametrize(
    "page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_theme_leads_back_to_our_own_pages_only(client: Client, page: str) -> None:
    assert client.post(reverse("theme"), {"theme": "light", "next": page})["Location"] == "/"


def test_theme_is_not_changed_by_a_link(client: Client) -> None:
    assert client.get(reverse("theme")).status_code == 405


@pytest.mark.parametrize(("language", "word"), [("ru", "Войти"), ("en", "Sign in")])
def test_language_is_kept(client: Client, language: str, word: str) -> None:
    client.post(reverse("language"), {"language": language, "next": LOGIN})
    page = client.get(LOGIN).text
    assert f'<html lang="{language}"' in page
    assert word in page


@pytest.mark.parametrize(("wanted", "language"), [("ru-RU,ru", "ru"), ("en-GB,en", "en"), ("de", "ru")])
def test_language_of_the_browser_comes_first(client: Client, wanted: str, language: str) -> None:
    assert f'<html lang="{language}"' in client.get(LOGIN, headers={"accept-language": wanted}).text
