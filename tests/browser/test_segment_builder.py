"""Putting a segment together in a browser: the figure beside the form, the keyboard, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, Route, expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.segments import queries
from regulars.segments.rules import parse
from regulars.segments.types import AllOf, AnyOf, Bought, Has, OneOf, Yes
from regulars.team.models import User

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOOKS = [("ru", 390, "dark"), ("en", 1280, "light")]


@pytest.fixture
def people(transactional_db: None) -> None:
    for i in range(12):
        shops.person(f"Анна {i}", phone=f"+7900000{i:04d}" if i < 5 else "")


def _is_well(page: Page) -> None:
    assert serious_findings(page) == []
    assert overflow(page) == 0


def _settled(page: Page) -> None:
    """Nothing is under way any more."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def _add(page: Page, do: str) -> None:
    button = page.locator(f"#builder button[value='{do}']")
    if not button.is_visible():
        page.locator(f"#builder details:has(button[value='{do}']) > summary").click()
    button.click()


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS)
def test_a_segment_with_its_figure_beside_it(
    visit: Visit, owner: User, people: None, language: str, width: int, theme: str
) -> None:
    page = visit(language=language, width=width, theme=theme).enter(owner, "/segments/new/")
    expect(page.locator(".found-word")).to_be_visible()
    _is_well(page)
    _add(page, "add 1 attribute")
    expect(page.locator("#n2-attribute")).to_be_focused()
    page.locator("#n2-attribute").select_option("customers.has_phone")
    expect(page.locator(".found-value")).to_contain_text("5")
    expect(page.locator("#found-people li")).to_have_count(5)
    page.locator("[name=n2-way]").select_option("no")
    expect(page.locator(".found-value")).to_contain_text("7")
    page.locator("[name=n2-not]").check()
    expect(page.locator(".found-value")).to_contain_text("5")
    _is_well(page)
    page.locator("#name").fill("С телефоном")
    page.locator("button[value=save]").click()
    expect(page.locator("h1")).to_contain_text("С телефоном")


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS)
def test_all_kinds_at_once(
    visit: Visit, owner: User, people: None, language: str, width: int, theme: str
) -> None:
    page = visit(language=language, width=width, theme=theme).enter(owner, "/segments/new/")
    _add(page, "add 1 attribute")
    page.locator("#n2-attribute").select_option("customers.has_phone")
    expect(page.locator(".found-value")).to_be_visible()
    _add(page, "add 1 group")
    for place, kind in enumerate(("orders", "event", "sequence", "segment", "share", "group")):
        expect(page.locator(f"#n{3 + place}")).to_be_visible()
        _add(page, f"add 3 {kind}")
    page.locator("#n5-event").select_option("product_viewed")
    expect(page.locator(".builder-sentence")).to_contain_text("30")
    page.locator("#builder button[value='detail 5']").click()
    expect(page.locator("#n10 select").first).to_be_visible()
    page.locator("#n4-low").fill("много")
    expect(page.locator("#n4-wrong")).to_be_visible()
    _settled(page)
    page.evaluate("for (const one of document.querySelectorAll('main details.folded')) one.open = true")
    _is_well(page)
    page.locator("button[value=save]").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    expect(page.locator("#n7-wrong")).to_be_visible()
    _is_well(page)
    assert queries.segments() == []


