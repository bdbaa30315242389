"""A browser and a server for the tests that look at pages as people do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from regulars.console import assets
from regulars.kit import clock
from regulars.team.models import User
from regulars.team.services import create_owner

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
AXE = Path(__file__).resolve().parents[2] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
EMAIL, PASSWORD = "anna@example.com", "ветер-лампа-42"
PATIENCE = 10_000  # milliseconds; pages answer in tens of them


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; one for the tests of a file, for its event loop must end before other tests."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("Chromium is not found")
    if not (assets.BUILT / "manifest.json").is_file() or not AXE.is_file():
        pytest.fail("The assets are not built: run `make assets`.")
    # Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=program, args=FLAGS)
            yield running
            running.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visitor:
    """One person at one screen; what the browser complained about is kept."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, password: str = PASSWORD) -> Page:
        page = self.open("/accounts/login/")
        page.get_by_label("E-mail").or_(page.get_by_label("Электронная почта")).fill(EMAIL)
        page.locator("input[type=password]").fill(password)
        page.locator("main button.btn-primary").click()
        page.wait_for_load_state()
        return page

    def enter(self, user: User, path: str = "/") -> Page:
        """Open a page with a session that is there already: quicker than the form."""
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address}]
        )
        return self.open(path)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """Make a visitor; at the end of the test none of them may have seen an error in the console."""
    cache.clear()  # attempts to sign in are counted there
    visitors: list[Visitor] = []

    def make(
        *,
        language: str = "ru",
        theme: str = "light",
        width: int = 1280,
        height: int = 900,
        scripts: bool = True,
    ) -> Visitor:
        context = browser.new_context(
            locale=language,
            color_scheme="dark" if theme == "dark" else "light",
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        visitor = Visitor(context, page, live_server.url)
        page.on("console", visitor.hear)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.fixture
def owner(transactional_db: None) -> User:
    return create_owner(email=EMAIL, password=PASSWORD, now=clock.now())


def serious_findings(page: Page) -> list[str]:
    """What axe finds serious or critical, as "rule: element"."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
