"""Refunds, and what they come to where nobody says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import refunds, rows

from regulars.commerce import queries, services
from regulars.commerce.rules.refunds import split
from regulars.commerce.types import (
    CreditChange,
    NewRefund,
    OrderChange,
    OrderLine,
    RecordedRefunds,
    RefundLine,
)
from regulars.events.models import Event

DAY = timedelta(days=1)


def refund(number: str = "R1", order: str = "A1", **values: Any) -> NewRefund:
    told: dict[str, Any] = {"source": "shop", "external_id": number, "order_external_id": order}
    return NewRefund(**told | {"refunded_at": NOON + DAY} | values)


def give_back(*refunds: NewRefund, **values: Any) -> RecordedRefunds:
    return services.record_refunds(refunds=refunds, now=NOW, **values)


def credits() -> list[tuple[Any, ...]]:
    return rows(
        "SELECT c.external_id, c.amount_minor, c.currency, p.external_id, c.quantity::int"
        " FROM commerce_credit c LEFT JOIN commerce_product p ON p.id = c.product_id ORDER BY c.id"
    )


@pytest.mark.parametrize("order_first", [True, False])
def test_without_an_amount_it_is_all_that_is_left(shop: Shop, order_first: bool) -> None:
    order = shop.order("A1", 500, 250, returns=(shop.back(50, line=1),))
    partly = refund("R1", amount_minor=100, currency="RUB")
    rest = refund("R2", refunded_at=NOON + 2 * DAY)
    if order_first:
        shop.record(order)
    done = give_back(rest, partly)
    assert done.awaited == (frozenset() if order_first else {("shop", "R2")})
    if not order_first:
        assert [row[:3] for row in credits()] == [("R1", 100, "RUB"), ("R2", 0, "XXX")]
        # What is not known counts for nothing.
        assert rows("SELECT count(*) FROM facts_order_lines WHERE amount_minor = 0") == [(0,)]
        assert refunds() == []
        shop.record(order)
    assert [row[:3] for row in credits()] == [("R1", 100, "RUB"), ("R2", 600, "RUB")]
    assert rows("SELECT amount_minor FROM facts_orders") == [(0,)]
    stored = queries.order("shop", "A1")
    assert stored
    assert stored.returned_minor == 750
    assert sorted(amount for _, _, amount, _ in refunds()) == [50, 100, 600]


def test_it_follows_its_order(shop: Shop) -> None:
    shop.record(shop.order("A1", 500, returns=None))
    give_back(refund())
    assert credits()[0][1] == 500
    shop.record(shop.order("A1", 700, returns=None))
    assert credits()[0][1] == 700
    give_back(refund("R2", amount_minor=300, currency="RUB"))
    assert [row[1] for row in credits()] == [400, 300]
    # Told of once, then corrected.
    assert [amount for _, _, amount, _ in refunds()] == [500, 300]
    corrected = Event.objects.filter(name="order_updated", properties__has_key="credit_id")
    assert corrected.count() == 2
    # Told again, nothing is new.
    done = give_back(refund(), refund("R2", amount_minor=300, currency="RUB"))
    assert (done.created, done.changed) == (0, 0)
    assert len(refunds()) == 2


def test_it_is_in_the_currency_of_its_order(shop: Shop) -> None:
    shop.record(shop.order("A1", 500, returns=None))
    give_back(refund())
    shop.record(shop.order("A1", 500, returns=None, currency="EUR"))
    assert [row[1:3] for row in credits()] == [(500, "EUR")]
    assert rows("SELECT amount_minor, currency FROM facts_orders") == [(0, "EUR")]


def test_a_line_comes_to_what_was_paid_for_so_many(shop: Shop) -> None:
    give_back(refund(lines=(RefundLine(product="t", quantity=Decimal(2)), RefundLine(product="k"))))
    assert [row[1:] for row in credits()] == [(0, "XXX", "t", 2), (0, "XXX", "k", 1)]
    lines = (
        OrderLine(amount_minor=1000, quantity=Decimal(3), product_id=shop.tea),
        OrderLine(amount_minor=90, quantity=Decimal("0.5"), product_id=shop.coffee),
    )
    shop.record(shop.order("A1", lines=lines, returns=None))
    # Two of three that cost 1000 together; never more than was paid.
    assert credits() == [("R1", 667, "RUB", "t", 2), ("R1.2", 90, "RUB", "k", 1)]
    assert rows("SELECT product, amount_minor FROM facts_order_lines WHERE kind = 'credit' ORDER BY 2") == [
        ("Сенча", -667),
        ("Кения АА", -90),
    ]


def test_an_amount_is_shared_by_what_the_lines_come_to(shop: Shop) -> None:
    lines = (
        RefundLine(product="t", amount_minor=200),
        RefundLine(product="k", quantity=Decimal(3), amount_minor=100),
    )
    give_back(refund(amount_minor=100, currency="RUB", lines=lines))
    assert credits() == [("R1", 67, "RUB", "t", 1), ("R1.2", 33, "RUB", "k", 3)]
    # By nobody's amounts it cannot be shared.
    bare = (RefundLine(product="t"), RefundLine(product="k"))
    give_back(refund("R2", amount_minor=100, currency="RUB", lines=bare))
    assert credits()[2:] == [("R2", 100, "RUB", None, None)]
    give_back(refund("R3", amount_minor=100, currency="RUB", lines=bare[:1]))
    assert credits()[3:] == [("R3", 100, "RUB", "t", 1)]


@given(amount=st.integers(1, 10**15), weights=st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_shares_are_the_whole_and_off_by_less_than_one(amount: int, weights: list[int]) -> None:
    shares = split(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - amount * weight) < sum(weights)


def test_told_again_with_fewer_lines_it_is_less(shop: Shop) -> None:
    shop.record(shop.order("A1", 500, returns=None))
    lines = tuple(RefundLine(product="t", amount_minor=amount) for amount in (10, 20, 30))
    give_back(refund(currency="RUB", lines=lines))
    assert rows("SELECT amount_minor FROM facts_orders") == [(440,)]
    done = give_back(refund(currency="RUB", lines=lines[:1]))
    assert done.created == 0
    assert [row[:2] for row in credits()] == [("R1", 10), ("R1.2", 0), ("R1.3", 0)]
    assert rows("SELECT amount_minor FROM facts_orders") == [(490,)]
    assert [row.external_id for row in queries.credits_of_refund("shop", "R1")] == ["R1", "R1.2", "R1.3"]


def test_a_product_nobody_knows_is_one_from_then_on(shop: Shop) -> None:
    give_back(refund(lines=(RefundLine(product="new"),)))
    assert queries.product("shop", "new")
    assert credits()[0][3] == "new"


def test_what_cannot_be_stored_is_refused_whole(shop: Shop) -> None:
    none_of_it = RefundLine(product="k", quantity=Decimal(0))
    bad = {
        "no_return_id": refund(""),
        "bad_return_id": refund("x" * 197),
        "no_order_id": refund("a", ""),
        "bad_date": refund("b", refunded_at=NOON.replace(tzinfo=None)),
        "bad_amount": refund("c", amount_minor=0, currency="RUB"),
        "bad_currency": refund("d", amount_minor=5),
        "bad_product_id": refund("e", lines=(RefundLine(product=""),)),
        "bad_quantity": refund("f", lines=(RefundLine(product="t"), none_of_it)),
        "too_many_lines": refund("g", lines=(RefundLine(product="t"),) * 101),
    }
    done = give_back(*bad.values(), refund("ok"))
    assert {reason.value: key for key, reason in done.refused.items()} == {
        reason: one.key for reason, one in bad.items()
    }
    assert [row[0] for row in credits()] == ["ok"]


def test_undoing_the_order_or_another_credit_reckons_anew(shop: Shop) -> None:
    brought = shop.record(shop.order("A1", 500, returns=None), backfill=True)
    imported = shop.give_back(shop.credit("C1", 100, order_external_id="A1"), backfill=True)
    give_back(refund())
    assert [row[1] for row in credits()] == [100, 400]
    services.undo_credits(changes=[CreditChange(("shop", "C1"), 1, None)], now=NOW)
    assert imported.created == 1
    assert credits() == [("R1", 500, "RUB", None, None)]
    services.undo_orders(
        changes=[OrderChange(key, number, None) for key, number in brought.revisions.items()], now=NOW
    )
    # It waits for the order again; that it was told of set something off, so the log keeps that.
    assert [row[:2] for row in credits()] == [("R1", 0)]
    assert len(refunds()) == 1
    shop.record(shop.order("A1", 600, returns=None))
    assert [row[:2] for row in credits()] == [("R1", 600)]
    assert len(refunds()) == 1
