"""The card of a customer: its words, its timeline, what may be written there and by whom."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.commerce.models import Order, OrderLine, OrderReturn, Product
from regulars.customers.models import Note, Profile
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.kit import clock
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Action, Role
from regulars.work.models import Task

pytestmark = pytest.mark.django_db
# The session, the user, what they may; the person's profiles and identities; the shop, the run, the figures,
# notes, members of the team, tasks; what the shop wants to know and what its sources say, the manager,
# whether it was merged, segments, consents; the programme of points (twice: it is kept outside of
# transactions only) and the balance; whether it was seen today; orders and lines; the timeline: which names
# there are, facts, visits; offers that apply by themselves.
QUERIES = 35


@pytest.fixture
def marketer() -> User:
    return shops.colleague()


@pytest.fixture
def inside(marketer: User) -> Client:
    return shops.browser_of(marketer)


def _address(person: int, query: str = "") -> str:
    return reverse("customers-card", args=[person]) + query


def _page(client: Client, person: int, query: str = "") -> str:
    with clock.fixed(shops.NOW):
        answer = client.get(_address(person, query))
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _profile(person: int) -> int:
    return Profile.objects.get(person_id=person).pk


def _order(person: int, number: str, days_ago: int = 0, **changes: object) -> Order:
    """An order with one line, and the event of it, through the log."""
    at = shops.NOW - timedelta(days=days_ago)
    values = {
        "status": "completed",
        "amount_minor": 124_000,
        "currency": "RUB",
        "channel": "search",
    } | changes
    order = Order.objects.create(
        source="shop", external_id=number, profile_id=_profile(person), ordered_at=at, **(values | changes)
    )
    tea = Product.objects.get_or_create(source="shop", external_id="tea", name="Чай")[0]
    OrderLine.objects.create(
        order=order, number=1, product=tea, quantity=Decimal("2.5"), amount_minor=124_000
    )
    told = {"order_id": order.pk, "number": number, "amount_minor": 124_000, "currency": "RUB"}
    _event(person, "order_completed", number, days_ago, **told)
    return order


def _event(person: int, name: str, key: str, days_ago: int, **told: object) -> None:
    happened = NewEvent(
        type=EventType(name),
        source="test",
        key=f"{name}:{key}",
        occurred_at=shops.NOW - timedelta(days=days_ago),
        profile_id=_profile(person),
        properties=told,
    )
    events.record([happened], now=shops.NOW, backfill=True)


def test_card_begins_with_the_story_in_words(inside: Client) -> None:
    anna = shops.person("Анна", usual_gap_days=32.0, first_day=date(2024, 3, 2), last_day=date(2024, 3, 1))
    shops.run()
    page = _page(inside, anna)
    assert (
        "7 orders for RUB 12,400 since March 2024; usually every 32 days; the last order was 61 days ago: "
        "that is longer than usual." in page
    )
    assert "At risk" in page
    assert "Must not lose" in page
    assert "Silent for more than 45 days." in page  # what the stage means here


def test_an_order_that_the_figures_do_not_know_yet_is_not_denied(inside: Client) -> None:
    anna = shops.person("Анна", orders=0, first_day=None, last_day=None)
    shops.run()
    assert "Has not ordered anything yet." in _page(inside, anna)
    _order(anna, "A-2", status="cancelled")
    assert "Has not ordered anything yet." in _page(inside, anna)
    _order(anna, "A-1")
    page = _page(inside, anna)
    assert "The figures of this customer are not made yet" in page
    assert "Has not ordered" not in page


def test_an_order_of_today_is_not_called_a_day_old(inside: Client) -> None:
    anna = shops.person("Анна", last_day=shops.NOW.date())
    shops.run()
    page = _page(inside, anna)
    assert "the last order was today." in page
    assert "1 day ago" not in page


def test_story_in_russian(marketer: User) -> None:
    anna = shops.person("Анна", first_day=date(2024, 3, 2))
    shops.run()
    page = _page(shops.browser_of(marketer, "ru"), anna)
    assert (
        "7 заказов на 12 400 ₽ с марта 2024; обычно раз в 32 дня; последний заказ 61 день назад: "
        "это дольше обычного." in page
    )


@pytest.mark.parametrize(("gap", "late"), [(60.0, False), (41.0, False), (40.0, True)])
def test_silence_is_long_past_one_and_a_half_usual_gaps(inside: Client, gap: float, late: bool) -> None:
    anna = shops.person("Анна", usual_gap_days=gap)  # silent for 61 days
    shops.run()
    assert ("longer than usual" in _page(inside, anna)) is late


def test_somebody_without_orders_or_figures_has_words(inside: Client) -> None:
    new = shops.person("Новый")
    never = shops.person("Тихий", orders=0, first_day=None, last_day=None, stage=None, segment=None)
    assert "figures of this customer are not made yet" in _page(inside, new)
    assert "Has not ordered anything yet." in _page(inside, never)


def test_customer_who_does_not_exist_gets_help(inside: Client) -> None:
    answer = inside.get(_address(999_999))
    assert answer.status_code == 404
    assert "There is no such customer" in answer.text
    assert 'role="search"' in answer.text
    for name in ("customers-note", "customers-task"):
        assert inside.post(reverse(name, args=[999_999]), {"text": "x", "title": "x"}).status_code == 404
    assert inside.get(reverse("customers-timeline", args=[999_999])).status_code == 404


def test_contacts_are_links_for_those_who_may_see_them(inside: Client) -> None:
    anna = shops.person("Анна", email="anna@mail.ru", phone="+79161234567", number="K-17")
    page = _page(inside, anna)
    assert 'href="mailto:anna@mail.ru">anna<wbr>@mail.ru</a>' in page  # breaks before the @ if at all
    assert 'href="tel:+79161234567">+7 916 123-45-67</a>' in page
    assert "K-17 (shop)" in page
    masked = _page(shops.browser_of(shops.colleague(Role.CASHIER)), anna)
    assert "anna@mail.ru" not in masked.replace("<wbr>", "")
    assert "4567" not in masked
    assert "a•••@mail.ru" in masked


def test_orders_stand_with_their_lines_newest_first(inside: Client) -> None:
    anna = shops.person("Анна")
    for n in range(7):
        _order(anna, f"N{n}", days_ago=n)
    OrderReturn.objects.create(
        order=Order.objects.get(external_id="N1"), number=1, returned_at=shops.NOW, amount_minor=24_000
    )
    Order.objects.filter(external_id="N2").update(status="cancelled")
    page = _page(inside, anna)
    told = page.split('id="orders"')[1].split("</section>")[0]
    assert [n for n in range(7) if f"№ N{n} " in told] == [0, 1, 2, 3, 4]
    assert told.index("N0") < told.index("N4")
    assert "Чай" in told
    assert "× 2.5" in told
    assert "RUB 240 given back" in told
    assert "cancelled" in told
    everything = _page(inside, anna, "?orders=all")
    assert "№ N6 " in everything.split('id="orders"')[1].split("</section>")[0]


def test_timeline_is_newest_first_by_days_and_in_pages(inside: Client) -> None:
    anna = shops.person("Анна")
    for n in range(45):
        _order(anna, f"N{n:02}", days_ago=n)
    page = _timeline(_page(inside, anna))
    seen = _numbers(page)
    assert seen == [f"N{n:02}" for n in range(20)]
    assert "1 May" in page
    further = _further(page)
    while further:
        part = inside.get(further).text
        assert "<html" not in part
        seen += _numbers(part)
        further = _further(part)
    assert seen == [f"N{n:02}" for n in range(45)]


def _timeline(page: str) -> str:
    return page.split('id="timeline"')[1].split("</section>")[0]


def _numbers(text: str) -> list[str]:
    return [part[:3] for part in text.split("<span>Order ")[1:]]


def _further(text: str) -> str:
    return text.split('hx-get="')[1].split('"')[0].replace("&amp;", "&") if 'hx-get="' in text else ""


def test_timeline_goes_on_without_scripts(inside: Client) -> None:
    anna = shops.person("Анна")
    for n in range(25):
        _order(anna, f"N{n:02}", days_ago=n)
    page = _timeline(_page(inside, anna))
    link = page.split('class="btn btn-quiet" href="')[1].split("#")[0].replace("&amp;", "&")
    below = inside.get(link).text
    assert _numbers(_timeline(below)) == ["N20", "N21", "N22", "N23", "N24"]
    assert "From the newest" in below


def test_timeline_is_narrowed_to_a_kind(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes lie between many orders; every one is found, over several reads and pages."""
    monkeypatch.setattr("regulars.console.card_timeline.PAGE", 2)
    monkeypatch.setattr("regulars.events.queries.TIMELINE_MAX", 4)
    anna = shops.person("Анна")
    for n in range(30):
        _order(anna, f"N{n:02}", days_ago=n)
    for n in (3, 14, 29):
        _event(anna, "note_added", str(n), n, note_id=0)
    page = _timeline(_page(inside, anna, "?kind=notes"))
    found, further = page.count("<span>Note</span>"), _further(page)
    while further:
        part = inside.get(further).text
        found, further = found + part.count("<span>Note</span>"), _further(part)
    assert found == 3
    assert _numbers(_timeline(_page(inside, anna, "?kind=orders")))
    assert _timeline(_page(inside, anna, "?kind=nonsense"))


