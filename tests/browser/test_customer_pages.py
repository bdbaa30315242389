"""Overview, customers, card and tasks as people meet them: on a phone, in the dark, by keyboard."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect
from tests.analytics.audits import audit, growth_point
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.analytics.compute.charts import draw_charts
from regulars.customers.models import Profile
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.kit import clock
from regulars.team.models import User
from regulars.work.models import Task

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280)
LONG_NAME = "Общество с ограниченной ответственностью «Ромашка-Северо-Запад-Логистика»" + "а" * 80


@pytest.fixture
def anna(transactional_db: None) -> int:
    """A shop with two pages of customers, of whom Anna needs looking after; gives her number."""
    with transaction.atomic():
        return _shop()


def _shop() -> int:
    today = clock.now().date()
    anna = shops.person(
        "Анна Ким", email="anna.kim-with-a-long-address@example.com", phone="+79161234567", stage="at_risk"
    )
    profile = Profile.objects.get(person_id=anna).pk
    told = [
        NewEvent(
            type=EventType("order_completed"),
            source="test",
            key=str(n),
            occurred_at=clock.now() - timedelta(days=n),
            profile_id=profile,
            properties={"number": f"N{n:02}", "amount_minor": 124_000, "currency": "RUB"},
        )
        for n in range(30)
    ]
    events.record(told, now=clock.now(), backfill=True)
    shops.person(LONG_NAME, stage="lapsed", segment="at_risk", revenue_minor=123_456_789_00)
    for n in range(55):
        shops.person(
            f"Имя {n:02}", last_day=today - timedelta(days=n), stage="regular", segment="champions", m=1
        )
    document = audit(as_of=date(2024, 5, 1), growth_points=[growth_point(top=[str(anna)])])
    charts = {language: draw_charts(document, language) for language in ("ru", "en")}
    shops.run(document, charts, stages={"at_risk": 1, "lapsed": 1, "regular": 55})
    other = Profile.objects.exclude(pk=profile).earliest("pk").pk
    Task.objects.create(
        title="Позвонить " + "и спросить, " * 20, due_at=shops.NOW, created_at=shops.NOW, profile_id=other
    )
    return anna


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_fit_for_everybody(visit: Visit, owner: User, anna: int, language: str, theme: str) -> None:
    Task.objects.update(assignee_id=owner.pk)
    visitor = visit(language=language, theme=theme)
    visitor.enter(owner)
    for path in (
        "/",
        "/customers/",
        "/customers/?q=анна",
        f"/customers/{anna}/",
        "/tasks/",
        "/tasks/?who=all",
    ):
        page = visitor.open(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow(page) == 0, (path, width)
            assert serious_findings(page) == [], (path, width)


@pytest.mark.parametrize("path", ["/", "/customers/", "/customers/?q=нет", "/tasks/"])
def test_empty_shop_is_fit_for_everybody(visit: Visit, owner: User, path: str) -> None:
    page = visit(language="ru", width=360).enter(owner, path)
    assert overflow(page) == 0
    assert serious_findings(page) == []


def test_choice_is_shown_at_once(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en").enter(owner, "/customers/")
    page.get_by_label("Stage", exact=True).select_option("at_risk")
    expect(page.get_by_role("status")).to_contain_text("1 customer, stage “At risk”")
    expect(_names(page)).to_have_text(["Анна Ким"])
    page.get_by_role("link", name="Clear").click()
    expect(_names(page)).to_have_count(50)


def _names(page: Page) -> Locator:
    return page.locator("a.row-link")


def test_list_works_without_scripts(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en", width=360, scripts=False).enter(owner, "/customers/")
    page.get_by_role("link", name="Further").click()
    expect(_names(page)).to_have_count(7)
    page.get_by_role("link", name="Back").click()
    expect(_names(page)).to_have_count(50)
    page.get_by_label("Name, e-mail, phone or number").fill("4567")
    page.get_by_role("button", name="Show").click()
    _names(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Анна Ким")
    page.get_by_role("link", name="Earlier").click()
    expect(page.get_by_text("From the newest")).to_be_visible()
    expect(page.get_by_text("Order N29 for")).to_be_visible()


def test_customer_is_found_by_keyboard(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en").enter(owner)
    page.keyboard.press("Tab")  # skip to the content
    page.keyboard.press("Tab")  # the word mark
    page.keyboard.press("Tab")
    page.keyboard.type("анна")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Анна Ким")
    expect(link).to_be_visible()
    expect(page.locator("#q")).to_be_focused()
    for _ in range(10):
        if link.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Анна Ким")


def test_whole_row_leads_to_the_card(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en").enter(owner, "/customers/?stage=at_risk")
    box = page.get_by_role("cell", name="At risk").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 5, box["y"] + 5)
    expect(page.get_by_role("heading", level=1)).to_have_text("Анна Ким")


def test_earlier_events_are_put_below(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en").enter(owner, f"/customers/{anna}/")
    expect(page.get_by_text("Order N19 for")).to_be_visible()
    expect(page.get_by_text("Order N20 for")).to_be_hidden()
    page.get_by_role("link", name="Earlier").click()
    expect(page.get_by_text("Order N29 for")).to_be_visible()
    expect(page.get_by_text("Order N00 for")).to_be_visible()
    expect(page.get_by_role("link", name="Earlier")).to_have_count(0)


def test_task_in_one_click_and_back(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en", width=390).enter(owner)
    page.get_by_role("button", name="Task for today: Анна Ким").click()
    expect(page.get_by_text("The task is set.")).to_be_visible()
    page.reload()
    task = page.get_by_text("Call or write: silent for longer than usual")
    expect(task).to_be_visible()
    page.get_by_role("button", name="Done: Call or write").click()
    expect(page.get_by_text("The task is off the list.")).to_be_visible()
    expect(task).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(task).to_be_visible()


def test_task_in_one_click_is_taken_back_at_the_spot(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en").enter(owner)
    page.get_by_role("button", name="Task for today: Анна Ким").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The task is off the list.")).to_be_visible()
    assert Task.objects.latest("pk").closed_at is not None


def test_note_is_kept_deleted_and_brought_back(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="en").enter(owner, f"/customers/{anna}/")
    page.get_by_label("What should colleagues know").fill("Любит зелёный чай")
    page.get_by_role("button", name="Keep the note").click()
    note = page.locator("article").get_by_text("Любит зелёный чай")
    expect(note).to_be_visible()
    page.get_by_role("button", name="Delete the note").click()
    expect(note).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(note).to_be_visible()


def test_help_lies_within_a_phone(visit: Visit, owner: User, anna: int) -> None:
    page = visit(language="ru", width=360, height=740).enter(owner)
    for sign in page.locator(".help summary").all():
        sign.click()
        box = page.locator(".help[open] .sheet").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 740
        page.keyboard.press("Escape")
