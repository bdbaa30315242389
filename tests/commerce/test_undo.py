"""Taking an import back: as if it had never been, wherever nobody changed anything since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import credit_rows, forget, rows
from tests.together import together

from regulars.commerce import models, services
from regulars.commerce.types import (
    BranchChange,
    ChannelDayCost,
    CostChange,
    CreditChange,
    NewBranch,
    NewProduct,
    OrderChange,
    OrderStatus,
    ProductChange,
    RecordedCredits,
    RecordedOrders,
    Undone,
)
from regulars.customers.models import Profile
from regulars.customers.registry import references
from regulars.events.errors import NotBackfill
from regulars.events.models import Event, EventCount

DAY = timedelta(days=1)
TABLES = (
    "SELECT * FROM commerce_order ORDER BY id",
    "SELECT * FROM commerce_orderline ORDER BY id",
    "SELECT order_id, number, line_id, returned_at, quantity, amount_minor FROM commerce_orderreturn"
    " ORDER BY 1, 2",
    "SELECT * FROM commerce_credit ORDER BY id",
    "SELECT * FROM commerce_product ORDER BY id",
    "SELECT * FROM commerce_branch ORDER BY id",
    "SELECT * FROM commerce_channelcost ORDER BY id",
    "SELECT source, key FROM event_keys ORDER BY 1, 2",
    "SELECT name, source, key, occurred_at, profile_id, properties::text, backfill FROM events"
    " ORDER BY source, key",
    "SELECT * FROM event_counts ORDER BY 1, 2",
)


def everything() -> list[list[tuple[Any, ...]]]:
    return [rows(table) for table in TABLES]


def order_changes(done: RecordedOrders) -> list[OrderChange]:
    return [OrderChange(key, revision, done.before.get(key)) for key, revision in done.revisions.items()]


def credit_changes(done: RecordedCredits) -> list[CreditChange]:
    return [CreditChange(key, revision, done.before.get(key)) for key, revision in done.revisions.items()]


def test_orders_that_came_with_an_import_go_with_it(shop: Shop) -> None:
    shop.record(shop.order("A0"))
    before = everything()
    done = shop.record(
        shop.order("A1", 500, 250, 30, returns=(shop.back(90, 3), shop.back(10))),
        shop.order("A2", profile_id=shop.profiles[1], status=OrderStatus.CANCELLED),
        shop.order("A3", profile_id=None),
        backfill=True,
    )
    forget()
    assert services.undo_orders(changes=order_changes(done), now=NOW) == Undone(3, 0, {})
    assert everything() == before
    assert forget() == ({date(2026, 2, 1)}, set(shop.profiles[:2]))
    # Once more there is nothing to do, and the same import can be made again.
    assert services.undo_orders(changes=order_changes(done), now=NOW) == Undone(0, 0, {})
    assert shop.record(shop.order("A1"), backfill=True).created == 1
    assert Event.objects.filter(properties__number="A1").count() == 1


def test_orders_that_an_import_changed_are_put_back(shop: Shop) -> None:
    shop.record(
        shop.order("A1", 500, 250, 90, returns=(shop.back(90, 3), shop.back(10, 1))), shop.order("A2")
    )
    shop.give_back(shop.credit("C1", 5, order_external_id="A1"), backfill=True)
    before = everything()
    first = shop.record(
        shop.order(
            "A1", 700, profile_id=shop.profiles[1], channel="vk", ordered_at=NOON + 40 * DAY, returns=None
        ),
        shop.order("A2", status=OrderStatus.CANCELLED, cancelled_at=NOON + DAY, returns=(shop.back(3),)),
        backfill=True,
    )
    between = everything()
    second = shop.record(
        shop.order("A1", 1, 2, 3, 4, returns=(shop.back(1, 4),)), shop.order("A2"), backfill=True
    )
    # What came first cannot be taken back while the second holds.
    kept = services.undo_orders(changes=order_changes(first), now=NOW)
    assert kept == Undone(0, 0, dict.fromkeys(first.revisions, "changed_since"))
    forget()
    assert services.undo_orders(changes=order_changes(second), now=NOW) == Undone(0, 2, {})
    assert without_line_ids(everything()) == without_line_ids(between)
    assert forget() == ({date(2026, 2, 1), date(2026, 3, 1)}, set(shop.profiles[:2]))
    assert services.undo_orders(changes=order_changes(first), now=NOW) == Undone(0, 2, {})
    assert without_line_ids(everything()) == without_line_ids(before)


def without_line_ids(tables: list[list[tuple[Any, ...]]]) -> list[list[tuple[Any, ...]]]:
    """A line that was dropped and came back has another id."""
    tables[1] = sorted(line[1:] for line in tables[1])
    tables[2] = [back[:2] + back[3:] for back in tables[2]]
    return tables


def test_an_order_changed_since_is_kept_and_the_others_go(shop: Shop) -> None:
    done = shop.record(shop.order("A1"), shop.order("A2"), backfill=True)
    shop.record(shop.order("A2", channel="till"))
    undone = services.undo_orders(changes=order_changes(done), now=NOW)
    assert undone == Undone(1, 0, {("shop", "A2"): "changed_since"})
    assert list(models.Order.objects.values_list("external_id", "channel")) == [("A2", "till")]


def test_what_set_something_off_is_not_taken_back(shop: Shop) -> None:
    done = shop.record(shop.order("A1"))
    before = everything()
    with pytest.raises(NotBackfill):
        services.undo_orders(changes=order_changes(done), now=NOW)
    assert everything() == before


def test_a_removed_order_leaves_its_credits_waiting(shop: Shop) -> None:
    shop.give_back(shop.credit("C1", 100, order_external_id="A1", profile_id=shop.profiles[1]), backfill=True)
    before = everything()
    done = shop.record(shop.order(), backfill=True)
    # What the shop tells of itself afterwards has been told for good.
    assert rows("SELECT amount_minor FROM facts_orders") == [(650,)]
    forget()
    assert services.undo_orders(changes=order_changes(done), now=NOW).removed == 1
    assert everything() == before
    assert credit_rows() == [(None, -100, None, None, None, shop.profiles[1], NOON + DAY)]
    assert forget() == ({date(2026, 2, 1)}, set(shop.profiles[:2]))
    shop.record(shop.order(), backfill=True)
    assert rows("SELECT amount_minor FROM facts_orders") == [(650,)]
    assert Event.objects.filter(name="order_refunded").count() == 1


def test_a_refund_told_live_stays_told_and_is_told_once(shop: Shop) -> None:
    done = shop.record(shop.order(), backfill=True)
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"))
    services.undo_orders(changes=order_changes(done), now=NOW)
    assert not models.Order.objects.exists()
    shop.record(shop.order(), backfill=True)
    assert rows("SELECT amount_minor FROM facts_orders") == [(650,)]
    assert list(Event.objects.filter(name="order_refunded").values_list("backfill")) == [(False,)]
    assert EventCount.objects.get(name="order_refunded").count == 1


def test_a_correction_told_live_stays_told_when_its_order_goes(shop: Shop) -> None:
    done = shop.record(shop.order(), backfill=True)
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"), backfill=True)
    shop.give_back(shop.credit("C1", 120, order_external_id="A1"))
    assert services.undo_orders(changes=order_changes(done), now=NOW).removed == 1
    told = Event.objects.filter(source="commerce").order_by("name")
    assert list(told.values_list("name", "backfill")) == [("order_refunded", True), ("order_updated", False)]
    # The order comes again, and the refund is not told of twice.
    shop.record(shop.order(), backfill=True)
    assert rows("SELECT amount_minor FROM facts_orders") == [(630,)]
    assert Event.objects.filter(name="order_refunded").count() == 1


def test_credits_go_and_are_put_back(shop: Shop) -> None:
    shop.record(shop.order("A1"), shop.order("A2"))
    shop.give_back(shop.credit("C1", 10, order_external_id="A1"), backfill=True)
    before = everything()
    done = shop.give_back(
        shop.credit("C1", 20, order_external_id="A2", credited_at=NOON + 40 * DAY),
        shop.credit("C2", 30, order_external_id="A1"),
        shop.credit("C3", 40, profile_id=shop.profiles[1]),
        shop.credit("C4", 50, order_external_id="A9"),
        backfill=True,
    )
    forget()
    assert services.undo_credits(changes=credit_changes(done), now=NOW) == Undone(3, 1, {})
    assert everything() == before
    assert forget() == ({date(2026, 2, 1), date(2026, 3, 1)}, set(shop.profiles[:2]))
    assert rows("SELECT amount_minor FROM facts_orders ORDER BY order_id") == [(740,), (750,)]


def test_a_credit_put_back_waits_or_is_told_as_it_was(shop: Shop) -> None:
    shop.give_back(shop.credit("C1", 10, order_external_id="A9"), backfill=True)
    shop.record(shop.order("A1"), backfill=True)
    waiting = everything()
    done = shop.give_back(shop.credit("C1", 20, order_external_id="A1"), backfill=True)
    assert EventCount.objects.get(name="order_refunded").count == 1
    services.undo_credits(changes=credit_changes(done), now=NOW)
    assert everything() == waiting
    # Meanwhile the order it named before has come.
    done = shop.give_back(shop.credit("C1", 20), backfill=True)
    shop.record(shop.order("A9", 500), backfill=True)
    services.undo_credits(changes=credit_changes(done), now=NOW)
    assert [event.properties["amount_minor"] for event in Event.objects.filter(name="order_refunded")] == [10]
    assert rows("SELECT amount_minor FROM facts_orders ORDER BY order_id") == [(750,), (490,)]


def test_a_credit_changed_since_is_kept(shop: Shop) -> None:
    done = shop.give_back(shop.credit("C1", 10), backfill=True)
    changed = shop.give_back(shop.credit("C1", 20))
    assert services.undo_credits(changes=credit_changes(done), now=NOW).kept == {
        ("shop", "C1"): "changed_since"
    }
    models.Credit.objects.all().delete()
    assert services.undo_credits(changes=credit_changes(changed), now=NOW).kept == {("shop", "C1"): "gone"}


def test_a_state_that_points_to_what_is_no_more_is_not_put_back(shop: Shop) -> None:
    tea = services.record_products(products=[NewProduct(source="shop", external_id="x", name="Ассам")])
    line = replace(shop.order().lines[0], product_id=tea.ids["shop", "x"])
    shop.record(shop.order("A1", lines=(line,)), shop.order("A2"), backfill=True)
    done = shop.record(shop.order("A1", 7), shop.order("A2", 7), backfill=True)
    assert services.undo_products(changes=[ProductChange(("shop", "x"), 1, None)], now=NOW).removed == 1
    undone = services.undo_orders(changes=order_changes(done), now=NOW)
    assert undone == Undone(0, 1, {("shop", "A1"): "gone"})


def test_products_go_where_nothing_points_to_them(shop: Shop) -> None:
    before = everything()
    done = services.record_products(
        products=[
            NewProduct(source="shop", external_id="t", name="Сенча Асамуси"),
            NewProduct(source="shop", external_id="k", name="k", category=""),
            NewProduct(source="shop", external_id="n", name=""),
            NewProduct(source="shop", external_id="m", name="Молоко"),
        ]
    )
    assert (done.created, done.changed) == (2, 1)
    assert done.before == {
        ("shop", "t"): NewProduct(source="shop", external_id="t", name="Сенча", category="Чай")
    }
    assert rows("SELECT name, category FROM commerce_product ORDER BY id") == [
        ("Кения АА", ""),
        ("Сенча Асамуси", "Чай"),
        ("Молоко", ""),
        ("n", ""),
    ]
    order = shop.order("A1")
    line = replace(order.lines[0], product_id=done.ids["shop", "m"])
    sold = shop.record(replace(order, lines=(line,)), backfill=True)
    changes = [ProductChange(key, revision, done.before.get(key)) for key, revision in done.revisions.items()]
    assert services.undo_products(changes=changes, now=NOW) == Undone(1, 1, {("shop", "m"): "in_use"})
    services.undo_orders(changes=order_changes(sold), now=NOW)
    last = [change for change in changes if change.key == ("shop", "m")]
    assert services.undo_products(changes=last, now=NOW) == Undone(1, 0, {})
    assert everything() == before


def test_a_product_renamed_since_keeps_its_name(shop: Shop) -> None:
    new = [NewProduct(source="shop", external_id="t", name="Сенча 1")]
    first = services.record_products(products=new)
    shop.record(shop.order(), shop.order("A2", ordered_at=NOON + 40 * DAY))
    forget()
    second = services.record_products(products=[replace(new[0], name="Сенча 2")])
    # The lake keeps names of products with the lines.
    assert forget() == ({date(2026, 2, 1), date(2026, 3, 1)}, set())
    kept = services.undo_products(
        changes=[ProductChange(("shop", "t"), 2, first.before["shop", "t"])], now=NOW
    )
    assert kept.kept == {("shop", "t"): "changed_since"}
    services.undo_products(changes=[ProductChange(("shop", "t"), 3, second.before["shop", "t"])], now=NOW)
    assert rows("SELECT name, revision FROM commerce_product WHERE external_id = 't'") == [("Сенча 1", 2)]
    assert forget()[0] == {date(2026, 2, 1), date(2026, 3, 1)}


def test_branches_go_where_nothing_is_of_them(shop: Shop) -> None:
    told = [NewBranch(source="shop", external_id=id_, name=id_) for id_ in ("m", "n")]
    done = services.record_branches(branches=told)
    shop.record(shop.order(branch_id=done.ids["shop", "m"]))
    renamed = services.record_branches(branches=[replace(told[0], name="Маросейка")])
    assert services.record_branches(branches=told).revisions == {}
    changes = [BranchChange(("shop", "m"), 2, renamed.before["shop", "m"])]
    forget()
    assert services.undo_branches(changes=changes, now=NOW).restored == 1
    assert forget()[0] == {date(2026, 2, 1)}
    first = [BranchChange(key, 1, None) for key in done.revisions]
    assert services.undo_branches(changes=first, now=NOW) == Undone(1, 0, {("shop", "m"): "in_use"})


def test_costs_go_and_are_put_back(shop: Shop) -> None:
    def cost(day: int, minor: int) -> ChannelDayCost:
        return ChannelDayCost(channel="vk", day=date(2026, 2, day), cost_minor=minor, currency="RUB")

    services.record_costs(costs=[cost(1, 100), cost(2, 50)])
    before = everything()
    done = services.record_costs(costs=[cost(1, 120), cost(2, 50), cost(3, 7)])
    assert done.before == {cost(1, 0).key: cost(1, 100)}
    changes = [CostChange(key, revision, done.before.get(key)) for key, revision in done.revisions.items()]
    assert services.undo_costs(changes=changes, now=NOW) == Undone(1, 1, {})
    assert everything() == before
    assert rows(
        "SELECT DISTINCT lake_table, month FROM touched_months WHERE lake_table = 'channel_costs'"
    ) == [("channel_costs", date(2026, 2, 1))]


def test_batches_are_bounded(shop: Shop) -> None:
    with pytest.raises(ValueError, match="batch"):
        services.undo_orders(changes=[OrderChange(("shop", "A1"), 1, None)] * 5_001, now=NOW)
    with pytest.raises(ValueError, match="batch"):
        services.undo_credits(changes=[CreditChange(("shop", "C1"), 1, None)] * 5_001, now=NOW)
    assert services.undo_orders(changes=[], now=NOW) == services.undo_credits(changes=[], now=NOW)


def test_undoing_while_the_same_is_imported_again(open_shop: Shop) -> None:
    shop = open_shop
    orders = [shop.order(f"{n:03}", 500, returns=None, profile_id=shop.profiles[n % 3]) for n in range(60)]
    credits = [shop.credit(f"{n:03}", 10, order_external_id=f"{n:03}") for n in range(60)]
    changes = order_changes(shop.record(*orders, backfill=True))
    works: list[Callable[[], object]] = []
    for n in range(8):
        works.append(partial(services.undo_orders, changes=changes[:: 1 if n % 2 else -1], now=NOW))
        works.append(partial(shop.record, *orders[:: 1 if n % 2 else -1], backfill=True))
        works.append(partial(shop.give_back, *credits, backfill=True))
    done = together(works)
    assert [r for r in done if not isinstance(r, Undone | RecordedOrders | RecordedCredits)] == []
    # Whoever came last decided; whatever is there is whole, and the log tells of exactly that.
    stored = models.Order.objects.count()
    assert stored in (0, 60)
    assert models.OrderLine.objects.count() == stored
    assert models.Credit.objects.exclude(order=None).count() == stored
    assert Event.objects.filter(name="order_completed").count() == stored
    assert Event.objects.filter(name="order_refunded").count() == stored
    assert sum(row.count for row in EventCount.objects.filter(name="order_refunded")) == stored


def test_a_profile_with_orders_or_credits_is_pointed_at(shop: Shop) -> None:
    shop.record(shop.order())
    shop.give_back(shop.credit(profile_id=shop.profiles[1]))
    with connection.cursor() as cursor:
        found = {}
        for name in ("orders", "credits"):
            cursor.execute(f"SELECT id FROM customers_profile AS p WHERE EXISTS ({references()[name]})")
            found[name] = [id_ for (id_,) in cursor.fetchall()]
    assert found == {"orders": [shop.profiles[0]], "credits": [shop.profiles[1]]}
    assert Profile.objects.count() == 3