def test_by_the_keyboard_alone(visit: Visit, owner: User, people: None) -> None:
    visitor = visit(language="en")
    page = visitor.enter(owner, "/segments/new/")
    keys = page.keyboard
    page.locator("#name").focus()
    keys.type("By keys")
    keys.press("Tab")  # how the conditions are joined
    keys.press("Tab")
    keys.press("Enter")  # about the customer
    expect(page.locator("#n2-attribute")).to_be_focused()
    keys.type("City")
    keys.press("Tab")
    expect(page.locator("[name=n2-way]")).to_have_value("one_of")
    page.locator("[name=n2-more]").focus()
    for city in ("Тверь", "Омск"):
        keys.type(city)
        keys.press("Enter")
        expect(page.locator("#n2 .value").filter(has_text=city)).to_be_visible()
        expect(page.locator("[name=n2-more]")).to_be_focused()
        expect(page.locator("[name=n2-more]")).to_have_value("")
    page.locator("#n1-add").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")  # what they bought
    expect(page.locator("#n3-times")).to_be_focused()
    expect(page.locator(".condition-add[open]")).to_have_count(0)
    page.locator("#builder button[value='remove 2']").focus()
    keys.press("Enter")
    expect(page.locator("#bring")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#n2-attribute")).to_be_focused()
    _settled(page)
    page.locator("button[value=save]").focus()
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text("By keys")
    (row,) = queries.segments()
    assert parse(row.condition or "") == AllOf((Has("customers.city", OneOf(("Тверь", "Омск"))), Bought()))


def test_a_menu_stays_open_while_what_was_typed_is_looked_at(visit: Visit, owner: User, people: None) -> None:
    page = visit(language="en").enter(owner, "/segments/new/")
    _add(page, "add 1 orders")
    expect(page.locator("#n2-low")).to_be_visible()
    with page.expect_response("**/segments/builder/"):
        page.locator("#n2-low").fill("4")
        page.locator("#n1-add").click()  # leaves the field, and the form is drawn anew under the open menu
    expect(page.locator(".builder-sentence")).to_contain_text("4 times")
    expect(page.locator("#builder button[value='add 1 group']")).to_be_visible()
    expect(page.locator("#n2-low")).to_have_value("4")


def test_nobody_has_to_wait_for_a_button(visit: Visit, owner: User, people: None) -> None:
    """A choice made while the answer to a button is on its way does not undo what the button did."""
    page = visit(language="en").enter(owner, "/segments/new/")
    _add(page, "add 1 orders")
    expect(page.locator("#n2-low")).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/segments/builder/", hold, times=1)
    _add(page, "add 1 group")
    page.locator("[name=n2-times]").select_option("exactly")
    expect(page.locator("#n3")).to_be_visible()
    expect(page.locator("[name=n2-times]")).to_have_value("exactly")
    assert len(held) == 1  # its answer never came


def test_choices_of_a_list_are_taken_one_by_one(visit: Visit, owner: User, people: None) -> None:
    page = visit(language="en").enter(owner, "/segments/new/")
    _add(page, "add 1 attribute")
    page.locator("#n2-attribute").select_option("analytics.stage")
    for stage in ("at_risk", "lapsed", "regular"):
        page.locator("[name=n2-more]").select_option(stage)
        expect(page.locator(f"[name=n2-more] option[value={stage}]")).to_have_count(0)
        expect(page.locator("[name=n2-more]")).to_have_value("")
        expect(page.locator("[name=n2-more]")).to_be_focused()
    page.locator("#n2 .value button").nth(1).click()
    expect(page.locator("#n2 .value")).to_have_count(2)
    _settled(page)
    page.locator("#name").fill("Two")
    page.locator("button[value=save]").click()
    expect(page.locator("h1")).to_contain_text("Two")
    (row,) = queries.segments()
    assert parse(row.condition or "") == AllOf((Has("analytics.stage", OneOf(("at_risk", "regular"))),))


def test_leaving_with_changes_is_asked_about(visit: Visit, owner: User, people: None) -> None:
    page = visit(language="en").enter(owner, "/segments/new/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    _add(page, "add 1 orders")
    expect(page.locator("#n2-low")).to_be_visible()
    page.locator("main a").first.click(no_wait_after=True)
    expect(page.locator("#n2-low")).to_be_visible()
    assert asked == ["beforeunload"]


def test_without_scripts(visit: Visit, owner: User, people: None) -> None:
    page = visit(language="en", scripts=False).enter(owner, "/segments/new/")
    _add(page, "add 1 attribute")
    page.locator("#n2-attribute").select_option("customers.has_phone")
    page.locator("button[value=count]").click()
    expect(page.locator(".found-value")).to_contain_text("5")
    page.locator("#name").fill("Plain")
    _add(page, "add 1 group")
    _add(page, "add 3 orders")
    _add(page, "add 3 segment")
    page.locator("#builder button[value='remove 5']").click()
    page.locator("#n4-low").fill("2")
    page.locator("button[value=save]").click()
    expect(page.locator("h1")).to_contain_text("Plain")
    (row,) = queries.segments()
    assert parse(row.condition or "") == AllOf((Has("customers.has_phone", Yes()), AnyOf((Bought(2),))))
