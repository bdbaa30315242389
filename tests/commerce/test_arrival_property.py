"""In whatever order a shop's systems tell of what happened, and however often, the end is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import rows
from tests.depth import tries

from regulars.commerce import queries, services
from regulars.commerce.types import (
    Cancellation,
    CartChange,
    CartLine,
    CartStep,
    NewRefund,
    NewShipment,
    Order,
    OrderLine,
    OrderStatus,
    RefundLine,
    ShipmentStatus,
)

HOUR = timedelta(hours=1)
KINDS = ("completed", "updated") * 2 + ("cancelled", "refunded", "shipped", "added", "removed", "viewed")
Statement = tuple[str, Any]
"""What is told, and as what: the kind says by which service."""

# Told by the shop's own numbers: ids differ from one history to the next.
SNAPSHOT = (
    "SELECT external_id, profile_id, ordered_at, status, cancelled_at, amount_minor, currency, channel"
    " FROM commerce_order ORDER BY 1",
    "SELECT o.external_id, l.number, l.product_id, l.quantity, l.amount_minor"
    " FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id ORDER BY 1, 2",
    "SELECT c.external_id, o.external_id, c.credited_at, c.amount_minor, c.currency, c.product_id, c.quantity"
    " FROM commerce_credit c LEFT JOIN commerce_order o ON o.id = c.order_id ORDER BY 1",
    "SELECT s.external_id, o.external_id, s.status, s.promised_at, s.shipped_at, s.as_of"
    " FROM commerce_shipment s LEFT JOIN commerce_order o ON o.id = s.order_id ORDER BY 1",
    "SELECT o.external_id, f.kind, f.happened_at, f.line, f.amount_minor, f.channel"
    " FROM facts_order_lines f LEFT JOIN commerce_order o ON o.id = f.order_id ORDER BY 1, 2, 3, 4, 5",
    "SELECT amount_minor, status, ordered_at FROM facts_orders ORDER BY 1, 2, 3",
    # The log tells once that money was given back, and of each parcel that it was sent. What for a while was
    # the rest of an order, and then turns out to be nothing, is told of and corrected.
    "SELECT c.external_id, count(e.id) FROM commerce_credit c LEFT JOIN events e"
    " ON c.id = (e.properties->>'credit_id')::bigint AND e.name = 'order_refunded'"
    " GROUP BY 1, c.order_id, c.amount_minor"
    " HAVING count(e.id) <> 1 AND (count(e.id) > 1 OR (c.order_id IS NOT NULL AND c.amount_minor > 0))",
    "SELECT count(*) FROM events WHERE name = 'order_shipped'",
)


class _Undone(Exception):
    """Takes a history out of the database again."""


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    """What happened, each thing at a moment of its own, in the order of these moments."""
    kinds = draw(
        st.lists(
            st.sampled_from(KINDS),
            min_size=2,
            max_size=9,
        )
    )
    found = []
    for place, kind in enumerate(kinds):
        number = draw(st.sampled_from("AAB"))
        found.append((kind, (number, NOON + place * HOUR, place, draw(st.integers(0, 5)))))
    return found


def told(shop: Shop, kind: str, values: tuple[str, Any, int, int]) -> Any:
    number, at, place, choice = values
    if kind in ("completed", "updated"):
        amounts = [(500,), (300, 200), (333, 200, 1)][choice % 3]
        return Order(
            source="shop",
            external_id=number,
            profile_id=shop.profiles[choice % 2],
            ordered_at=at,
            currency="RUB",
            lines=tuple(
                OrderLine(amount_minor=amount, product_id=shop.tea, quantity=Decimal(3)) for amount in amounts
            ),
            returns=None,
            status=OrderStatus.COMPLETED if kind == "completed" else None,
            channel="vk" if choice > 2 else "",
            as_of=at,
            ordered_at_is_guess=kind == "updated",
        )
    if kind == "cancelled":
        return Cancellation(source="shop", external_id=number, cancelled_at=at)
    if kind == "refunded":
        return NewRefund(
            source="shop",
            external_id=f"R{place}",
            order_external_id=number,
            refunded_at=at,
            amount_minor=[None, 70, None][choice % 3],
            currency="RUB",
            lines=(RefundLine(product="t", quantity=Decimal(2)), RefundLine(product="k"))[: choice % 3],
        )
    if kind == "shipped":
        return NewShipment(
            source="shop",
            external_id=f"S{number}{choice % 2}",
            order_external_id=number,
            status=ShipmentStatus.SHIPPED,
            promised_at=at + choice * HOUR,
            shipped_at=at,
            as_of=at,
        )
    step = {"added": CartStep.ADDED, "removed": CartStep.REMOVED, "viewed": CartStep.VIEWED}[kind]
    line = CartLine(product_id=shop.tea, quantity=Decimal(1 + choice % 2), price_minor=100 + choice)
    return CartChange(
        source="site",
        key=str(place),
        profile_id=shop.profiles[2],
        what=step,
        at=at,
        currency="RUB",
        lines=(line,),
    )


SERVICES: dict[str, Callable[[Sequence[Any]], object]] = {
    "orders": lambda batch: services.record_orders(orders=batch, now=NOW),
    "cancelled": lambda batch: services.cancel_orders(cancellations=batch, now=NOW),
    "refunded": lambda batch: services.record_refunds(refunds=batch, now=NOW),
    "shipped": lambda batch: services.record_shipments(shipments=batch, now=NOW),
    "carts": lambda batch: services.change_carts(changes=batch, now=NOW),
}
OF_SERVICE = dict.fromkeys(("completed", "updated"), "orders") | dict.fromkeys(
    ("added", "removed", "viewed"), "carts"
)


def tell(shop: Shop, arriving: Sequence[Statement], batched: bool) -> None:
    named = [(OF_SERVICE.get(kind, kind), told(shop, kind, values)) for kind, values in arriving]
    for name, group in groupby(named, key=lambda one: one[0]):
        batch = [one for _, one in group]
        for part in [batch] if batched else [[one] for one in batch]:
            SERVICES[name](part)


def end_of(shop: Shop, work: Callable[[], None]) -> list[Any]:
    found: list[Any] = []
    try:
        with transaction.atomic():
            work()
            found = [rows(query) for query in SNAPSHOT]
            found.append(
                [(c.cart, c.changed_at, c.currency, c.lines) for c in queries.carts_of([shop.profiles[2]])]
            )
            raise _Undone
    except _Undone:
        return found


def check(shop: Shop, happened: list[Statement], arriving: list[Statement], batched: bool) -> None:
    in_order = end_of(shop, partial(tell, shop, happened, False))
    assert end_of(shop, partial(tell, shop, arriving, batched)) == in_order


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Statement], list[Statement], bool]:
    """What happened, and how it arrives: in any order, some of it again."""
    happened = draw(statements())
    again = draw(st.lists(st.sampled_from(happened), max_size=3))
    return happened, draw(st.permutations(happened + again)), draw(st.booleans())


SETTINGS: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


@settings(max_examples=12, derandomize=True, **SETTINGS)
@given(history=histories())
def test_a_few_histories_end_the_same(
    shop: Shop, history: tuple[list[Statement], list[Statement], bool]
) -> None:
    check(shop, *history)


@pytest.mark.slow
@settings(max_examples=tries(150), **SETTINGS)
@given(history=histories())
def test_whatever_comes_first_the_end_is_the_same(
    shop: Shop, history: tuple[list[Statement], list[Statement], bool]
) -> None:
    check(shop, *history)
