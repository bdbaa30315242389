"""The pages of metrics and the error pages as people see them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect
from tests.analytics.audits import audit, channel
from tests.browser.conftest import Visit, overflow, serious_findings

from regulars.analytics import services, types
from regulars.analytics.compute.charts import draw_charts
from regulars.team.models import User

pytestmark = pytest.mark.browser
PAGES = ["/metrics/", "/metrics/cohorts/?show=revenue", "/metrics/rfm/", "/metrics/channels/", "/no/such/"]
WIDTHS = (360, 1280)
CELLS = [
    types.RfmCell(r, f, 7 * r * f, Decimal(4000 * r * f))
    for r in range(1, 6)
    for f in range(1, 6)
    if (r, f) != (3, 3)
]
CHANNELS = [
    channel(None),
    channel("Рекомендации друзей и партнёров", ltv_to_cac=8.0),
    channel("ads", ltv=Decimal("300.00"), ltv_to_cac=0.6, payback_months=None),
]


@pytest.fixture
def kept(transactional_db: None) -> int:
    made = audit(rfm_map=CELLS, channels=CHANNELS)
    charts = {language: draw_charts(made, language) for language in ("ru", "en")}
    return services.keep_audit(audit=made, charts=charts)


@pytest.mark.parametrize(("language", "theme"), [("ru", "light"), ("en", "dark")])
def test_pages_are_fit_for_everybody(visit: Visit, owner: User, kept: int, language: str, theme: str) -> None:
    visitor = visit(language=language, theme=theme)
    for path in PAGES:
        page = visitor.enter(owner, path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow(page) == 0, (path, width)
            assert serious_findings(page) == [], (path, width)
    visitor.complaints = [c for c in visitor.complaints if "404" not in c]  # that of /no/such/


def test_way_from_the_map_to_the_people(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en").enter(owner, "/metrics/")
    page.get_by_role("navigation", name="Pages of metrics").get_by_role("link", name="RFM").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("how recently and how often")
    page.get_by_role("link", name="Champions, R 5, F 5").click()
    page.wait_for_url("**/customers/?r=5&f=5")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")


def test_heat_map_scrolls_inside_and_keeps_its_months_in_sight(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en", width=360, height=740).enter(owner, "/metrics/cohorts/")
    page.get_by_role("link", name="Revenue per customer").click()
    page.wait_for_url("**/metrics/cohorts/?show=revenue#heat")
    box = page.locator(".rg-heatbox .rg-scroll")
    month = box.get_by_role("rowheader", name="Nov 2023")
    before = month.bounding_box()
    assert before is not None
    box.evaluate("element => { element.scrollLeft = 1000 }")
    assert box.evaluate("element => element.scrollLeft") > 0
    after = month.bounding_box()
    assert after is not None
    assert abs(after["x"] - before["x"]) <= 2  # the space between cells
    assert overflow(page) == 0


def test_help_opens_at_the_figure(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en").enter(owner, "/metrics/")
    page.locator(".help summary").first.click()
    help_text = page.locator(".help .sheet").first
    expect(help_text).to_be_visible()
    expect(help_text).to_contain_text("two or more orders")
    page.keyboard.press("Escape")
    expect(help_text).to_be_hidden()


def test_table_is_downloaded(visit: Visit, owner: User, kept: int) -> None:
    page = visit(language="en").enter(owner, "/metrics/rfm/")
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX The eleven segments").click()
    assert download.value.suggested_filename == "segments-2024-04-29.xlsx"


def test_figures_come_to_an_empty_page_by_themselves(visit: Visit, owner: User) -> None:
    visitor = visit(language="en")
    services.request_figures()
    page = visitor.enter(owner, "/metrics/")
    expect(page.get_by_text("The first audit is being made")).to_be_visible()
    services.keep_audit(audit=audit())
    expect(page.get_by_role("heading", name="All figures")).to_be_visible()


def test_search_of_a_missing_page_finds_the_customers(visit: Visit, owner: User) -> None:
    visitor = visit(language="en")
    page = visitor.enter(owner, "/no/such/page/")
    page.locator("main").get_by_label("Find a customer").fill("анна")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/?q=*")
    visitor.complaints = [c for c in visitor.complaints if "404" not in c]
