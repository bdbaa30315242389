"""A customer's visits in the timeline, as people open them: by a click, by keyboard, without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.customers.models import Profile
from regulars.events import registry, services
from regulars.events.types import EventClass, EventType, NewEvent
from regulars.kit import clock
from regulars.team.models import User

pytestmark = pytest.mark.browser
VIEW = EventType("page_viewed", EventClass.BROWSING)
registry.register(VIEW)
LONG = "Чай, кофе, какао и всё, что к ним подают: " * 4 + "а" * 90


@pytest.fixture
def anna(transactional_db: None) -> str:
    """Somebody with a visit of 70 pages, an order that was changed, and a page alone; gives the address."""
    person = shops.person("Анна Ким", stage="at_risk")
    profile = Profile.objects.get(person_id=person).pk
    told = [(VIEW, 100 + n, {"title": f"{LONG} {n}" if n == 3 else f"Page {n}"}) for n in range(70)]
    told.append((VIEW, 10, {"title": "Alone", "path": "/alone"}))
    order = {"number": "N1", "order_id": 1, "amount_minor": 124_000, "currency": "RUB"}
    told += [(EventType(name), 300, order) for name in ("order_completed", "order_updated")]
    now = clock.now()
    with transaction.atomic():
        services.record(
            [
                NewEvent(
                    type=type_,
                    source="test",
                    key=str(place),
                    occurred_at=now - timedelta(minutes=minutes),
                    profile_id=profile,
                    properties=properties,
                )
                for place, (type_, minutes, properties) in enumerate(told)
            ],
            now=now,
            backfill=True,
        )
    return f"/customers/{person}/"


def _visit(page: Page) -> Locator:
    return page.locator("details.opens").filter(has_text="70")


def test_visit_opens_at_its_place_and_goes_on(visit: Visit, owner: User, anna: str) -> None:
    page = visit(language="en").enter(owner, anna)
    expect(page.get_by_text("Page “Alone”")).to_be_visible()
    expect(page.get_by_text("Page “Page 5”")).to_be_hidden()
    _visit(page).locator("summary").click()
    expect(page.get_by_text("Page “Page 5”")).to_be_visible()
    expect(page.get_by_text("Page “Page 49”")).to_be_visible()
    page.get_by_role("link", name="Earlier in this visit").click()
    expect(page.get_by_text("Page “Page 69”")).to_be_visible()
    expect(page.get_by_role("link", name="Earlier in this visit")).to_have_count(0)
    _visit(page).locator("summary").click()
    expect(page.get_by_text("Page “Page 5”")).to_be_hidden()
    _visit(page).locator("summary").click()  # what was fetched stays
    expect(page.get_by_text("Page “Page 69”")).to_be_visible()


def test_lines_open_by_keyboard(visit: Visit, owner: User, anna: str) -> None:
    page = visit(language="en").enter(owner, anna)
    for name, step in (("70 pages", "Page “Page 5”"), ("changed", "Order N1 was changed, now RUB 1,240")):
        summary = page.locator("summary").filter(has_text=name)
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text(step, exact=True)).to_be_visible()


def test_visit_has_a_page_without_scripts(visit: Visit, owner: User, anna: str) -> None:
    page = visit(language="en", width=360, scripts=False).enter(owner, anna)
    _visit(page).locator("summary").click()
    _visit(page).get_by_role("link", name="Step by step").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Visit of")
    page.get_by_role("link", name="Earlier in this visit").click()
    expect(page.get_by_text("Page “Page 69”")).to_be_visible()
    page.get_by_role("link", name="Анна Ким").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


def test_filter_shows_its_title_below_the_bar(visit: Visit, owner: User, anna: str) -> None:
    page = visit(language="en", width=360, height=500).enter(owner, anna)
    page.get_by_role("link", name="Orders", exact=True).click()
    page.wait_for_url("**kind=orders**")
    expect(page.get_by_text("Order N1 for RUB 1,240").first).to_be_visible()
    top = page.locator("#timeline").bounding_box()
    bar = page.locator("header").first.bounding_box()
    assert top is not None
    assert bar is not None
    assert top["y"] >= bar["y"] + bar["height"]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_lines_are_fit_for_everybody(
    visit: Visit, owner: User, anna: str, language: str, theme: str
) -> None:
    page = visit(language=language, theme=theme).enter(owner, anna)
    for summary in page.locator("details.opens > summary").all():
        summary.click()
    expect(page.get_by_text("Page 5")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, width
        assert serious_findings(page) == [], width
