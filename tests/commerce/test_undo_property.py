"""Whatever is recorded and taken back: what is left is what recording only the rest would have left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import rows
from tests.depth import tries

from regulars.commerce import services
from regulars.commerce.types import (
    CreditChange,
    Kept,
    NewCredit,
    Order,
    OrderChange,
    OrderLine,
    OrderReturn,
    OrderStatus,
    RecordedCredits,
    RecordedOrders,
)

Batch = list[Order] | list[NewCredit]
LATER = NOON + timedelta(days=40)

# Ids differ from one history to the next, so everything is told by the shop's own numbers.
SNAPSHOT = (
    "SELECT external_id, profile_id, ordered_at, status, cancelled_at, amount_minor, currency, channel,"
    " revision FROM commerce_order ORDER BY 1",
    "SELECT o.external_id, l.number, l.product_id, l.quantity, l.amount_minor"
    " FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id ORDER BY 1, 2",
    "SELECT o.external_id, r.number, l.number, r.returned_at, r.quantity, r.amount_minor"
    " FROM commerce_orderreturn r JOIN commerce_order o ON o.id = r.order_id"
    " LEFT JOIN commerce_orderline l ON l.id = r.line_id ORDER BY 1, 2",
    "SELECT c.external_id, c.order_external_id, o.external_id, c.profile_id, c.credited_at, c.amount_minor,"
    " c.revision, c.told, c.told_revision, c.backfill"
    " FROM commerce_credit c LEFT JOIN commerce_order o ON o.id = c.order_id ORDER BY 1",
    # A correction is told with the order's amount at that moment, which may be taken back by itself later.
    "SELECT e.name, e.occurred_at, e.profile_id, e.backfill, e.properties - 'order_id' - 'credit_id'"
    " - CASE WHEN e.properties ? 'credit_id' AND e.name = 'order_updated' THEN 'amount_minor' ELSE '' END,"
    " o.external_id, c.external_id, e.properties ? 'order_id', e.properties ? 'credit_id'"
    " FROM events e LEFT JOIN commerce_order o ON o.id = (e.properties->>'order_id')::bigint"
    " LEFT JOIN commerce_credit c ON c.id = (e.properties->>'credit_id')::bigint"
    " WHERE e.source = 'commerce' ORDER BY 1, 2, 3, 5, 6, 7",
    "SELECT k.source, count(*) FROM event_keys k GROUP BY 1 ORDER BY 1",
    "SELECT profile_id, name, first_at, last_at, count FROM event_counts ORDER BY 1, 2",
    "SELECT o.external_id, f.kind, f.profile_id, f.happened_at, f.line, f.amount_minor, f.channel"
    " FROM facts_order_lines f LEFT JOIN commerce_order o ON o.id = f.order_id ORDER BY 1, 2, 3, 4, 5, 6",
)


class _Undone(Exception):
    """Takes a history out of the database again."""


@st.composite
def order_told(draw: st.DrawFn, key: str) -> dict[str, Any]:
    amounts = draw(st.sampled_from([(500,), (300, 200), (300, 200, 1)]))
    returned = draw(st.sampled_from([None, (), (10,), (10, 20)]))
    line = draw(st.sampled_from([None, 1, len(amounts)]))
    cancelled = draw(st.sampled_from([False, False, True]))
    return {
        "external_id": key,
        "profile": {"A": 0, "B": 1}[key],
        "ordered_at": draw(st.sampled_from([NOON, LATER])),
        "lines": tuple(OrderLine(amount_minor=amount, quantity=Decimal("1.5")) for amount in amounts),
        "returns": returned
        and tuple(OrderReturn(returned_at=NOON, amount_minor=amount, line=line) for amount in returned),
        "status": OrderStatus.CANCELLED if cancelled else OrderStatus.COMPLETED,
    }


@st.composite
def credit_told(draw: st.DrawFn, key: str) -> dict[str, Any]:
    return {
        "external_id": key,
        "profile": draw(st.sampled_from([2, None])),
        # The same all its life, as of real returns; else the log may tell of a refund by what it was.
        "order_external_id": {"C": "A", "D": "B", "E": ""}[key],
        "credited_at": draw(st.sampled_from([NOON, LATER])),
        "amount_minor": draw(st.sampled_from([10, 20])),
    }


def batches(told: Callable[[str], st.SearchStrategy[Any]], *keys: str) -> st.SearchStrategy[list[Any]]:
    """Batches of few things, so that most meet one another."""
    return st.sampled_from(keys).flatmap(lambda names: st.tuples(*map(told, names))).map(list)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("orders"), batches(order_told, "A", "A", "AB")),
        st.tuples(st.just("credits"), batches(credit_told, "C", "C", "CE", "D")),
        st.tuples(st.just("undo"), st.integers(0, 4)),
    ),
    min_size=4,
    max_size=12,
)


class History:
    """Tells of batches and takes them back, and keeps beside what ought to be left."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.left: list[dict[str, Order | NewCredit]] = []
        self.changes: list[dict[str, Any]] = []

    def tell(self, kind: str, told: Sequence[dict[str, Any]]) -> None:
        batch = [self._made(kind, values) for values in told]
        done = record(batch)
        make = OrderChange if kind == "orders" else CreditChange
        self.changes.append(
            {key[1]: make(key, number, done.before.get(key)) for key, number in done.revisions.items()}  # type: ignore[operator]
        )
        written = {key for _, key in done.revisions}
        self.left.append({one.external_id: one for one in batch if one.external_id in written})

    def _made(self, kind: str, values: dict[str, Any]) -> Order | NewCredit:
        values = {"source": "shop", "currency": "RUB"} | values
        profile = values.pop("profile")
        values["profile_id"] = None if profile is None else self.shop.profiles[profile]
        return Order(**values) if kind == "orders" else NewCredit(**values)

    def undo(self, number: int) -> None:
        if not self.changes:
            return
        number %= len(self.changes)
        changes = self.changes[number]
        later = {key for batch in self.left[number + 1 :] for key in batch}
        wanted = list(changes.values())
        service = services.undo_orders if set(changes) <= {"A", "B"} else services.undo_credits
        kept = service(changes=wanted, now=NOW).kept  # type: ignore[operator]
        assert kept == {("shop", key): Kept.CHANGED_SINCE for key in changes if key in later}
        for key in set(changes) - later:
            del changes[key]
            del self.left[number][key]


def record(batch: Sequence[Any]) -> RecordedOrders | RecordedCredits:
    if isinstance(batch[0], Order):
        return services.record_orders(orders=batch, now=NOW, backfill=True)
    return services.record_credits(credits=batch, now=NOW, backfill=True)


def snapshot(work: Callable[[], None]) -> list[list[tuple[Any, ...]]]:
    found: list[list[tuple[Any, ...]]] = []
    try:
        with transaction.atomic():
            work()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what otherwise the commit does
            found = [rows(query) for query in SNAPSHOT]
            raise _Undone
    except _Undone:
        return found


@pytest.mark.slow
@settings(max_examples=tries(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_what_is_taken_back_was_never_told(shop: Shop, steps: list[tuple[str, Any]]) -> None:
    history = History(shop)

    def live() -> None:
        for kind, what in steps:
            if kind == "undo":
                history.undo(what)
            else:
                history.tell(kind, what)

    def tell_the_rest() -> None:
        for batch in history.left:
            if batch:
                record(list(batch.values()))

    assert snapshot(live) == snapshot(tell_the_rest)
