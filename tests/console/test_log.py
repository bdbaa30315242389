"""The audit log as it is read: in words, by person, kind and day, page by page, as a workbook."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook
from tests.console.people import browser_of, person, set_up_shop

from regulars.console.wording.log import ACTIONS, sentences
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewProfile
from regulars.kit import clock
from regulars.segments.models import Segment
from regulars.team import queries, services
from regulars.team.models import User
from regulars.team.types import Action, LogFilter, Role

pytestmark = pytest.mark.django_db
LOG = "/settings/log/"
NOW = datetime(2026, 3, 15, 20, 30, tzinfo=UTC)  # 23:30 in Moscow, where the shop is
# Session, user, permissions, shop, lines, names of people, names of customers, members, wrong passwords.
QUERIES_OF_THE_PAGE = 9


@pytest.fixture
def owner(db: None) -> User:
    user = person(Role.OWNER, name="Анна")
    set_up_shop()
    return user


@pytest.fixture
def inside(owner: User) -> Client:
    return browser_of(owner)


def _customer(name: str) -> int:
    new = NewProfile(source="demo", external_id=name, name=name, created_at=NOW)
    (profile,) = customers.upsert_profiles(profiles=[new], now=NOW, backfill=True).ids.values()
    return int(Profile.objects.get(pk=profile).person_id)


def _seen(owner: User, customer: int, at: datetime = NOW) -> None:
    services.log(user_id=owner.pk, action=Action.CARD_SEEN, now=at, subject=f"person:{customer}")


def test_every_action_has_words_in_both_languages() -> None:
    assert set(ACTIONS) == set(Action)
    for language in ("en", "ru"):
        with translation.override(language):
            words = [str(words) for words in ACTIONS.values()]
        assert len(set(words)) == len(words)
        if language == "ru":
            assert all(re.search("[а-я]", word) for word in words)


def test_line_names_who_what_and_whom_with_a_link(inside: Client, owner: User) -> None:
    customer = _customer("Вера <b>")
    _seen(owner, customer)
    page = inside.get(LOG).text
    assert "Вера &lt;b&gt;" in page
    assert f'href="{reverse("customers-card", args=[customer])}"' in page
    assert "23:30" in page


def test_sentences_of_what_the_team_does(owner: User) -> None:
    agent = person(Role.AGENT, name="Борис")
    services.set_role(user_id=agent.pk, role=Role.MARKETER, by=owner.pk, now=NOW)
    services.log_failed_sign_in(email=agent.email, now=NOW)
    services.log(user_id=None, action=Action.DEMO_REMOVED, now=NOW)
    services.log(
        user_id=owner.pk, action=Action.LIST_TAKEN_OUT, now=NOW, details={"list": "customers", "rows": 12}
    )
    services.log(user_id=owner.pk, action=Action.SIGNED_IN, now=NOW, subject=f"user:{owner.pk}")
    services.log(user_id=owner.pk, action=Action.IMPORT_STARTED, now=NOW, subject="import:7")
    services.log(user_id=owner.pk, action=Action.CARD_SEEN, now=NOW, subject="person:999999")
    lines = queries.log_page(which=LogFilter(since=NOW, until=NOW + timedelta(seconds=1)), limit=9)
    assert [(said.who, said.text) for said in reversed(sentences(lines))] == [
        ("Анна", "Account changed: Борис (Support agent → Marketer)"),
        ("Somebody", "Wrong password at sign-in: Борис"),
        ("Regulars itself", "Demo shop removed"),
        ("Анна", "List saved as a file (customers; rows: 12)"),
        ("Анна", "Signed in"),
        ("Анна", "Import started: Import 7"),
        ("Анна", "Card opened: Customer 999999"),
    ]


def test_filters_by_person_kind_and_day_of_the_shop(inside: Client, owner: User) -> None:
    agent = person(Role.AGENT, name="Борис")
    first, second = _customer("Первый"), _customer("Вторая")
    _seen(owner, first)
    _seen(agent, second, NOW + timedelta(hours=1))  # 0:30 of the 16th in Moscow
    services.log(user_id=agent.pk, action=Action.NOTE_WRITTEN, now=NOW, subject=f"person:{first}")

    def lines(query: str) -> list[str]:
        shown = inside.get(LOG + query).context["days"]
        return [said.text for _day, of_day in shown for _time, said in of_day]

    assert lines(f"?who={agent.pk}") == ["Card opened: Вторая", "Note written: Первый"]
    assert lines("?action=card_seen") == ["Card opened: Вторая", "Card opened: Первый"]
    assert lines("?day=2026-03-16") == ["Card opened: Вторая"]
    assert lines("?day=2026-03-15&action=card_seen") == ["Card opened: Первый"]


@pytest.mark.parametrize(
    "query",
    [
        "?who=abc",
        "?who=99999999999999999999",
        "?action=x",
        "?day=yesterday",
        "?older=1",
        "?older=a.b",
        "?newer=.",
    ],
)
def test_what_cannot_be_understood_is_left_out(inside: Client, query: str) -> None:
    assert inside.get(f"{LOG}?{query}").status_code == 200


def test_pages_lead_to_each_other_and_keep_the_filter(inside: Client, owner: User) -> None:
    customer = _customer("Вера")
    for minute in range(120):
        _seen(owner, customer, NOW - timedelta(minutes=minute))

    def moments(address: str) -> list[datetime]:
        shown = inside.get(address).context["days"]
        return [said.line.at for _day, of_day in shown for _time, said in of_day]

    first = LOG + "?action=card_seen"
    second = LOG + inside.get(first).context["older_url"]
    third = LOG + inside.get(second).context["older_url"]
    assert [len(moments(page)) for page in (first, second, third)] == [50, 50, 20]
    assert inside.get(third).context["older_url"] == ""
    assert moments(first) + moments(second) + moments(third) == [
        NOW - timedelta(minutes=minute) for minute in range(120)
    ]
    back = LOG + inside.get(third).context["newer_url"]
    assert moments(back) == moments(second)
    assert moments(LOG + inside.get(back).context["newer_url"]) == moments(first)


def test_wrong_passwords_of_the_week_are_told(inside: Client) -> None:
    assert "nobody gave a wrong password" in inside.get(LOG).text
    services.log_failed_sign_in(email="x@y.example", now=clock.now() - timedelta(days=8))
    services.log_failed_sign_in(email="x@y.example", now=clock.now())
    assert "a wrong password was given 1 time." in inside.get(LOG).text


def test_workbook_holds_the_same_and_is_noted_itself(inside: Client, owner: User) -> None:
    _seen(owner, _customer("=HYPERLINK(1)"))
    answer = inside.get(reverse("settings-log-export") + "?action=card_seen")
    rows = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)
    title, line = rows.to_python()
    assert title == ["When", "Who", "What", "To whom or what", "Details"]
    assert line == [datetime(2026, 3, 15, 23, 30), "Анна", "Card opened", "=HYPERLINK(1)", ""]
    newest = queries.log_page(which=LogFilter(), limit=1)[0]
    assert (newest.action, newest.details) == ("list_taken_out", {"list": "log"})


def test_queries_of_the_page_do_not_grow_with_its_lines(
    inside: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("Один", "Два", "Три"):
        _seen(owner, _customer(name))
    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        inside.get(LOG)


def test_what_was_done_to_a_customer_is_told(owner: User) -> None:
    anna = _customer("Анна")
    agent = person(Role.AGENT, name="Борис")
    sleeping = Segment.objects.create(name="Спят", kind="static", state="ready", created_at=NOW)
    for action, subject, details in (
        (Action.CUSTOMER_CHANGED, f"person:{anna}", {"manager": agent.pk}),
        (Action.CUSTOMER_CHANGED, f"person:{anna}", {"manager": None}),
        (Action.CUSTOMER_CHANGED, f"person:{anna}", {"fields": ["city", "shoe"]}),
        (Action.CONSENT_RECORDED, f"person:{anna}", {"channel": "sms", "granted": False}),
        (Action.CUSTOMERS_MERGED, f"person:{anna}", {"merge": 5, "gone": 77}),
        (Action.MERGE_RULES_CHANGED, f"person:{anna}", {"other": 78, "apart": True}),
        (Action.SEGMENT_CHANGED, f"segment:{sleeping.pk}", {}),
    ):
        services.log(user_id=owner.pk, action=action, now=NOW, subject=subject, details=details)
    lines = queries.log_page(which=LogFilter(since=NOW, until=NOW + timedelta(seconds=1)), limit=9)
    told = [one.text for one in sentences(lines)]
    assert told[::-1] == [
        "Customer changed by hand: Анна (now: Борис)",
        "Customer changed by hand: Анна (now: nobody in particular)",
        "Customer changed by hand: Анна (City, shoe)",
        "Consent written down: Анна (Text messages: refused)",
        "Customers merged: Анна (with customer 77)",
        "Rules of merging changed: Анна (not the same as customer 78)",
        "Segment changed: Спят",
    ]
