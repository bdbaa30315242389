"""Connecting a programme as somebody does it who reads no manual; the log's page that keeps itself new."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console.test_event_log import Listener, _ring

from regulars.events import registry
from regulars.events import services as events
from regulars.events.types import Consumer
from regulars.kit import clock
from regulars.team import queries, services
from regulars.team.models import User
from regulars.team.types import ShopProfile

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _set_up(owner: User) -> None:
    services.save_shop(shop=ShopProfile(name="Чайная лавка"), user_id=owner.pk, now=clock.now())


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "light", 360), ("en", "dark", 1280)])
def test_from_nothing_to_a_key_that_is_revoked(
    visit: Visit, owner: User, language: str, theme: str, width: int
) -> None:
    visitor = visit(language=language, theme=theme, width=width)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.enter(owner, "/connections/")

    def fits() -> None:
        assert serious_findings(page) == []
        assert overflow(page) == 0

    fits()
    page.locator("main a[href$='kind=server']").click()
    page.locator("#id_name").fill("1С")
    fits()
    page.locator("main form button.btn-primary").click()
    (key,) = queries.keys()
    page.wait_for_url(f"**/connections/keys/{key.id}/")
    fits()
    secret = page.locator("section[role=status] input[readonly]").input_value()
    assert queries.key_of(secret) == key
    page.locator("section[role=status] button.btn-primary").click()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.reload()
    expect(page.locator("section[role=status]")).to_have_count(0)
    page.locator("details.folded > summary").last.click()
    page.locator("form[action$='/revoke/'] button").click()
    page.wait_for_load_state()
    assert queries.key_of(secret) is None
    fits()


def test_site_and_its_secret_without_scripts(visit: Visit, owner: User) -> None:
    visitor = visit(scripts=False, width=390)
    page = visitor.enter(owner, "/connections/script/")
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    (key,) = queries.browser_keys()
    assert key.public in page.locator("textarea").first.input_value()
    page.locator("button[value=make]").click()
    page.wait_for_load_state()
    shown = page.locator("#identity input[readonly]").input_value()
    assert queries.identity_secrets(clock.now()) == (shown,)


def test_page_of_the_log_keeps_itself_new(visit: Visit, owner: User) -> None:
    listener = Listener()
    listener.fails = False
    with registry.only_consumers(Consumer("test.bells", listener.handle)):
        events.ensure_consumers(now=clock.now())
        page = visit(language="en", width=390).enter(owner, "/connections/log/")
        assert serious_findings(page) == []
        assert overflow(page) == 0
        expect(page.get_by_text("Everything is handled.")).to_be_visible()
        _ring(1, 2, 3)
        expect(page.get_by_text("3 events wait")).to_be_visible()
        page.get_by_role("button", name="Stop it for now").click()
        expect(page.get_by_text("stopped by hand")).to_be_visible()
        page.get_by_role("button", name="Let it go on").click()
        expect(page.get_by_text("It goes on with what has waited.")).to_be_visible()