@pytest.mark.parametrize("before", ["x", "1_", "99999999999999999_1", "-1_1", "%00", "1714554000000000_1"])
def test_position_that_is_none_is_passed_over(inside: Client, before: str) -> None:
    anna = shops.person("Анна")
    _order(anna, "N01")
    assert inside.get(_address(anna, f"?before={before}")).status_code == 200


def test_event_nobody_knows_is_shown_by_its_name(inside: Client) -> None:
    anna = shops.person("Анна")
    assert "Became known to the shop" in _page(inside, anna)


def test_note_is_written_shown_deleted_and_brought_back(inside: Client, marketer: User) -> None:
    anna = shops.person("Анна")
    answer = inside.post(
        reverse("customers-note", args=[anna]), {"text": "Любит чай\n<b>зелёный</b>"}, follow=True
    )
    assert "The note is kept." in answer.text
    assert answer.text.count("Любит чай\n&lt;b&gt;зелёный&lt;/b&gt;") == 2  # as a note, and in the timeline
    assert marketer.name in answer.text
    note = Note.objects.get()
    gone = inside.post(reverse("customers-note-delete", args=[anna, note.pk]), follow=True).text
    assert "Любит чай" not in gone
    undo = reverse("customers-note-restore", args=[anna, note.pk])
    assert f'action="{undo}"' in gone
    assert "Любит чай" in inside.post(undo, follow=True).text
    actions = AuditLogEntry.objects.exclude(action=Action.CARD_SEEN.value).order_by("id")
    assert [(a.action, a.subject) for a in actions] == [
        (action, f"person:{anna}") for action in ("note_written", "note_deleted", "note_written")
    ]
    assert "чай" not in str([a.details for a in actions])


