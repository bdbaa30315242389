"""From the first sign-in to the page that takes a file, and the second step, as people do them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import EMAIL, PASSWORD, Visit, overflow, serious_findings

from regulars.kit import clock
from regulars.team import queries
from regulars.team.models import User
from regulars.team.services import create_owner

pytestmark = pytest.mark.browser
NEW = "море-чайник-17"


def _on(page: Page) -> None:
    page.locator("main .btn-primary").click()


def test_from_the_first_sign_in_to_the_first_file(visit: Visit, transactional_db: None) -> None:
    create_owner(email=EMAIL, password=PASSWORD, now=clock.now(), made_up=True)
    page = visit(language="en", width=390).sign_in()
    expect(page.get_by_role("heading", level=1)).to_have_text("First of all: you")
    assert serious_findings(page) == []
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Your e-mail").fill("anna@shop.example")
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password once more").fill(NEW)
    _on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your shop")
    assert serious_findings(page) == []
    assert overflow(page) == 0
    page.get_by_label("Name of the shop").fill("Tea shop")
    page.get_by_label("Time zone").fill("Yekaterinburg")
    page.get_by_label("Margin").fill("abc")
    _on(page)
    expect(page.get_by_text("Give a percentage")).to_be_visible()
    page.get_by_label("Margin").fill("40")
    _on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Where do you sell?")
    page.get_by_label("Name of the branch").fill("Centre")
    page.get_by_label("Its tills").fill("Till 1, Till 2")
    page.get_by_role("button", name="Add the branch").click()
    expect(page.get_by_text("Till 1, Till 2", exact=True)).to_be_visible()
    _on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bring your orders")
    _on(page)
    page.wait_for_url("**/imports/upload/")
    assert queries.shop().timezone == "Asia/Yekaterinburg"


def test_zone_of_the_browser_is_offered(visit: Visit, owner: User) -> None:
    visitor = visit(language="ru")
    page = visitor.enter(owner, "/setup/?step=shop")
    here = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    offered = page.evaluate("zone => document.querySelector(`[data-zone='${zone}']`)?.value", here)
    if offered:
        expect(page.get_by_label("Часовой пояс")).to_have_value(offered)
    assert page.locator("#zones option").count() > 300


def _code(secret: str, steps: int = 0) -> str:
    """RFC 6238."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def test_second_step_is_turned_on_and_asked_for(visit: Visit, owner: User) -> None:
    User.objects.update(language="en")
    page = visit(language="en").enter(owner, "/account/")
    page.get_by_role("link", name="Turn on").click()
    page.get_by_label("Password").fill(PASSWORD)
    _on(page)
    picture = page.get_by_role("img", name="QR code for the app")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")  # the policy lets it in
    assert serious_findings(page) == []
    secret = page.locator("main .font-mono").inner_text().strip()
    page.get_by_label("Six digits").fill(_code(secret))
    _on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    expect(page.locator("main li.font-mono, main ul.font-mono li")).to_have_count(10)
    other = visit(language="en").sign_in()
    expect(other.get_by_role("heading", level=1)).to_have_text("The second step")
    assert serious_findings(other) == []
    other.get_by_label("Code").fill(_code(secret, 1))
    _on(other)
    expect(other.get_by_role("navigation", name="Main menu")).to_be_visible()
