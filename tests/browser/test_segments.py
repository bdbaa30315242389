"""Segments and a colleague's day as people meet them: on a phone, in the dark, without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops
from tests.console.segment_shop import segment

from regulars.customers.models import Person, PersonAttributes, Profile
from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import clock
from regulars.segments import services
from regulars.segments.models import Segment
from regulars.segments.ready import BY_KEY, WORTH_A_CALL
from regulars.segments.types import SEGMENT_ENTERED, SEGMENT_LEFT, Kind, State
from regulars.team.models import User
from regulars.team.types import Role
from regulars.work.models import Task

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280)
LONG = "Общество с ограниченной ответственностью «Ромашка-Северо-Запад-Логистика»" + "а" * 60


@pytest.fixture
def number(owner: User) -> int:
    """A shop with three segments and a day full of work; gives the number of the one with a history."""
    with transaction.atomic():
        return _shop(owner)


def _shop(owner: User) -> int:
    now, today = clock.now(), clock.now().date()
    people = [
        shops.person(
            f"Имя {n:02}", email=f"person{n}@example.com", phone=f"+791612345{n:02}", stage="at_risk"
        )
        for n in range(25)
    ]
    people.append(shops.person(LONG))
    shops.run()
    days = [(today - timedelta(days=n), 26 - n // 3, n % 3, n % 2) for n in range(60)]
    found = segment(
        LONG, people, condition=BY_KEY[WORTH_A_CALL].condition, days=days, since=now, true_at=now,
        note="Заметка " * 20,
    )  # fmt: skip
    segment("Список", people[:3], kind=Kind.STATIC)
    segment("Не собрался", state=State.FAILED.value)
    told = [
        NewEvent(
            type=SEGMENT_ENTERED if n % 2 else SEGMENT_LEFT, source="segments", key=f"passage:{n}",
            occurred_at=now - timedelta(hours=n), profile_id=Profile.objects.get(person_id=person).pk,
            properties={"segment_id": found},
        )
        for n, person in enumerate([*people[:4], people[-1]])
    ]  # fmt: skip
    events.record(told, now=now)
    Person.objects.filter(pk__in=people[20:]).update(manager_id=owner.pk)
    PersonAttributes.objects.create(person_id=people[-1], birthday=today.replace(year=1990, day=1))
    Task.objects.bulk_create(
        Task(
            title=title, due_at=now + timedelta(days=late), created_at=now, assignee_id=who,
            profile=Profile.objects.get(person_id=people[-1]),
        )
        for title, late, who in (
            ("Позвонить " + "и спросить, " * 9, -2, owner.pk), ("Сегодня", 0, owner.pk),
            ("Потом", 3, owner.pk), ("Ничьё", -1, None),
        )
    )  # fmt: skip
    return found


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_fit_for_everybody(
    visit: Visit, owner: User, number: int, language: str, theme: str
) -> None:
    shops.colleague(Role.AGENT, "Пётр")
    list_ = Segment.objects.get(name="Список").pk
    visitor = visit(language=language, theme=theme)
    visitor.enter(owner)
    for path in (
        "/segments/", "/segments/?show=away", f"/segments/{number}/", f"/segments/{list_}/",
        "/segments/ready/", "/segments/upload/", "/my-day/", f"/customers/?in={number}",
    ):  # fmt: skip
        page = visitor.open(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for summary in page.locator("main details:not(.help) summary").all():
            summary.click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow(page) == 0, (path, width)
            assert serious_findings(page) == [], (path, width)


@pytest.mark.parametrize("path", ["/segments/", "/my-day/"])
def test_empty_shop_is_fit_for_everybody(visit: Visit, owner: User, path: str) -> None:
    page = visit(language="ru", width=360).enter(owner, path)
    assert overflow(page) == 0
    assert serious_findings(page) == []


def test_ready_segment_in_two_clicks_and_back(visit: Visit, owner: User) -> None:
    page = visit(language="en").enter(owner, "/segments/")
    page.get_by_role("link", name="Choose a ready one").click()
    expect(page.get_by_text("0 customers just now").first).to_be_visible()  # counted while one reads
    page.get_by_role("button", name="Keep it: Regulars").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regulars")
    expect(page.get_by_text("Looking for its people")).to_be_visible()
    services.build(segment_id=Segment.objects.get().pk, now=clock.now())
    expect(page.get_by_text("Looking for its people")).to_have_count(0)  # the page noticed by itself
    expect(page.get_by_text("kept up to date")).to_be_visible()
    page.get_by_role("button", name="Put away").click()
    expect(page.get_by_text("“Regulars” is put away.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regulars")


def test_list_from_a_file_without_scripts(visit: Visit, owner: User, number: int) -> None:
    page = visit(language="en", width=360, scripts=False).enter(owner, "/segments/upload/")
    content = b"E-mail\nperson1@example.com\nperson2@example.com\nnobody@example.com\n"
    page.locator("#file").set_input_files({"name": "Гости.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Гости")
    expect(page.get_by_role("status")).to_contain_text(
        "2 customers are in the list. For 1 line nobody was found."
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="Save them").click()
    assert download.value.suggested_filename.startswith("not-found")
    page.get_by_role("button", name="Take out of the list: Имя 01").click()
    expect(page.locator("a.row-link")).to_have_text(["Имя 02"])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("a.row-link")).to_have_count(2)
    page.get_by_label("Put somebody in").fill("+79161234503")
    page.get_by_role("button", name="Put in", exact=True).click()
    expect(page.locator("a.row-link")).to_have_count(3)


def test_curve_is_told_to_those_who_do_not_see_it(visit: Visit, owner: User, number: int) -> None:
    page = visit(language="en").enter(owner, f"/segments/{number}/")
    drawing = page.locator(".seg-curve svg")
    expect(drawing).to_have_attribute("role", "img")
    label = drawing.get_attribute("aria-label") or ""
    assert label.endswith("26 today.")
    box = drawing.bounding_box()
    assert box is not None
    assert box["width"] > 300
    page.get_by_text("The same as a table").click()
    expect(page.locator(".seg-table tbody tr").first).to_be_visible()


def test_day_is_worked_through(visit: Visit, owner: User, number: int) -> None:
    shops.colleague(Role.AGENT, "Пётр")
    page = visit(language="en", width=390).enter(owner, "/my-day/")
    page.get_by_role("button", name="Done: Сегодня").click()
    expect(page.get_by_text("The task is off the list.")).to_be_visible()
    page.get_by_role("button", name="Take it: Ничьё").click()
    expect(page.get_by_text("The task is yours.")).to_be_visible()
    page.get_by_role("button", name="Tomorrow: Ничьё").click()
    expect(page.get_by_role("status").first).to_contain_text("The task is for")
    page.get_by_text("Another day or colleague: Потом").click()
    page.get_by_label("Give it to").locator("visible=true").select_option(label="Пётр")
    page.get_by_role("button", name="Give", exact=True).locator("visible=true").click()
    expect(page.get_by_text("The task is now with Пётр.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The task is now with")).not_to_contain_text("Пётр")


def test_whom_to_call_gets_a_task_at_the_spot(visit: Visit, owner: User, number: int) -> None:
    page = visit(language="en").enter(owner, "/my-day/")
    calls = page.locator("section[aria-labelledby=calls]")
    first = calls.locator("li").first
    name = first.locator("a.link").first.inner_text()
    first.get_by_role("button", name="Task for today").click()
    expect(first.get_by_text("The task is set.")).to_be_visible()
    page.reload()
    expect(calls.get_by_role("link", name=name, exact=True)).to_have_count(0)  # somebody is about to call
    expect(page.get_by_role("button", name=f"Done: Call: {LONG}")).to_be_visible()


def test_another_segment_to_call_is_shown_at_once(visit: Visit, owner: User, number: int) -> None:
    page = visit(language="en").enter(owner, "/my-day/")
    page.get_by_label("Call the people of").select_option(label="Список")
    expect(page.locator("section[aria-labelledby=calls] li")).to_have_count(3)
