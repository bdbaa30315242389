from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from regulars.customers import services as customers
from regulars.customers.types import NewProfile
from regulars.events.models import Event
from regulars.simulator import demo
from regulars.simulator.errors import ShopNotEmpty
from regulars.simulator.history import make_history

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


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
    demo.fill(now=NOW, seed=3, customers=50)
    assert not Event.objects.filter(backfill=False).exists()
    assert set(Event.objects.values_list("received_at", flat=True)) == {NOW}
    assert set(Event.objects.values_list("name", flat=True)) >= {"profile_created", "order_completed"}
    assert rows("SELECT DISTINCT tableoid::regclass::text FROM events") == [("events_fact_2026_03",)]
    assert rows("SELECT task_name FROM procrastinate_jobs") == [("analytics.make_figures",)]


@pytest.mark.django_db
def test_it_is_never_mixed_with_anything_else() -> None:
    customers.upsert_profiles(profiles=[NewProfile(source="shop", external_id="1")], now=NOW)
    with pytest.raises(ShopNotEmpty):
        demo.fill(now=NOW, customers=50)
    assert rows("SELECT count(*) FROM customers_profile") == [(1,)]
    assert rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


@pytest.mark.django_db
def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[str, float | None]] = []

    class Listener:
        def step(self, text: str, done: float | None = None) -> None:
            told.append((text, done))

    demo.fill(now=NOW, customers=20, progress=Listener())
    assert len(told) >= 2
    assert all(text for text, _ in told)
