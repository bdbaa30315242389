"""The audit's page as people see it, with the drawings as the worker makes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.analytics.audits import audit
from tests.browser.conftest import Visit, overflow, serious_findings

from regulars.analytics import services
from regulars.analytics.compute.charts import draw_charts
from regulars.team.models import User

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def charts() -> Mapping[str, Mapping[str, str]]:
    return {language: draw_charts(audit(), language) for language in ("ru", "en")}


@pytest.fixture
def kept(transactional_db: None, charts: Mapping[str, Mapping[str, str]]) -> int:
    return services.keep_audit(audit=audit(), charts=charts)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_is_fit_for_everybody(visit: Visit, owner: User, kept: int, language: str, theme: str) -> None:
    visitor = visit(language=language, theme=theme)
    page = visitor.enter(owner, "/audit/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("svg.rg-chart").first).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, width
        assert serious_findings(page) == [], width


def test_drawings_follow_the_theme(visit: Visit, owner: User, kept: int) -> None:
    label = "getComputedStyle(document.querySelector('svg.rg-chart text')).fill"
    inks = set()
    for theme in ("light", "dark"):
        page = visit(theme=theme).enter(owner, "/audit/")
        inks.add(page.evaluate(label))
    assert len(inks) == 2
    page.get_by_role("button", name="Светлое", exact=True).or_(
        page.get_by_role("button", name="Light", exact=True)
    ).first.click()
    page.wait_for_load_state()
    assert page.evaluate(label) in inks


def test_menu_of_files_opens_and_closes_by_keyboard(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en").enter(owner, "/audit/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Make it anew")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    file = page.get_by_role("link", name="Report, one HTML file")
    expect(file).to_be_visible()
    page.keyboard.press("Tab")
    expect(file).to_be_focused()
    page.keyboard.press("Escape")
    expect(file).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Print")).to_be_focused()


def test_menu_on_a_phone(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en", width=360, height=740).enter(owner, "/audit/")
    out = page.get_by_role("button", name="Sign out")
    expect(out).to_be_hidden()
    page.get_by_label("Menu", exact=True).click()
    expect(out).to_be_visible()
    page.mouse.click(180, 735)  # below the menu
    expect(out).to_be_hidden()


def test_new_audit_comes_to_the_page_by_itself(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en").enter(owner, "/audit/")
    page.get_by_role("button", name="Make it anew").click()
    waiting = page.get_by_text("A new audit is being made.")
    expect(waiting).to_be_visible()
    expect(page.get_by_role("button", name="Make it anew")).to_be_disabled()
    with page.expect_response("**/audit/state/**"):
        pass  # asked, still in work, and the line stays
    expect(waiting).to_be_visible()
    services.keep_audit(audit=audit(customers=98765))
    expect(page.get_by_text("98,765 customers")).to_be_visible()


def test_poll_after_the_session_ended_leads_to_the_sign_in(visit: Visit, owner: User) -> None:
    visitor = visit(language="en")
    page = visitor.enter(owner, "/audit/")
    services.request_figures()
    page.reload()
    expect(page.get_by_text("The first audit is being made")).to_be_visible()
    visitor.context.clear_cookies()
    expect(page.get_by_label("Password")).to_be_visible()


def test_report_and_figures_are_downloaded(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en").enter(owner, "/audit/")
    for name, ending in (("Report, one HTML file", "html"), ("Figures, JSON", "json")):
        page.locator("main summary").first.click()
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"audit-2024-04-29.{ending}"
        page.keyboard.press("Escape")


def test_paper_is_light_and_without_the_frame(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en", theme="dark").enter(owner, "/audit/")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("navigation", name="Main menu").first).to_be_hidden()
    expect(page.get_by_role("button", name="Make it anew")).to_be_hidden()
    assert _colour(page, "document.documentElement", "backgroundColor") == "rgb(255, 255, 255)"
    assert _colour(page, "document.querySelector('.rg')", "color") == "rgb(43, 39, 34)"
    expect(page.get_by_role("heading", name="Retention audit")).to_be_visible()


def _colour(page: Page, element: str, name: str) -> str:
    return str(page.evaluate(f"getComputedStyle({element}).{name}"))


def test_another_day_is_chosen_and_compared(visit: Visit, owner: User) -> None:
    services.keep_audit(audit=audit(made_at=audit().made_at - timedelta(days=1), customers=1100))
    services.keep_audit(audit=audit())
    page = visit(language="en", width=360).enter(owner, "/audit/")
    page.get_by_label("Compare with").select_option("2024-04-30")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Compared with 30 April 2024")).to_be_visible()
    assert overflow(page) == 0
    assert serious_findings(page) == []
    page.get_by_label("Made on").select_option("2024-04-30")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("This is an earlier audit")).to_be_visible()
