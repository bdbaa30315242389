"""The page of tasks: whose, by when, done and taken back, as a file."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries as loyalty
from regulars.loyalty.models import TierStanding
from regulars.loyalty.services import publish
from regulars.loyalty.types import Programme
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Action, Role
from regulars.work.models import Task
from regulars.work.services import create_task

pytestmark = pytest.mark.django_db
# The session, the user, what they may, the shop, the tasks, the team (for whom they may be), names, the
# versions of the programme (which pages keep for some seconds).
QUERIES = 8


@pytest.fixture
def marketer() -> User:
    return shops.colleague()


@pytest.fixture
def inside(marketer: User) -> Client:
    return shops.browser_of(marketer)


def _set(title: str, user: User | None, days: int = 0, person: int | None = None) -> int:
    return create_task(
        title=title,
        due_at=shops.NOW + timedelta(days=days, hours=2),
        created_by=None,
        assignee_id=user.pk if user else None,
        profile_id=Profile.objects.get(person_id=person).pk if person else None,
        now=shops.NOW,
    )


def _page(client: Client, query: str = "") -> str:
    with clock.fixed(shops.NOW):
        answer = client.get(reverse("tasks") + query)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def test_nothing_to_do_is_said(inside: Client) -> None:
    assert "You have nothing to do" in _page(inside)
    assert "There is nothing to be done" in _page(inside, "?who=all")
    assert reverse("tasks-export") not in _page(inside)


def test_tasks_stand_by_when_they_are_due(inside: Client, marketer: User) -> None:
    anna = shops.person("Анна")
    _set("Later on", marketer, 9)
    _set("At once", marketer, 0, anna)
    _set("Long ago", marketer, -2)
    page = _page(inside)
    order = [page.index(word) for word in ("Overdue", "Long ago", ">Today", "At once", ">Later", "Later on")]
    assert order == sorted(order)
    assert f'href="{reverse("customers-card", args=[anna])}">Анна</a>' in page
    assert "was due on 29 April" in page
    assert "by 10 May" in page


def test_day_is_that_of_the_shop(inside: Client, marketer: User) -> None:
    """At 22:00 in UTC it is tomorrow in Moscow."""
    _set("Now", marketer)
    with clock.fixed(shops.NOW.replace(hour=22)):
        page = inside.get(reverse("tasks")).text
    assert "Overdue" in page
    assert "was due yesterday" in page


def test_mine_and_everybodys(inside: Client, marketer: User) -> None:
    other = shops.colleague(Role.AGENT, "Пётр")
    _set("Mine", marketer)
    _set("His", other)
    _set("Nobodys", None)
    mine, everybody = _page(inside), _page(inside, "?who=all")
    assert "His" not in mine
    assert "Nobodys" not in mine
    assert "today</span> · Пётр" in everybody
    assert "today</span> · nobody in particular" in everybody


def test_done_and_undone(inside: Client, marketer: User) -> None:
    task = _set("Call", marketer)
    page = inside.post(reverse("tasks-close", args=[task]), follow=True).text
    assert "The task is off the list." in page
    assert f'action="{reverse("tasks-reopen", args=[task])}"' in page
    assert Task.objects.get().closed_by == marketer.pk
    twice = inside.post(reverse("tasks-close", args=[task]), follow=True).text
    assert "The task was done already." in twice
    assert "The task is open again." in inside.post(reverse("tasks-reopen", args=[task]), follow=True).text
    assert Task.objects.get().closed_at is None
    lines = AuditLogEntry.objects.filter(action=Action.TASK_CHANGED.value).order_by("id")
    assert [line.details["change"] for line in lines] == ["closed", "reopened"]


def test_task_about_nobody_is_set_here(inside: Client, marketer: User) -> None:
    with clock.fixed(shops.NOW):
        page = inside.post(
            reverse("tasks-add"), {"title": "Посчитать <b>", "due": "2024-05-02"}, follow=True
        ).text
    assert "Посчитать &lt;b&gt;" in page
    assert "tomorrow" in page
    assert Task.objects.get().assignee_id == marketer.pk
    assert "The task has no title" in inside.post(reverse("tasks-add"), {"title": ""}, follow=True).text


def test_long_list_goes_on(inside: Client, marketer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.views.tasks.PAGE", 4)
    for n in range(10):
        _set(f"Task-{n}", marketer, n // 3)
    seen, query = [], ""
    while True:
        page = _page(inside, query)
        seen += [n for n in range(10) if f"Task-{n}<" in page]
        if 'rel="next" href="' not in page:
            break
        query = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&").split("/")[-1]
    assert seen == list(range(10))


def test_file_holds_the_same_list(inside: Client, marketer: User) -> None:
    anna = shops.person("Анна")
    _set("Mine", marketer, 0, anna)
    _set("=Nobodys", None, 500)
    mine, everybody = _cells(inside, ""), _cells(inside, "?who=all")
    assert "Анна" in mine
    assert "=Nobodys" not in mine
    assert "<t>=Nobodys</t>" in everybody  # text, not a formula
    logged = AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT.value).order_by("id")
    assert [line.details["rows"] for line in logged] == [1, 2]


def _cells(client: Client, query: str) -> str:
    answer = client.get(reverse("tasks-export") + query)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:  # type: ignore[attr-defined]
        return book.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    ("role", "page", "file"),
    [
        (Role.OWNER, 200, 200),
        (Role.MARKETER, 200, 200),
        (Role.AGENT, 200, 403),
        (Role.ANALYST, 403, 403),
        (Role.CASHIER, 403, 403),
    ],
)
def test_who_sees_tasks(role: Role, page: int, file: int) -> None:
    client = shops.browser_of(shops.colleague(role))
    assert client.get(reverse("tasks")).status_code == page
    answer = client.get(reverse("tasks-export"))
    assert answer.status_code == file
    if file == 200:
        assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    task = _set("x", None)
    closed = client.post(reverse("tasks-close", args=[task])).status_code
    assert closed == (302 if page == 200 else 403)


@pytest.mark.parametrize("name", ["tasks-close", "tasks-reopen", "tasks-take"])
def test_nothing_changes_by_a_link(inside: Client, name: str) -> None:
    assert inside.get(reverse(name, args=[1])).status_code == 405


def test_who_is_served_first_by_their_tier_stands_out(inside: Client, marketer: User) -> None:
    loyalty.forget_versions()
    gold = {"key": "gold", "name": "Gold", "from_minor": 1, "brings": {"priority_service": True}}
    programme = Programme.model_validate({"currency": "RUB", "tiers": {"levels": [gold]}})
    since = shops.NOW - timedelta(days=9)
    publish(programme=programme, since=since, now=since, user_id=None)
    anna, boris = shops.person("Анна"), shops.person("Борис")
    TierStanding.objects.create(person_id=anna, tier="gold", since=since)
    _set("Call", marketer, 0, boris)
    assert "is served first" not in _page(inside)
    _set("Call", marketer, 0, anna)
    assert _page(inside).count("is served first") == 1
    with clock.fixed(shops.NOW):
        assert inside.get(reverse("tasks-my-day")).text.count("is served first") == 1
    loyalty.forget_versions()


def test_page_takes_few_questions(
    inside: Client, marketer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(30):
        _set(f"Task {n}", marketer, n, shops.person(f"Имя {n}"))
    with django_assert_num_queries(QUERIES):
        inside.get(reverse("tasks"))


def test_task_of_nobody_is_taken(inside: Client, marketer: User) -> None:
    task = _set("Free", None)
    assert reverse("tasks-take", args=[task]) in _page(inside, "?who=all")
    assert "The task is yours." in inside.post(reverse("tasks-take", args=[task]), follow=True).text
    assert Task.objects.get().assignee_id == marketer.pk
    assert reverse("tasks-take", args=[task]) not in _page(inside, "?who=all")
    inside.post(reverse("tasks-close", args=[task]))
    assert "done already" in inside.post(reverse("tasks-take", args=[task]), follow=True).text


def test_tasks_are_offered_to_those_who_do_them(inside: Client) -> None:
    shops.colleague(Role.AGENT, "Пётр")
    shops.colleague(Role.CASHIER, "Кассир Зоя")
    page = _page(inside)
    assert ">Пётр</option>" in page
    assert "Зоя" not in page
