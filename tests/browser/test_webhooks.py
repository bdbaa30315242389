"""Webhooks as the owner sees them: adding one, the secret, a test that arrives, one that is off."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from tests import tls
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.webhooks import receivers, shop
from tests.webhooks.receivers import Receiver

from regulars.kit import clock
from regulars.team.models import User
from regulars.webhooks import queries, services

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOOKS = [("ru", 390, "dark"), ("en", 1280, "light")]


@pytest.fixture
def receiver(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    files = tls.certificate(tmp_path)
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    original = socket.getaddrinfo

    def only_v4(host: Any, port: Any, family: int = 0, *rest: Any, **how: Any) -> Any:
        return original(host, port, socket.AF_INET, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", only_v4)
    receiver = Receiver(*files)
    yield receiver
    receiver.close()


def _is_well(page: Page) -> None:
    assert serious_findings(page) == []
    assert overflow(page) == 0


def _unfold(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS)
def test_a_webhook_from_adding_to_a_test_that_arrived(
    visit: Visit, owner: User, receiver: Receiver, language: str, width: int, theme: str
) -> None:
    page = visit(language=language, width=width, theme=theme).enter(owner, "/connections/webhooks/")
    _is_well(page)
    page.locator("main .btn-primary").click()
    page.locator("#id_url").fill("http://shop.example/")
    page.locator("main .btn-primary").click()
    expect(page.locator("#id_url_error")).to_be_visible()
    _is_well(page)
    page.locator("#id_url").fill(receiver.url + "/hook")
    page.locator("main .btn-primary").click()
    expect(page.locator("input[readonly]")).to_have_value(receivers.SECRET)
    _is_well(page)
    page.locator("form[action$='/test/'] button").click()
    expect(page.locator("#webhook-state[hx-get]")).to_have_count(1)
    assert services.send_due(clock=clock.now) == 1
    expect(page.locator("#sent [data-tone=kept]")).to_be_visible()  # without loading the page anew
    expect(page.locator("#webhook-state[hx-get]")).to_have_count(0)
    expect(page.locator("#webhook-state > section .mark").first).to_have_attribute("data-tone", "kept")
    assert len(receiver.seen) == 1
    _unfold(page)
    _is_well(page)


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS)
def test_one_that_failed_is_put_right(
    visit: Visit, owner: User, receiver: Receiver, language: str, width: int, theme: str
) -> None:
    made = shop.endpoint(receiver.url, now=clock.now())
    receiver.answer = receivers.status(410, b"<h1>gone</h1>")
    shop.happen(shop.event(1), now=clock.now())
    services.send_due(clock=clock.now)
    shop.happen(shop.event(2), now=clock.now())
    visitor = visit(language=language, width=width, theme=theme)
    page = visitor.enter(owner, "/connections/webhooks/")
    _is_well(page)
    page.locator("main .row-link").click()
    _unfold(page)
    _is_well(page)
    page.locator("form[action$='/switch/'] .btn-primary").click()
    page.locator("form[action$='/resend/'] button").first.click()
    row = queries.endpoint(made.id, now=clock.now())
    assert row is not None
    assert (row.off_reason, row.waiting, row.dead) == (None, 2, 0)
