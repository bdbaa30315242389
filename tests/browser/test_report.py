"""The report as a file in a browser: on a phone, at a desk, in the dark, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.analytics.audits import audit, channel
from tests.browser.conftest import AXE

from regulars.analytics import types
from regulars.analytics.compute.charts import draw_charts
from regulars.analytics.report import render_report

pytestmark = pytest.mark.browser
CONTRAST = 4.5  # WCAG AA for text of this size
LONGEST = "9" * 64

# Axe cannot compute mixed colours; a canvas can.
WORST_CONTRAST = """() => {
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const pixel = colour => {
    context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  const linear = x => (x /= 255) <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  const light = p => 0.2126 * linear(p[0]) + 0.7152 * linear(p[1]) + 0.0722 * linear(p[2]);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const p = pixel(getComputedStyle(e).backgroundColor);
      if (p[3] > 250) return p;
    }
    return [255, 255, 255];
  };
  let worst = 21;
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [light(pixel(getComputedStyle(e).color)), light(behind(e))];
    worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return worst;
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    document = audit(
        channels=[channel(None), channel("ads"), channel(LONGEST, ltv_to_cac=0.4, payback_months=None)],
        mapping={"customer_id": LONGEST, "amount": "Сумма"},
        source=[types.SourcePart(name=f"{LONGEST}.csv", rows=3, encoding="utf-8", delimiter=";")],
    )
    folder = tmp_path_factory.mktemp("reports")
    written = {}
    for language in ("ru", "en"):
        written[language] = folder / f"{language}.html"
        page = render_report(document, language, draw_charts(document, language))
        written[language].write_text(page, encoding="utf-8")
    return written


@pytest.fixture(params=[(360, "light"), (768, "dark"), (1440, "light"), (1440, "dark")], ids=str)
def screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_report_fits_any_screen_and_everybody(screen: Page, files: dict[str, Path], language: str) -> None:
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    screen.goto(files[language].as_uri())
    assert screen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    screen.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    screen.evaluate(AXE.read_text(encoding="utf-8"))
    assert screen.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
    assert screen.evaluate(WORST_CONTRAST) >= CONTRAST
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_heat_maps_take_turns_and_both_are_printed(browser: Browser, files: dict[str, Path]) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(files["en"].as_uri())
    retention, revenue = page.locator(".rg-heat-retention"), page.locator(".rg-heat-revenue")
    assert (retention.is_visible(), revenue.is_visible()) == (True, False)
    page.locator("#rg-show-retention").focus()
    page.keyboard.press("ArrowRight")
    assert (retention.is_visible(), revenue.is_visible()) == (False, True)
    page.emulate_media(media="print")
    assert (retention.is_visible(), revenue.is_visible()) == (True, True)
    context.close()


def test_policy_of_the_page_stops_nothing_it_needs(browser: Browser, files: dict[str, Path]) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(files["ru"].as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.rg-card')).borderRadius") != "0px"
    assert page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].some(f => f.status === 'loaded'))"
    )
    assert complaints == []
    context.close()


def test_report_prints_in_ink_on_white(browser: Browser, files: dict[str, Path]) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(files["ru"].as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    colours = "getComputedStyle(document.querySelector('.rg-page')).backgroundColor"
    assert page.evaluate(colours) == "rgb(255, 255, 255)"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    context.close()
