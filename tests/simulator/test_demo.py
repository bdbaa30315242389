from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.customers.types import NewProfile
from regulars.events.models import Event
from regulars.simulator import demo
from regulars.simulator.errors import ShopNotEmpty
from regulars.simulator.history import make_history
from regulars.simulator.people import identities
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import ShopProfile
from regulars.work import queries as work

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.mark.slow
@pytest.mark.django_db
def test_the_history_is_stored_whole() -> None:
    history = make_history(now=NOW, seed=3, customers=150, months=18)
    demo.fill(now=NOW, seed=3, customers=150)
    assert rows("SELECT count(*) FROM customers_person") == [(150,)]
    assert rows("SELECT count(*), count(DISTINCT customer_id) FROM facts_orders") == [
        (len(history.purchases), 150)
    ]
    kept = [p for p in history.purchases if not p.cancelled_at]
    sold = sum(line.amount_minor for p in kept for line in p.lines)
    given_back = sum(p.returned.amount_minor for p in kept if p.returned)
    assert rows("SELECT sum(amount_minor) FROM facts_orders") == [(sold - given_back,)]
    assert rows("SELECT sum(amount_minor) FROM facts_order_lines WHERE kind <> 'void'") == [
        (sold - given_back,)
    ]
    assert rows("SELECT sum(cost_minor) FROM facts_channel_costs") == [
        (sum(cost.cost_minor for cost in history.costs),)
    ]
    assert rows("SELECT count(DISTINCT branch), count(DISTINCT channel) FROM facts_orders") == [(2, 5)]


@pytest.mark.django_db
def test_it_is_told_as_history_and_the_first_audit_is_asked_for() -> None:
    demo.fill(now=NOW, seed=3, customers=20, months=4)
    assert not Event.objects.filter(backfill=False).exists()
    assert set(Event.objects.values_list("received_at", flat=True)) == {NOW}
    assert set(Event.objects.values_list("name", flat=True)) >= {"profile_created", "order_completed"}
    assert rows("SELECT DISTINCT tableoid::regclass::text FROM events") == [("events_fact_2026_03",)]
    assert rows("SELECT task_name FROM procrastinate_jobs") == [("analytics.make_figures",)]


@pytest.mark.django_db
def test_it_is_never_mixed_with_anything_else() -> None:
    customers.upsert_profiles(profiles=[NewProfile(source="shop", external_id="1")], now=NOW)
    with pytest.raises(ShopNotEmpty):
        demo.fill(now=NOW, customers=20, months=2)
    assert rows("SELECT count(*) FROM customers_profile") == [(1,)]
    assert rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


@pytest.mark.django_db
def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[str, float | None]] = []

    class Listener:
        def step(self, text: str, done: float | None = None) -> None:
            told.append((text, done))

    demo.fill(now=NOW, customers=10, months=2, progress=Listener())
    assert len(told) >= 2
    assert all(text for text, _ in told)


def test_no_two_of_its_customers_share_an_address_or_a_number() -> None:
    """Who shares one would be put together."""
    for name in ("Adam Cooper", "Анна Ким"):
        told = [pair for number in range(16_000) for pair in identities(number, name)]
        assert len(told) == len(set(told))


@pytest.mark.slow
@pytest.mark.django_db
def test_its_customers_can_be_found_and_belong_to_nobody() -> None:
    demo.fill(now=NOW, seed=3, customers=200)
    identities = rows("SELECT type, value FROM customers_identity")
    emails = [value for type_, value in identities if type_ == "email"]
    phones = [value for type_, value in identities if type_ == "phone"]
    assert len(phones) == 200
    assert 150 < len(emails) < 200
    assert len(set(emails)) == len(emails)
    assert all(re.fullmatch(r"[a-z0-9.]+@example\.com", email) for email in emails)
    # No Russian code begins with 0, and the British ones are kept for films and books.
    assert all(re.fullmatch(r"\+7000\d{7}|\+447700900\d{3}", phone) for phone in phones)
    assert len({phone[-4:] for phone in phones}) > 150
    (person,) = customers_queries.search(emails[0], limit=5)
    assert customers_queries.search(phones[0][-7:], limit=5)
    assert customers_queries.contacts([person])[person].emails == (emails[0],)


@pytest.mark.slow
@pytest.mark.django_db
def test_it_says_what_shop_it_is_and_has_something_to_do() -> None:
    with translation.override("ru"):
        demo.fill(now=NOW, seed=1, customers=300)
    shop = team.shop()
    assert (shop.currency, shop.timezone, shop.margin) == ("RUB", "Europe/Moscow", Decimal("0.45"))
    assert shop.set_up_at == NOW
    # Beside those of the desk, tastings that customers took for their points.
    open_tasks = [task for task in work.open_tasks(limit=10) if task.title != "Дегустация на двоих"]
    assert len(open_tasks) == 4
    assert {task.due_at < NOW for task in open_tasks} == {True, False}
    about = [task for task in open_tasks if task.person_id is not None]
    assert len(about) == 3
    assert customers_queries.notes_of(about[0].person_id or 0)
    assert not Event.objects.filter(backfill=False).exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_shop_that_was_set_up_already_keeps_what_was_said_of_it() -> None:
    team_services.save_shop(shop=ShopProfile(name="Своя", currency="EUR"), user_id=None, now=NOW)
    demo.fill(now=NOW, seed=3, customers=20)
    assert (team.shop().name, team.shop().currency) == ("Своя", "EUR")
