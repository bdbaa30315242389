"""Signing in as people do it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings

from regulars.team.models import User

pytestmark = pytest.mark.browser
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


def test_wrong_then_right_password(visit: Visit, owner: User) -> None:
    visitor = visit()
    page = visitor.sign_in("not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[type=password]").fill("ветер-лампа-42")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Главное меню")).to_be_visible()
    assert page.url.startswith(f"{visitor.address}/setup/")  # nobody has set this shop up


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sign_in_page_is_fit_for_everybody(visit: Visit, language: str, theme: str) -> None:
    for width in (360, 1280):
        page = visit(language=language, theme=theme, width=width).open("/accounts/login/")
        assert page.locator("html").get_attribute("lang") == language
        assert serious_findings(page) == []
        assert overflow(page) == 0


def test_keyboard_reaches_everything_in_order(visit: Visit) -> None:
    page = visit(language="en").open("/accounts/login/")
    reached = []
    for _ in range(7):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    forgotten = "Forgotten the password, or no account?"
    assert reached == [
        "Skip to the content",
        "Regulars",
        "id_login",
        "id_password",
        "Sign in",
        forgotten,
        "Ру",
    ]


def test_choice_of_language_and_theme_stays(visit: Visit) -> None:
    page = visit(language="ru", theme="light").open("/accounts/login/")
    page.get_by_role("button", name="En", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(28, 26, 22)"
    page.reload()
    assert page.evaluate(background) == "rgb(28, 26, 22)"


def test_everything_works_without_scripts(visit: Visit, owner: User) -> None:
    visitor = visit(width=360, scripts=False)
    page = visitor.sign_in()
    page.locator("summary").first.click()
    page.locator("header form[action='/accounts/logout/'] button").click()
    expect(page.locator("input[type=password]")).to_be_visible()
