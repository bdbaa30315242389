from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from regulars.analytics.models import KeptAudit
from regulars.commerce import services as commerce
from regulars.commerce.types import ChannelDayCost, Order, OrderLine
from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.customers.types import SHOP, NewProfile
from regulars.simulator import clearing, demo, tasks
from regulars.simulator.models import DemoShop
from regulars.work import services as work

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 16, 12, tzinfo=UTC)
TABLES = [
    "commerce_order",
    "commerce_orderline",
    "commerce_orderreturn",
    "commerce_product",
    "commerce_branch",
    "commerce_channelcost",
    "customers_person",
    "customers_profile",
    "customers_identity",
    "customers_note",
    "work_task",
    "events",
    "event_keys",
    "event_counts",
    "loyalty_programmeversion",
    "loyalty_wallet",
    "loyalty_lot",
    "loyalty_hold",
    "loyalty_posting",
    "loyalty_unearnedorder",
    "simulator_demoshop",
]


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def contents() -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in TABLES}


def clear(limit: int) -> Iterator[int]:
    while done := clearing.clear(now=LATER, limit=limit):
        yield done


def own_shop() -> None:
    """What the owner brought in before the demo shop was cleared."""
    with transaction.atomic():
        profile = customers.upsert_profiles(
            profiles=[NewProfile(source=SHOP, external_id="1", name="Своя")], now=NOW, backfill=True
        ).ids[SHOP, "1"]
        product = next((id_ for (id_,) in rows("SELECT min(id) FROM commerce_product")), None)
        commerce.record_orders(
            orders=[
                Order(
                    source=SHOP,
                    external_id="00001",
                    profile_id=profile,
                    ordered_at=NOW,
                    currency="RUB",
                    lines=(OrderLine(product_id=product, quantity=Decimal(1), amount_minor=100),),
                )
            ],
            now=NOW,
            backfill=True,
        )
        customers.write_note(profile_id=profile, author_id=1, text="своя", now=NOW)
        work.create_task(title="своя", due_at=NOW, created_by=1, now=NOW, profile_id=profile)


@pytest.mark.slow
@pytest.mark.django_db
def test_everything_the_demo_shop_brought_goes() -> None:
    before = contents()
    demo.fill(now=NOW, seed=3, customers=80)
    # What its visitor wrote about its customers goes with them.
    profile = customers_queries.profile_ids([("demo", "7")])["demo", "7"]
    customers.write_note(profile_id=profile, author_id=1, text="выдуманный", now=NOW)
    work.create_task(title="выдуманная", due_at=NOW, created_by=1, now=NOW, profile_id=profile)
    assert len(list(clear(limit=30))) > 10
    assert contents() == before
    assert clearing.clear(now=LATER, limit=30) == 0


@pytest.mark.slow
@pytest.mark.django_db
def test_what_is_the_owners_stays() -> None:
    demo.fill(now=NOW, seed=3, customers=60)
    own_shop()
    commerce.record_costs(
        costs=[ChannelDayCost(channel="vk", day=date(2026, 3, 1), cost_minor=777, currency="RUB")]
    )
    list(clear(limit=1000))
    assert rows("SELECT source, external_id FROM commerce_order") == [(SHOP, "00001")]
    assert rows("SELECT source, external_id FROM customers_profile") == [(SHOP, "1")]
    assert rows("SELECT cost_minor FROM commerce_channelcost") == [(777,)]
    assert rows("SELECT text FROM customers_note") == [("своя",)]
    assert rows("SELECT title FROM work_task") == [("своя",)]
    # Of the demo's catalogue only what an order of the owner's names.
    assert rows("SELECT count(*) FROM commerce_product") == [(1,)]
    names = rows("SELECT name, count(*) FROM events GROUP BY name ORDER BY name")
    assert names == [("note_added", 1), ("order_completed", 1), ("profile_created", 1), ("task_created", 1)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_interrupted_it_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents()
    demo.fill(now=NOW, seed=3, customers=40)

    def die(*, profile_ids: list[int]) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(clearing.events, "forget_profiles", die)
        with pytest.raises(KeyboardInterrupt):
            list(clear(limit=25))
    left = DemoShop.objects.get()
    assert (left.orders, left.customers) == (0, 40)
    assert rows("SELECT count(*) FROM customers_profile") == [(40,)]
    list(clear(limit=25))
    assert contents() == before


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_worker_clears_it_and_asks_for_figures() -> None:
    demo.fill(now=NOW, seed=3, customers=30)
    KeptAudit.objects.create(as_of=NOW.date(), made_at=NOW, version=1, document="{}", source=SHOP)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    tasks.clear_demo()
    assert rows("SELECT count(*) FROM commerce_order") == [(0,)]
    assert not KeptAudit.objects.exists()
    assert rows("SELECT task_name FROM procrastinate_jobs") == [("analytics.make_figures",)]
    # Nothing there any more: no harm, and what is kept of the owner's shop by then stays.
    kept = KeptAudit.objects.create(as_of=NOW.date(), made_at=NOW, version=1, document="{}", source=SHOP)
    tasks.clear_demo()
    assert KeptAudit.objects.get() == kept


@pytest.mark.django_db
def test_nothing_to_clear_where_no_demo_shop_was() -> None:
    own_shop()
    before = contents()
    assert clearing.clear(now=NOW, limit=100) == 0
    assert contents() == before
