"""Challenges on their page: who takes part, who is near the goal, and what to do where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.commerce import services as commerce
from regulars.commerce.models import Order as StoredOrder
from regulars.commerce.types import Order, OrderLine
from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import services
from regulars.loyalty.types import OrderTold, Programme
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
NOW = shops.NOW
DAY = timedelta(days=1)
PAGE_QUERIES = 14
ONE_QUERIES = 13
CARD: dict[str, Any] = {
    "key": "fourth",
    "name": "Fourth order",
    "shape": "stamps",
    "counted": {"kind": "orders"},
    "times": 4,
    "repeats": True,
    "benefit": {"kind": "points", "points_minor": 10_000},
}
BIRTHDAY = {"key": "birthday", "name": "Birthday", "benefit": {"kind": "points", "points_minor": 30_000}}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def publish(**parts: Any) -> None:
    document = Programme.model_validate({"currency": "RUB", **parts})
    services.publish(programme=document, since=None, now=NOW - 20 * DAY, user_id=None)


def buys(name: str, times: int, *, number: str) -> int:
    """Somebody who ordered so many times, once a day."""
    person = shops.person(name, number=number)
    profile = Profile.objects.get(person_id=person).pk
    orders = [
        Order(
            source="shop",
            external_id=f"{number}-{n}",
            profile_id=profile,
            ordered_at=NOW - (10 - n) * DAY,
            currency="RUB",
            lines=(OrderLine(amount_minor=100_000),),
        )
        for n in range(times)
    ]
    commerce.record_orders(orders=orders, now=NOW)
    ids = StoredOrder.objects.filter(profile_id=profile).values_list("id", flat=True)
    told = [OrderTold(order_id=id_, at=NOW, began=True) for id_ in ids]
    services.count_orders(told=told, now=NOW)
    return person


def browser(role: Role = Role.MARKETER) -> Client:
    return shops.browser_of(shops.colleague(role), "en")


def test_without_challenges_the_page_says_what_to_do() -> None:
    page = browser().get(reverse("loyalty-challenges")).content.decode()
    assert "No challenges yet" in page
    assert reverse("loyalty-programme") in page


def test_the_page_leads_with_figures(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    publish(challenges=[CARD], personal_days=[BIRTHDAY])
    buys("Анна Смирнова", 7, number="77")
    buys("Борис Орлов", 1, number="78")
    client = browser()
    client.get(reverse("loyalty-challenges"))
    with django_assert_num_queries(PAGE_QUERIES):
        page = client.get(reverse("loyalty-challenges")).content.decode()
    assert "For every 4 orders: 100 points." in page
    assert "Reached 1 time in the last 12 weeks." in page
    assert "100 points" in page
    assert "Birthday" in page
    assert "Nobody takes part yet" not in page


def test_a_challenge_nobody_takes_part_in_is_pointed_out() -> None:
    publish(challenges=[CARD])
    assert "Nobody takes part yet" in browser().get(reverse("loyalty-challenges")).content.decode()


def test_who_is_near_the_goal(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    publish(challenges=[CARD])
    anna = buys("Анна Смирнова", 7, number="77")
    buys("Борис Орлов", 1, number="78")
    client = browser()
    address = reverse("loyalty-challenge", args=["fourth"])
    client.get(address)
    with django_assert_num_queries(ONE_QUERIES):
        page = client.get(address).content.decode()
    assert reverse("customers-card", args=[anna]) in page
    assert "3 of 4" in page
    assert "1 more" in page
    assert "Орлов" not in page
    assert client.get(reverse("loyalty-challenge", args=["other"])).status_code == 404
    assert client.get(address, {"after": "no place"}).status_code == 200
    assert "Nobody is halfway now" in client.get(address, {"after": f"3_{anna}"}).content.decode()


def test_lists_are_saved_and_that_is_kept_in_mind() -> None:
    publish(challenges=[CARD])
    anna = buys("Анна Смирнова", 7, number="77")
    client = browser()
    head, row = rows_of(client.get(reverse("loyalty-challenges-export")))
    assert dict(zip(head, row, strict=True))["Reached in 30 days"] == 1
    assert row[:2] == ["Fourth order", "For every 4 orders: 100 points."]
    _head, near = rows_of(client.get(reverse("loyalty-challenge-export", args=["fourth"])))
    assert near[:5] == ["Анна Смирнова", anna, 3, 4, 1]
    taken = AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT.value)
    assert [entry.details["list"] for entry in taken.order_by("id")] == ["challenges", "challenge:fourth"]
