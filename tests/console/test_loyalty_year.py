"""What rules would have cost over the last twelve months, as a page and as a file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries
from tests.console import loyalty_books as books
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers.models import Profile
from regulars.loyalty import queries, services
from regulars.loyalty.models import YearReplay
from regulars.loyalty.types import Programme
from regulars.loyalty.types.year import (
    Brought,
    Note,
    OfMonth,
    OfPart,
    OfPerson,
    OfTier,
    YearResult,
    YearState,
)
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
# Session, user, permissions, shop; draft, versions (two); replays, last order; names of those who get most.
QUERIES = 10
PAGE = "loyalty-programme-year"
DRAFT = Programme(cashback_percent="7", currency="RUB")


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague(Role.MARKETER))


def _page(client: Client, **asked: str) -> str:
    answer = client.get(reverse(PAGE), asked)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _result(cost: int, **values: Any) -> YearResult:
    """Of two months and one customer; `cost` in roubles."""
    brought = Brought(
        people=3, orders=4, points_minor=cost * 200, money_minor=cost * 200, expected_minor=cost * 100
    )
    told: dict[str, Any] = {
        "first": date(2025, 3, 15),
        "last": date(2026, 3, 14),
        "currency": "RUB",
        "orders": 8,
        "people": 6,
        "revenue_minor": 2_000_000,
        "spent_share": 0.5,
        "total": brought,
        "parts": [
            OfPart(mechanic="cashback", part="", name="", brought=brought),
            OfPart(
                mechanic="challenge", part="r", name="A review", brought=Brought(), notes=[Note.NOT_EVENTS]
            ),
        ],
        "tiers": [OfTier(key="gold", name="Gold", revenue_minor=1_000_000, ordered=2, brought=brought)],
        "months": [
            OfMonth(month=date(2025, 3, 1), revenue_minor=1_000_000, brought=brought),
            OfMonth(month=date(2025, 4, 1), revenue_minor=1_000_000, brought=Brought()),
        ],
        "most": [],
        "notes": [Note.PEOPLE_TODAY],
    }
    return YearResult(**told | values)


def _sold() -> None:
    shops.person()
    profile = Profile.objects.earliest("pk")
    order = Order(
        source="shop",
        external_id="1",
        profile_id=profile.pk,
        ordered_at=shops.NOW,
        currency="RUB",
        lines=(OrderLine(amount_minor=100_000),),
    )
    commerce.record_orders(orders=[order], now=shops.NOW, backfill=True)


def _done(number: int, result: YearResult) -> None:
    YearReplay.objects.filter(pk=number).update(
        state=YearState.DONE.value, share=1, result=msgspec.to_builtins(result), finished_at=shops.NOW
    )


def _ask(programme: Programme) -> int:
    return services.request_year(programme=programme, now=shops.NOW, user_id=None)


def test_without_rules_one_is_led_to_ready_ones(inside: Client) -> None:
    assert "There are no rules yet" in _page(inside)


def test_without_orders_there_is_nothing_to_try_rules_on(inside: Client) -> None:
    books.publish()
    assert "There are no orders yet" in _page(inside)


def test_asking_wakes_the_worker_once_for_each_programme(
    inside: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sold()
    version = books.publish()
    services.keep_draft(programme=DRAFT, seen=None, based_on=version.id, now=shops.NOW, user_id=None)
    assert "Try the rules on your own orders" in _page(inside)
    for _twice in range(2):
        answer = inside.post(reverse("loyalty-programme-year-make"), {"of": "draft"})
        assert answer.headers["Location"] == reverse(PAGE) + "?of=draft"
    assert YearReplay.objects.count() == 2
    jobs = ProcrastinateJob.objects.filter(task_name="loyalty.replay_year", status="todo")
    assert jobs.count() == 2
    page = _page(inside)
    assert "Waiting for the worker" in page
    state = reverse("loyalty-programme-year-state")
    YearReplay.objects.update(state=YearState.WORKING.value, share=0.5)
    answer = inside.get(state, {"of": "draft"})
    assert 'value="50"' in answer.text
    YearReplay.objects.update(state=YearState.FAILED.value, error="No room on the disk.")
    assert inside.get(state, {"of": "draft"}).headers["HX-Refresh"] == "true"
    page = _page(inside)
    assert "No room on the disk." in page
    assert "Try again" in page


def test_the_draft_is_set_against_the_rules_in_force(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _sold()
    version = books.publish()
    services.keep_draft(programme=DRAFT, seen=None, based_on=version.id, now=shops.NOW, user_id=None)
    profile = Profile.objects.earliest("pk")
    one = OfPerson(
        person_id=profile.person_id,
        orders=2,
        revenue_minor=500_000,
        points_minor=1_000_00,
        money_minor=50_000,
        tier="gold",
    )
    _done(_ask(DRAFT), _result(1500, most=[one]))
    _done(_ask(version.programme), _result(1000))
    with django_assert_num_queries(QUERIES):
        page = _page(inside)
    assert "They would have cost about RUB 1,500, 7.5% of what these customers paid." in page
    assert "That is RUB 500 more than today’s rules." in page
    assert "+50% against today’s rules" in page
    assert "Basic cashback" in page
    assert "nobody was asked for it then" in page
    assert "Of the points, 50.0% are counted as spent" in page
    assert reverse("customers-card", args=[profile.person_id]) in page
    page = _page(inside, of="current")
    assert "What would today’s rules have cost" in page
    assert "RUB 1,000" in page


def test_orders_that_came_since_are_told_of(inside: Client) -> None:
    _sold()
    version = books.publish()
    _done(_ask(version.programme), _result(1000))
    assert "Orders have come in since" not in _page(inside)
    YearReplay.objects.update(seen=1)
    assert "Orders have come in since" in _page(inside)
    assert _ask(version.programme) != YearReplay.objects.get(seen=1).pk


def test_it_can_be_taken_away_as_a_file() -> None:
    _sold()
    owner = shops.browser_of(shops.colleague())
    version = books.publish()
    assert owner.get(reverse("loyalty-programme-year-export")).status_code == 404
    _done(_ask(version.programme), _result(1000))
    rows = rows_of(owner.get(reverse("loyalty-programme-year-export")))
    assert [row[0] for row in rows] == ["Part of the programme", "Basic cashback", "A review", "All together"]
    assert AuditLogEntry.objects.get(action=Action.LIST_TAKEN_OUT.value).details["list"] == "programme-year"


def test_replays_are_forgotten_after_some_weeks() -> None:
    number = _ask(DRAFT)
    assert services.forget_years(now=shops.NOW, limit=10) == 0
    assert services.forget_years(now=shops.NOW + 31 * timedelta(days=1), limit=10) == 1
    assert queries.year(number) is None


def test_whoever_may_not_set_rules_does_not_see_it() -> None:
    analyst = shops.browser_of(shops.colleague(Role.ANALYST))
    assert analyst.get(reverse(PAGE)).status_code == 403