def test_empty_note_is_refused_in_words(inside: Client) -> None:
    anna = shops.person("Анна")
    answer = inside.post(reverse("customers-note", args=[anna]), {"text": "  "}, follow=True)
    assert "The note is empty" in answer.text
    assert not Note.objects.exists()


def test_note_of_a_colleague_stays(inside: Client) -> None:
    anna = shops.person("Анна")
    inside.post(reverse("customers-note", args=[anna]), {"text": "Моё"})
    note = Note.objects.get()
    other = shops.browser_of(shops.colleague())
    assert reverse("customers-note-delete", args=[anna, note.pk]) not in _page(other, anna)
    answer = other.post(reverse("customers-note-delete", args=[anna, note.pk]), follow=True)
    assert "a colleague wrote it" in answer.text
    assert "Моё" in answer.text


def test_task_is_set_done_and_opened_again(inside: Client, marketer: User) -> None:
    anna = shops.person("Анна")
    with clock.fixed(shops.NOW):
        answer = inside.post(
            reverse("customers-task", args=[anna]),
            {"title": "Позвонить", "due": "2024-05-03", "assignee": str(marketer.pk)},
            follow=True,
        )
        assert "The task about Анна is set." in answer.text
        assert "by 3 May" in shops.plain(answer.text)
        task = Task.objects.get()
        assert (task.assignee_id, task.created_by) == (marketer.pk, marketer.pk)
        closed = inside.post(reverse("tasks-close", args=[task.pk]), {"next": _address(anna)}, follow=True)
        assert closed.redirect_chain[-1][0] == _address(anna)
        assert "done on 1 May" in shops.plain(closed.text)
        assert f'action="{reverse("tasks-reopen", args=[task.pk])}"' in closed.text
        again = inside.post(reverse("tasks-reopen", args=[task.pk]), {"next": _address(anna)}, follow=True)
    assert "by 3 May" in shops.plain(again.text)
    assert Task.objects.get().closed_at is None


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ("2024-05-09", date(2024, 5, 9)),
        *((wrong, date(2024, 5, 1)) for wrong in ("x", "", "0001-01-01", "9999-12-31", "2024-02-30")),
    ],
)
def test_task_is_due_by_the_end_of_the_shops_day(inside: Client, due: str, day: date) -> None:
    anna = shops.person("Анна")
    with clock.fixed(shops.NOW):
        inside.post(reverse("customers-task", args=[anna]), {"title": "x", "due": due})
    due_at = Task.objects.get().due_at
    assert due_at.astimezone(shops.MOSCOW).date() == day
    assert (due_at + timedelta(minutes=1)).astimezone(shops.MOSCOW).date() == day + timedelta(days=1)


