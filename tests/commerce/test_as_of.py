"""Orders and cancellations as of moments of their own, stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import rows
from tests.commerce.test_orders import told

from regulars.commerce import models, queries, services
from regulars.commerce.types import Cancellation, CancelledOrders, OrderChange, OrderStatus

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def cancel(number: str, at: Any, **values: Any) -> CancelledOrders:
    one = Cancellation(source="shop", external_id=number, cancelled_at=at)
    return services.cancel_orders(cancellations=[one], now=NOW, **values)


def amounts() -> list[int]:
    return list(models.Order.objects.order_by("external_id").values_list("amount_minor", flat=True))


def test_an_older_state_never_overwrites_a_newer_one(shop: Shop) -> None:
    shop.record(shop.order("A1", 100, as_of=NOON + 2 * HOUR))
    done = shop.record(shop.order("A1", 50, as_of=NOON + HOUR))
    assert (done.created, done.changed, done.stale) == (0, 0, {("shop", "A1")})
    assert amounts() == [100]
    done = shop.record(shop.order("A1", 70, as_of=NOON + 3 * HOUR))
    assert (done.changed, done.stale) == (1, frozenset())
    assert amounts() == [70]
    assert told() == [("order_completed", NOON, 100), ("order_updated", NOW, 70)]


def test_several_tellings_in_one_batch_are_each_taken(shop: Shop) -> None:
    first = shop.order("A1", 100, as_of=NOON, status=OrderStatus.COMPLETED)
    updated = replace(
        shop.order("A1", 300, as_of=NOON + HOUR, ordered_at=NOON + HOUR, status=None),
        ordered_at_is_guess=True,
    )
    done = shop.record(updated, first, shop.order("A2", 7))
    assert (done.created, done.changed, done.stale) == (2, 0, {("shop", "A1")})
    assert done.revisions == {("shop", "A1"): 2, ("shop", "A2"): 1}
    assert amounts() == [300, 7]
    stored = queries.order("shop", "A1")
    assert stored
    assert (stored.ordered_at, stored.as_of, stored.status) == (NOON, NOON + HOUR, "completed")
    # The log was told once, of all of it.
    names = [name for name, *_ in told()]
    assert sorted(names) == ["order_completed", "order_completed", "order_updated"]


def test_a_cancellation_may_come_before_its_order(shop: Shop) -> None:
    done = cancel("A1", NOON + DAY)
    assert (done.cancelled, done.awaited) == ({}, {("shop", "A1")})
    assert told() == []
    shop.record(shop.order("A1", as_of=NOON), shop.order("A2", as_of=NOON))
    stored = queries.order("shop", "A1")
    assert stored
    assert (stored.status, stored.cancelled_at) == (OrderStatus.CANCELLED, NOON + DAY)
    assert sorted(told()) == [("order_cancelled", NOON + DAY, 750), ("order_completed", NOON, 750)]
    assert rows("SELECT status, amount_minor FROM facts_orders ORDER BY 1") == [
        ("cancelled", 0),
        ("completed", 750),
    ]


def test_cancelling_an_order_that_is_known(shop: Shop) -> None:
    shop.record(shop.order("A1", as_of=NOON))
    id_ = models.Order.objects.get().pk
    done = cancel("A1", NOON + DAY)
    assert (done.cancelled, done.awaited, done.stale) == ({("shop", "A1"): id_}, frozenset(), frozenset())
    again = cancel("A1", NOON + DAY)
    assert (again.cancelled, again.stale) == ({}, frozenset())
    assert told() == [("order_completed", NOON, 750), ("order_cancelled", NOON + DAY, 750)]
    assert models.Order.objects.get().revision == 2
    # Completed again, and then an old message comes late.
    shop.record(shop.order("A1", as_of=NOON + 3 * DAY))
    assert cancel("A1", NOON + 2 * DAY).stale == {("shop", "A1")}
    assert rows("SELECT status, cancelled_at FROM commerce_order") == [("completed", None)]


def test_an_update_says_nothing_of_the_status(shop: Shop) -> None:
    shop.record(shop.order("A1", as_of=NOON))
    cancel("A1", NOON + HOUR)
    shop.record(shop.order("A1", 900, as_of=NOON + DAY, status=None))
    assert rows("SELECT status, amount_minor FROM commerce_order") == [("cancelled", 900)]


def test_a_file_that_says_nothing_of_states_leaves_them(shop: Shop) -> None:
    silent = [shop.order("A1", status=None, returns=None), shop.order("A2", status=None, returns=None)]
    assert shop.record(*silent, backfill=True).created == 2
    assert told() == [("order_completed", NOON, 750)] * 2
    cancel("A1", NOON + HOUR)
    assert shop.record(*silent, backfill=True).changed == 0
    assert rows("SELECT status FROM commerce_order ORDER BY external_id") == [("cancelled",), ("completed",)]


def test_what_cannot_be_a_cancellation_is_refused(shop: Shop) -> None:
    bad = [
        Cancellation(source="shop", external_id="", cancelled_at=NOON),
        Cancellation(source="shop", external_id="x" * 201, cancelled_at=NOON),
        Cancellation(source="shop", external_id="A1", cancelled_at=NOON.replace(tzinfo=None)),
    ]
    done = services.cancel_orders(cancellations=bad, now=NOW)
    assert {number[:1]: reason for (_, number), reason in done.refused.items()} == {
        "": "no_order_id",
        "x": "bad_order_id",
        "A": "bad_date",
    }
    assert rows("SELECT count(*) FROM commerce_cancellation") == [(0,)]


# --- undoing an import --------------------------------------------------------------------------------


def test_what_another_told_of_as_well_stays_when_the_import_is_undone(shop: Shop) -> None:
    brought = shop.record(shop.order("A1"), shop.order("A2"), backfill=True)
    # By the API, the very same.
    shop.record(shop.order("A1", as_of=NOON + HOUR))
    changes = [OrderChange(key, number, None) for key, number in brought.revisions.items()]
    undone = services.undo_orders(changes=changes, now=NOW)
    assert (undone.removed, undone.kept) == (1, {("shop", "A1"): "changed_since"})


def test_an_order_that_is_taken_back_and_told_of_anew_is_still_cancelled(shop: Shop) -> None:
    cancel("A1", NOON + DAY)
    brought = shop.record(shop.order("A1", as_of=NOON), backfill=True)
    changes = [OrderChange(key, number, None) for key, number in brought.revisions.items()]
    assert services.undo_orders(changes=changes, now=NOW).removed == 1
    assert told() == []
    shop.record(shop.order("A1", as_of=NOON), backfill=True)
    assert rows("SELECT status FROM commerce_order") == [("cancelled",)]


def test_a_change_that_is_taken_back_gives_its_moment_back_too(shop: Shop) -> None:
    shop.record(shop.order("A1", 100, as_of=NOON))
    changed = shop.record(shop.order("A1", 200), backfill=True)
    between = shop.order("A1", 300, as_of=NOON + HOUR, status=None)
    assert shop.record(between).stale
    changes = [OrderChange(key, number, changed.before[key]) for key, number in changed.revisions.items()]
    assert services.undo_orders(changes=changes, now=NOW).restored == 1
    assert amounts() == [100]
    assert shop.record(between).changed == 1
