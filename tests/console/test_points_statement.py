"""Points on the card, the statement, the QR."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types import NewHold, Programme, Wanted
from regulars.loyalty.types.programme import AtOnce
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
NOW = shops.NOW
DAY = timedelta(days=1)
QUERIES = 11
"""The session, the user, what they may; the person's profiles and identities; the shop, the programme (which
there are, and those not read yet), the balance, the lines, what waits."""


@pytest.fixture
def agent() -> User:
    return shops.colleague(Role.AGENT, "Олег")


@pytest.fixture
def inside(agent: User) -> Client:
    return shops.browser_of(agent)


@pytest.fixture
def anna() -> int:
    return shops.person("Анна")


def publish(**rules: object) -> None:
    programme = Programme(usable=AtOnce(), **rules)  # type: ignore[arg-type]
    services.publish(programme=programme, since=None, now=NOW - 300 * DAY, user_id=None)


def profile(person: int) -> int:
    return Profile.objects.get(person_id=person).pk


def earn(
    person: int, order: str, points: int, *, days_ago: int = 10, usable_in: int = 0, ends_in: int = 30
) -> None:
    at = NOW - days_ago * DAY
    one = Wanted(
        key=f"order:shop:{order}:cashback", profile_id=profile(person), points_minor=points * 100, at=at,
        earned_at=at, usable_at=NOW + usable_in * DAY if usable_in else at, expires_at=NOW + ends_in * DAY,
        order_source="shop", order_id=order,
    )  # fmt: skip
    services.settle(wanted=[one], when_spent="owe", now=at)


def spend(person: int, order: str, points: int, *, days_ago: int = 5) -> int:
    at = NOW - days_ago * DAY
    new = NewHold(
        key=f"k-{order}", profile_id=profile(person), points_minor=points * 100, at=at,
        lasts_until=at + DAY, order_source="shop", order_id=order,
    )  # fmt: skip
    hold = services.hold(new=new, now=at)
    services.capture(hold_id=hold.id, now=at)
    return hold.id


def page(client: Client, name: str, person: int, query: str = "") -> str:
    with clock.fixed(NOW):
        answer = client.get(reverse(name, args=[person]) + query)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def test_card_says_nothing_of_points_where_there_is_no_programme(inside: Client, anna: int) -> None:
    assert 'id="points"' not in page(inside, "customers-card", anna)


def test_card_says_what_there_is(inside: Client, anna: int) -> None:
    publish(worth_minor=50)
    assert "0 points" in page(inside, "customers-card", anna)
    earn(anna, "A-1", 100)
    earn(anna, "A-2", 40, usable_in=3)
    earn(anna, "A-3", 20, usable_in=5)
    card = page(inside, "customers-card", anna)
    for words in (
        "100 points",
        "worth RUB 50",
        "expire after 31 May",
        "40 points",
        "can be spent from 4 May on",
        "20 points",
        "earned, cannot be spent",
    ):
        assert words in card, words
    assert "40 points of them from 4 May on" in page(inside, "customers-points", anna)
    assert reverse("customers-points-adjust", args=[anna]) in card
    cashier = shops.browser_of(shops.colleague(Role.CASHIER))
    card = page(cashier, "customers-card", anna)
    assert "100 points" in card
    assert reverse("customers-points-adjust", args=[anna]) not in card
    assert reverse("customers-points-qr", args=[anna]) not in card


def test_statement_tells_each_movement_with_the_balance_after_it(
    inside: Client, anna: int, agent: User
) -> None:
    publish()
    earn(anna, "A-1", 100)
    spend(anna, "A-2", 30)
    services.adjust(
        profile_id=profile(anna), points_minor=550, reason="Чай пролился", key="k", user_id=agent.pk, now=NOW
    )
    text = page(inside, "customers-points", anna)
    told = [
        "Given by Олег",
        "Чай пролился",
        "+5.5",
        "75.5",
        "Spent on order A-2",
        "−30",
        "For order A-1",
        "+100",
    ]
    places = [text.index(words, text.index("<tbody>")) for words in told]
    assert places == sorted(places)
    assert "Set aside for order" not in text
    moves = page(inside, "customers-points", anna, "?moves=1")
    assert "Set aside for order A-2" in moves
    assert "30 moved" in moves


def test_statement_is_narrowed(inside: Client, anna: int) -> None:
    publish()
    earn(anna, "A-1", 100)
    spend(anna, "A-2", 30)
    spent = page(inside, "customers-points", anna, "?kind=spent")
    assert "Spent on order A-2" in spent
    assert "For order A-1" not in spent
    assert ">70<" in spent, "the balance counts what is not shown"
    assert "Nothing of this kind" in page(inside, "customers-points", anna, "?kind=by_hand")
    assert "For order A-1" in page(inside, "customers-points", anna, "?kind=nonsense&before=x")


def test_statement_of_somebody_with_nothing(inside: Client, anna: int) -> None:
    assert "No points yet" in page(inside, "customers-points", anna)


def test_what_was_taken_from_other_lots_is_told_of_its_own_order(inside: Client, anna: int) -> None:
    publish()
    earn(anna, "A-1", 100)
    spend(anna, "A-9", 100)
    earn(anna, "A-2", 60, days_ago=4)
    earn(anna, "A-1", 0, days_ago=1)
    text = page(inside, "customers-points", anna)
    assert "Taken back: order A-1 came to less" in text
    assert "Owed: order A-1 came to less" in text
    assert "order A-2 came to less" not in text
    balance = loyalty.balance(profile_id=profile(anna), at=NOW)
    assert (balance.spendable_minor, balance.owed_minor) == (0, 4_000)
    assert ">−40<" in text


def test_what_a_till_let_somebody_spend_is_told_as_such(inside: Client, anna: int) -> None:
    publish()
    earn(anna, "A-1", 10)
    new = NewHold(
        key="till-1", profile_id=profile(anna), points_minor=2_500, at=NOW - DAY, lasts_until=NOW,
        order_source="shop", order_id="A-7",
    )  # fmt: skip
    services.spend(new=new, now=NOW, when_short="owe")
    text = page(inside, "customers-points", anna)
    assert "Owed: more was spent on order A-7 than there was" in text
    assert "Spent on order A-7" in text
    assert ">−15<" in text


def test_lines_of_all_cards_that_were_put_together(inside: Client, anna: int) -> None:
    publish()
    boris = shops.person("Борис")
    earn(anna, "A-1", 100)
    earn(boris, "B-1", 50, days_ago=9)
    theirs = [profile(anna), profile(boris)]
    lines = loyalty.statement(profile_ids=theirs)
    assert [(line.order_id, line.balance_minor) for line in lines] == [("B-1", 15_000), ("A-1", 10_000)]


def test_statement_in_pages_shows_each_line_once(anna: int) -> None:
    publish()
    for number in range(7):
        earn(anna, f"A-{number}", number + 1)
    spend(anna, "A-9", 5)
    whole = loyalty.statement(profile_ids=[profile(anna)], moves=True, limit=100)
    found, before = [], None
    while rows := loyalty.statement(profile_ids=[profile(anna)], moves=True, before=before, limit=3):
        found += rows
        before = rows[-1].id
    assert found == whole
    balance = 0
    for line in reversed(whole):
        balance += line.change_minor
        assert line.balance_minor == balance


def test_statement_as_a_workbook(anna: int) -> None:
    publish()
    earn(anna, "=A-1", 100)
    spend(anna, "A-2", 30)
    marketer = shops.browser_of(shops.colleague())
    with clock.fixed(NOW):
        answer = marketer.get(reverse("customers-points-export", args=[anna]))
    rows = rows_of(answer)
    assert [row[1:3] for row in rows[1:]] == [["Spent on order A-2", "A-2"], ["For order =A-1", "=A-1"]]
    assert [[Decimal(str(cell)) for cell in row[4:6]] for row in rows[1:]] == [[-30, 70], [100, 100]]
    assert AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT.value, details__list="points").exists()


def test_qr_is_for_those_who_may_give_points_and_is_noted_once(inside: Client, anna: int) -> None:
    publish()
    address = reverse("customers-points-qr", args=[anna])
    with clock.fixed(NOW):
        answer = inside.get(address)
        inside.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert answer["Refresh"]
    assert answer.text.count('xmlns="http://www.w3.org/2000/svg"') == 1, "a picture by itself has to say so"
    assert AuditLogEntry.objects.filter(action=Action.QR_SHOWN.value, subject=f"person:{anna}").count() == 1
    for role in (Role.CASHIER, Role.ANALYST):
        assert shops.browser_of(shops.colleague(role)).get(address).status_code == 403


def test_what_the_statement_costs(
    inside: Client, anna: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish()
    for number in range(20):
        earn(anna, f"A-{number}", number + 1)
    with django_assert_num_queries(QUERIES), clock.fixed(NOW):
        assert inside.get(reverse("customers-points", args=[anna])).status_code == 200