def test_task_goes_to_those_who_do_tasks_only(inside: Client, marketer: User) -> None:
    anna, cashier, agent = shops.person("Анна"), shops.colleague(Role.CASHIER), shops.colleague(Role.AGENT)
    for chosen, expected in (
        (str(agent.pk), agent.pk),
        (str(cashier.pk), marketer.pk),
        ("", None),
        ("²", marketer.pk),
        ("9" * 30, marketer.pk),
    ):
        inside.post(reverse("customers-task", args=[anna]), {"title": "x", "assignee": chosen})
        assert Task.objects.latest("pk").assignee_id == expected, chosen


def test_task_set_in_one_click_is_told_at_the_spot(inside: Client) -> None:
    """htmx gets the line that stands in place of the button, and no message waits for the next page."""
    anna = shops.person("Анна")
    told = inside.post(reverse("customers-task", args=[anna]), {"title": "x"}, headers={"HX-Request": "true"})
    assert "<html" not in told.text
    assert reverse("tasks-close", args=[Task.objects.get().pk]) in told.text
    assert "is set" not in _page(inside, anna)


def test_empty_task_is_refused_in_words(inside: Client) -> None:
    anna = shops.person("Анна")
    answer = inside.post(reverse("customers-task", args=[anna]), {"title": " "}, follow=True)
    assert "The task has no title" in answer.text


def test_form_leads_back_to_our_own_pages_only(inside: Client) -> None:
    anna = shops.person("Анна")
    address = reverse("customers-task", args=[anna])
    assert inside.post(address, {"title": "x", "next": "/"})["Location"] == "/"
    away = inside.post(address, {"title": "x", "next": "https://elsewhere.example/"})["Location"]
    assert away.startswith(_address(anna))


def test_seeing_a_card_is_logged_once_a_day_for_each_who_sees_it(inside: Client, marketer: User) -> None:
    anna, boris = shops.person("Анна"), shops.person("Борис")
    other = shops.colleague(Role.CASHIER)
    for client, person, hours in (
        (inside, anna, 0),
        (inside, anna, 1),
        (inside, boris, 1),
        (shops.browser_of(other), anna, 2),
        (inside, anna, 25),
    ):
        with clock.fixed(shops.NOW + timedelta(hours=hours)):
            client.get(_address(person))
    lines = AuditLogEntry.objects.filter(action=Action.CARD_SEEN.value).order_by("id")
    assert [(line.user_id, line.subject) for line in lines] == [
        (marketer.pk, f"person:{anna}"),
        (marketer.pk, f"person:{boris}"),
        (other.pk, f"person:{anna}"),
        (marketer.pk, f"person:{anna}"),
    ]


@pytest.mark.parametrize(
    ("role", "notes", "tasks"),
    [
        (Role.OWNER, 302, 302),
        (Role.MARKETER, 302, 302),
        (Role.AGENT, 302, 302),
        (Role.ANALYST, 403, 403),
        (Role.CASHIER, 403, 403),
    ],
)
def test_writing_is_for_those_who_may(role: Role, notes: int, tasks: int) -> None:
    anna, client = shops.person("Анна"), shops.browser_of(shops.colleague(role))
    assert client.post(reverse("customers-note", args=[anna]), {"text": "x"}).status_code == notes
    assert client.post(reverse("customers-task", args=[anna]), {"title": "x"}).status_code == tasks
    page = client.get(_address(anna)).text
    assert (reverse("customers-note", args=[anna]) in page) is (notes == 302)
    assert (reverse("customers-task", args=[anna]) in page) is (tasks == 302)


@pytest.mark.parametrize("name", ["customers-note", "customers-task"])
def test_nothing_is_written_by_a_link(inside: Client, name: str) -> None:
    assert inside.get(reverse(name, args=[shops.person("Анна")])).status_code == 405


def test_hostile_names_are_text(inside: Client) -> None:
    anna = shops.person("<script>alert(1)</script>", number='"><script>', orders=3)
    _order(anna, "<script>", channel="<script>")
    Product.objects.update(name="<script>tea")
    shops.run()
    page = _page(inside, anna)
    assert "<script>alert" not in page
    assert "<script>tea" not in page
    assert page.count("<script") == page.count("<script defer src=")


def test_card_takes_few_questions_however_long_the_history(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    anna = shops.person("Анна", email="anna@mail.ru", orders=30)
    for n in range(30):
        _order(anna, f"N{n}", days_ago=n)
    shops.run()
    _page(inside, anna)
    with django_assert_num_queries(QUERIES), clock.fixed(shops.NOW):
        inside.get(_address(anna))
