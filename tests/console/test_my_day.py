"""A colleague's day: what is due and what comes, quick ways out of a task, whom to call, birthdays."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.segment_shop import segment

from regulars.console.my_day import birthdays_of
from regulars.customers.models import Person, PersonAttributes, Profile
from regulars.kit import clock
from regulars.segments.models import Segment
from regulars.segments.ready import BY_KEY, WORTH_A_CALL
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Action, Role
from regulars.work.models import Task
from regulars.work.services import close_task, create_task

pytestmark = pytest.mark.django_db
TO_CALL = BY_KEY[WORTH_A_CALL].condition
# Session, user, permissions, shop; tasks of mine, of nobody, to come; the segments, whom to call, who slips
# away, birthdays; names, versions of the programme (kept for some seconds), what was
# done; the team; contacts, figures, the last run.
QUERIES = 18


@pytest.fixture
def agent() -> User:
    return shops.colleague(Role.AGENT, "Ольга")


@pytest.fixture
def inside(agent: User) -> Client:
    return shops.browser_of(agent)


def _page(client: Client) -> str:
    with clock.fixed(shops.NOW):
        answer = client.get(reverse("tasks-my-day"))
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _names(page: str, section: str) -> list[str]:
    """Who stands in a section, in order."""
    if f'id="{section}"' not in page:
        return []
    part = page.split(f'id="{section}"')[1].split("</section>")[0]
    return re.findall(r'class="link font-medium wrap-anywhere"[^>]*>([^<]+)<', part)


def _set(title: str, user: User | None, days: int = 0, person: int | None = None) -> int:
    return create_task(
        title=title,
        due_at=shops.NOW + timedelta(days=days, hours=2),
        created_by=None,
        assignee_id=user.pk if user else None,
        profile_id=_profile(person) if person else None,
        now=shops.NOW,
    )


def _profile(person: int) -> int:
    return Profile.objects.get(person_id=person).pk


def _do(client: Client, view: str, task: int, query: str = "", **said: str) -> str:
    with clock.fixed(shops.NOW):
        return shops.plain(client.post(reverse(view, args=[task]) + query, said, follow=True).text)


def _undo(page: str) -> str:
    found = re.search(r'<form method="post" action="([^"]+)">(?:(?!</form>).)*Undo', page, re.DOTALL)
    assert found
    return found[1].replace("&amp;", "&")


# --- tasks ------------------------------------------------------------------------------------------------


def test_day_without_anything_says_so(inside: Client) -> None:
    page = _text(_page(inside))
    assert "Due today 0 Overdue 0 Done today 0 In the next 7 days 0" in page
    assert "Nothing is due today." in page
    assert "As soon as the shop keeps a segment of people to call, they stand here." in page


def test_what_is_due_and_what_comes(inside: Client, agent: User) -> None:
    other = shops.colleague(Role.AGENT, "Пётр")
    for title, user, days in (
        ("Вчерашнее", agent, -1), ("Сегодняшнее", agent, 0), ("Завтрашнее", agent, 1), ("Дальнее", agent, 9),
        ("Чужое", other, 0), ("Ничьё", None, 0), ("Ничьё потом", None, 3),
    ):  # fmt: skip
        _set(title, user, days)
    page = _page(inside)
    text = _text(page)
    assert "Due today 1 Overdue 1 Done today 0 In the next 7 days 1" in text
    order = [
        "Overdue 1",
        "Вчерашнее",
        "Today 1",
        "Сегодняшнее",
        "Nobody’s yet",
        "Ничьё",
        "What comes",
        "Завтрашнее",
    ]
    places = [text.rindex(word) for word in order]
    assert places == sorted(places)
    for absent in ("Дальнее", "Чужое", "Ничьё потом"):
        assert absent not in page


def test_what_is_done_is_counted_by_the_shops_day(inside: Client, agent: User) -> None:
    """It is past midnight in Moscow already when it is 21:30 of the day before in UTC."""
    for hours in (-13, -11, -1):
        task = _set("Готово", agent)
        close_task(task_id=task, closed_by=agent.pk, now=shops.NOW + timedelta(hours=hours))
    text = _text(_page(inside))
    assert "Done today 2" in text
    assert "All done for today." in text


def test_task_is_put_off_and_back(inside: Client, agent: User) -> None:
    task = _set("Позвонить", agent, -1)
    was = Task.objects.get().due_at
    page = _do(inside, "tasks-postpone", task, due="2024-05-02")
    assert "The task is for 2 May now." in page
    assert Task.objects.get().due_at.astimezone(shops.MOSCOW).isoformat() == "2024-05-02T23:59:00+03:00"
    with clock.fixed(shops.NOW):
        inside.post(_undo(page))
    assert Task.objects.get().due_at == was
    lines = AuditLogEntry.objects.filter(action=Action.TASK_CHANGED.value)
    assert [line.details["change"] for line in lines] == ["postponed"] * 2


@pytest.mark.parametrize("query", ["?was=x", "?was=99999999999999999_0", "?was="])
def test_putting_off_to_nowhere_is_today(inside: Client, agent: User, query: str) -> None:
    task = _set("Позвонить", agent, -1)
    _do(inside, "tasks-postpone", task, query, due="no day")
    assert Task.objects.get().due_at.astimezone(shops.MOSCOW).date() == date(2024, 5, 1)


def test_task_is_given_to_a_colleague_and_back(inside: Client, agent: User) -> None:
    petr = shops.colleague(Role.AGENT, "Пётр")
    task = _set("Позвонить", agent)
    assert f'<option value="{petr.pk}">Пётр</option>' in _page(inside)
    page = _do(inside, "tasks-give", task, to=str(petr.pk))
    assert "The task is now with Пётр." in page
    assert Task.objects.get().assignee_id == petr.pk
    inside.post(_undo(page))
    assert Task.objects.get().assignee_id == agent.pk
    page = _do(inside, "tasks-give", task, to="")
    assert "The task is nobody’s in particular now." in page
    assert Task.objects.get().assignee_id is None


@pytest.mark.parametrize("role", [Role.CASHIER, None])
def test_task_is_given_only_to_who_does_tasks(inside: Client, agent: User, role: Role | None) -> None:
    task = _set("Позвонить", agent)
    to = str(shops.colleague(role).pk) if role else "7 OR 1"
    assert "Nobody was chosen." in _do(inside, "tasks-give", task, to=to)
    assert Task.objects.get().assignee_id == agent.pk


@pytest.mark.parametrize(
    ("view", "said"), [("tasks-postpone", {"due": "2024-05-02"}), ("tasks-give", {"to": ""})]
)
def test_what_was_done_meanwhile_stays_done(
    inside: Client, agent: User, view: str, said: dict[str, str]
) -> None:
    task = _set("Позвонить", agent)
    close_task(task_id=task, closed_by=None, now=shops.NOW)
    assert "The task was done already." in _do(inside, view, task, **said)
    assert "The task was done already." in _do(inside, view, 10**9, **said)


# --- people -----------------------------------------------------------------------------------------------


def _look_after(user: User, *people: int) -> None:
    Person.objects.filter(pk__in=people).update(manager_id=user.pk)


def test_who_is_worth_a_call_stands_by_what_they_brought(inside: Client, agent: User) -> None:
    anna = shops.person("Анна", phone="+79161234567", revenue_minor=100_000)
    boris = shops.person("Борис", revenue_minor=900_000)
    never = shops.person("Вера")
    segment("Звонки", [anna, boris, never], condition=TO_CALL)
    segment("Другие", [shops.person("Глеб")])
    page = _page(inside)
    assert _names(page, "calls") == ["Борис", "Анна", "Вера"]
    assert 'href="tel:+79161234567"' in page
    assert f'action="{reverse("customers-task", args=[anna])}"' in page


def test_nobody_is_called_twice_or_by_two(inside: Client, agent: User) -> None:
    """Those of another colleague, those somebody is about to call or called lately are left out."""
    people = {name: shops.person(name) for name in ("Чужая", "Моя", "Задача", "Недавно", "Давно", "Ничья")}
    _look_after(agent, people["Моя"])
    _look_after(shops.colleague(Role.AGENT), people["Чужая"])
    _set("Позвонить", None, 3, people["Задача"])
    for name, days in (("Недавно", 13), ("Давно", 15)):
        task = _set("Позвонить", agent, 0, people[name])
        close_task(task_id=task, closed_by=agent.pk, now=shops.NOW - timedelta(days=days))
    segment("Звонки", people.values(), condition=TO_CALL)
    assert _names(_page(inside), "calls") == ["Моя", "Давно", "Ничья"]


def test_another_segment_is_chosen_and_remembered(inside: Client) -> None:
    segment("Звонки", [shops.person("Анна")], condition=TO_CALL)
    other = segment("Другие", [shops.person("Глеб")])
    inside.post(reverse("tasks-my-day"), {"calls": str(other)})
    page = _page(inside)
    assert _names(page, "calls") == ["Глеб"]
    assert f'<option value="{other}" selected>' in page
    Segment.objects.filter(pk=other).update(state="archived")
    assert _names(_page(inside), "calls") == ["Анна"]


def test_ready_segment_is_known_by_its_name_after_it_was_changed(inside: Client) -> None:
    segment("Slipping away and worth a call", [shops.person("Анна")])
    assert _names(_page(inside), "calls") == ["Анна"]


@pytest.mark.parametrize("chosen", ["", "x", "99999999999999999999", "\x00"])
def test_choosing_nothing_changes_nothing(inside: Client, chosen: str) -> None:
    assert inside.post(reverse("tasks-my-day"), {"calls": chosen}).cookies.get("regulars_calls") is None


def test_marketer_is_offered_to_keep_the_ready_segment() -> None:
    page = _page(shops.browser_of(shops.colleague(Role.MARKETER)))
    assert f'name="key" value="{WORTH_A_CALL}"' in page


def test_customers_of_mine_who_slip_away(inside: Client, agent: User) -> None:
    late = shops.person("Поздняя", stage="at_risk", revenue_minor=5)
    lapsed = shops.person("Ушедшая", stage="lapsed", revenue_minor=9)
    fine = shops.person("Верная", stage="regular")
    called = shops.person("Званая", stage="at_risk")
    shops.person("Чужая", stage="at_risk")
    _look_after(agent, late, lapsed, fine, called)
    segment("Звонки", [called], condition=TO_CALL)
    page = _page(inside)
    assert _names(page, "slipping") == ["Ушедшая", "Поздняя"]
    assert _names(page, "calls") == ["Званая"]  # once is enough


@pytest.mark.parametrize(
    ("today", "born", "expected"),
    [
        ("2024-05-01", {"А": "1990-05-01", "Б": "1990-05-08", "В": "1990-05-09", "Г": "1990-04-30"}, "АБ"),
        ("2024-12-29", {"А": "1980-01-02", "Б": "1980-12-30", "В": "1980-01-06"}, "БА"),
        ("2023-02-27", {"А": "1988-02-29", "Б": "1988-02-28"}, "АБ"),
        ("2024-02-27", {"А": "1988-02-29", "Б": "1988-02-28"}, "БА"),
        ("2023-03-01", {"А": "1988-02-29"}, ""),
    ],
)
def test_birthdays_of_mine_of_the_next_week(
    agent: User, today: str, born: dict[str, str], expected: str
) -> None:
    people = {name: shops.person(name) for name in born}
    for name, day in born.items():
        PersonAttributes.objects.create(person_id=people[name], birthday=date.fromisoformat(day))
    _look_after(agent, *people.values())
    found = birthdays_of(agent.pk, today=date.fromisoformat(today))
    names = {person: name for name, person in people.items()}
    days = [birthday.day for birthday in found]
    assert days == sorted(days)
    assert sorted(names[one.person] for one in found) == sorted(expected)
    assert [day.year for day in days] == [
        int(today[:4]) + (born[names[one.person]][5:] < today[5:]) for one in found
    ]


def test_birthdays_stand_with_their_day(inside: Client, agent: User) -> None:
    for name, day in (("Сегодня", 1), ("Завтра", 2), ("Потом", 4)):
        person = shops.person(name)
        PersonAttributes.objects.create(person_id=person, birthday=date(1990, 5, day))
        _look_after(agent, person)
    page = _page(inside)
    assert _names(page, "birthdays") == ["Сегодня", "Завтра", "Потом"]
    for words in ("birthday today", "birthday tomorrow", "birthday on 4 May"):
        assert words in page


def test_hostile_names_are_text(inside: Client, agent: User) -> None:
    segment("<i>Звонки</i>", [shops.person("<b>Анна</b>")], condition=TO_CALL)
    _set("<u>Дело</u>", agent)
    page = _page(inside)
    for tag in ("<i>", "<b>", "<u>"):
        assert tag not in page


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.AGENT, 200), (Role.ANALYST, 403), (Role.CASHIER, 403)],
)
def test_whose_day_it_is(role: Role, status: int) -> None:
    client = shops.browser_of(shops.colleague(role))
    assert client.get(reverse("tasks-my-day")).status_code == status
    for view in ("tasks-postpone", "tasks-give"):
        assert client.post(reverse(view, args=[1])).status_code == (302 if status == 200 else 403)
        assert client.get(reverse(view, args=[1])).status_code == 405


def test_day_takes_few_questions(
    inside: Client, agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shops.run()
    people = [shops.person(f"Имя {n}", email=f"a{n}@example.com", stage="at_risk") for n in range(8)]
    for n, person in enumerate(people):
        PersonAttributes.objects.create(person_id=person, birthday=date(1990, 5, n % 7 + 1))
        _set(f"Дело {n}", agent, n % 5 - 1, shops.person(f"Другой {n}"))
    _look_after(agent, *people)
    segment("Звонки", people[:4], condition=TO_CALL)
    with django_assert_num_queries(QUERIES), clock.fixed(shops.NOW):
        inside.get(reverse("tasks-my-day"))
