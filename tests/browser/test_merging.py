"""Putting customers together and parting them, as people do it: at a desk, on a phone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.customers import services
from regulars.customers.models import Identity, Likely, Profile
from regulars.customers.types import Likeness
from regulars.kit import clock
from regulars.segments.models import Member, Segment
from regulars.team.models import User

pytestmark = pytest.mark.browser
LONG = "Екатерина-Мария Константинопольская-Вознесенская " + "ы" * 60


@pytest.fixture
def two(transactional_db: None) -> tuple[int, int]:
    """A long name and a short one, a phone in common, different cards, everything a card can show."""
    anna = shops.person(LONG, phone="+79161234567", email=f"{'a' * 60}@example.com", orders=7)
    anya = shops.person("Аня", phone="+79161234567")
    now = clock.now()
    for person, card in ((anna, "1001"), (anya, "1002")):
        profile = Profile.objects.get(person_id=person)
        Identity.objects.create(profile=profile, type="card", value=card)
        services.set_attribute(person_id=person, key="city", value="Казань", user_id=None, now=now)
    segment = Segment.objects.create(name=LONG, kind="static", state="ready", created_at=now)
    Member.objects.create(segment=segment, person_id=anna, since=now)
    Likely.objects.create(
        first_id=anna, second_id=anya, likenesses=[Likeness.NAME_AND_CITY], weight=1, found_at=now, run=1
    )
    return anna, anya


def test_two_become_one_and_two_again(visit: Visit, owner: User, two: tuple[int, int]) -> None:
    page = visit(language="en").enter(owner, f"/customers/{two[1]}/")
    page.get_by_role("link", name="Has another card?").click()
    page.get_by_role("link", name="Side by side").click()
    expect(page.get_by_text("They have the same phone +7 916 123-45-67.")).to_be_visible()
    assert page.locator("input[name=keep]:checked").count() == 1
    page.locator(f"label[for=keep-{two[1]}]").click()
    page.get_by_role("button", name="Put them together").click()
    expect(page).to_have_url(re.compile(rf"/customers/{two[1]}/$"))
    expect(page.get_by_text("They are one customer now.")).to_be_visible()
    expect(page.get_by_text("1001")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("They are two again")).to_be_visible()
    expect(page.get_by_text("1002")).to_have_count(0)


def test_the_whole_card_chooses_and_keyboard_too(visit: Visit, owner: User, two: tuple[int, int]) -> None:
    page = visit(language="en", width=360).enter(owner, f"/customers/{two[0]}/merge/{two[1]}/")
    other = page.locator(f"#keep-{two[1]}")
    page.locator(".keep").nth(1).click(position={"x": 200, "y": 50})
    expect(other).to_be_checked()
    other.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(f"#keep-{two[0]}")).to_be_checked()


def test_what_is_known_is_written_down(visit: Visit, owner: User, two: tuple[int, int]) -> None:
    page = visit(language="ru", width=360).enter(owner, f"/customers/{two[0]}/")
    page.locator("#about + .sheet summary").click()
    page.locator("#value-birthday").fill("1990-02-28")
    page.locator("#value-city").fill("Тверь")
    page.locator("form[action$='/attributes/'] button").click()
    expect(page.locator("dl.known")).to_contain_text("28 февраля 1990")
    expect(page.locator("dl.known")).to_contain_text("Тверь")
    page.locator("#consents + .sheet summary").last.click()
    page.locator("input[name=answer][value=no]").check()
    page.locator("#consent-channel").select_option("sms")
    page.locator("#consent-source").fill("по телефону")
    page.locator("form[action$='/consents/'] button").click()
    expect(page.locator("#consents + .sheet .mark")).to_have_attribute("data-tone", "lost")


def test_rules_say_whom_they_join(visit: Visit, owner: User, two: tuple[int, int]) -> None:
    page = visit(language="en").enter(owner, "/settings/merging/")
    expect(page.get_by_text("2 customers still stand apart")).to_be_visible()
    assert page.evaluate("window.scrollY") == 0  # what comes later does not carry the page away
    page.get_by_label("Which one").fill("+7 916 123-45-67")
    page.get_by_role("button", name="It is nobody’s own").click()
    expect(page.get_by_text("From now on it joins nobody.")).to_be_visible()
    expect(page.get_by_text("2 customers still stand apart")).to_have_count(0)


def test_without_scripts(visit: Visit, owner: User, two: tuple[int, int]) -> None:
    page = visit(language="en", scripts=False).enter(owner, "/customers/duplicates/")
    page.get_by_role("link", name="Side by side").click()
    page.get_by_role("button", name="They are two different people").click()
    expect(page.get_by_text("They stay two people")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("That is taken back")).to_be_visible()
    page.goto(page.url.split("/customers")[0] + "/settings/merging/")
    page.get_by_role("link", name="Count whom each would join").click()
    expect(page.get_by_text("2 customers still stand apart")).to_be_visible()


Shown = Callable[[tuple[int, int]], str]
PAGES: dict[str, Shown] = {
    "card": lambda two: f"/customers/{two[0]}/",
    "compare": lambda two: f"/customers/{two[0]}/merge/{two[1]}/",
    "choose": lambda two: f"/customers/{two[0]}/merge/?q=4567",
    "duplicates": lambda two: "/customers/duplicates/",
    "merges": lambda two: "/customers/merges/",
    "rules": lambda two: "/settings/merging/",
}


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("ru", "light", 360), ("en", "dark", 360), ("ru", "dark", 1280)]
)
def test_pages_fit_and_axe_finds_nothing_serious(
    visit: Visit, owner: User, two: tuple[int, int], language: str, theme: str, width: int
) -> None:
    third = shops.person("Борис")
    services.merge(pairs=[(two[0], third)], now=clock.now(), user_id=owner.pk)
    visitor = visit(language=language, theme=theme, width=width)
    visitor.enter(owner)
    for name, address in PAGES.items():
        page = visitor.open(address(two))
        _open_all(page)
        assert overflow(page) == 0, name
        assert serious_findings(page) == [], name


def _open_all(page: Page) -> None:
    """What stands folded is looked at, too; menus and helps are those of every page."""
    page.evaluate("document.querySelectorAll('main details:not(.help)').forEach(one => { one.open = true })")
