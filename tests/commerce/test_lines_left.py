"""What is left of the lines of an order, whoever told of what was given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.commerce.conftest import NOON, NOW, Shop

from regulars.commerce import queries, services
from regulars.commerce.rules.lines_left import GivenBack, Left, take_off
from regulars.commerce.types import Cancellation, NewRefund, OrderLine, RefundLine


def left(shop: Shop, number: str = "A1", **at: object) -> list[tuple[int, Decimal]]:
    """Money and pieces, line by line; what they come to is what the order comes to."""
    (order_id,) = queries.order_ids([("shop", number)]).values()
    (order,) = queries.order_standings([order_id], **at).values()  # type: ignore[arg-type]
    lines = queries.order_lines_standing([order_id], **at).get(order_id, [])  # type: ignore[arg-type]
    assert sum(line.amount_minor for line in lines) == order.net_minor
    return [(line.amount_minor, line.pieces) for line in lines]


def of(shop: Shop, *lines: tuple[int, int, int]) -> tuple[OrderLine, ...]:
    """Lines of (product, money, pieces)."""
    return tuple(
        OrderLine(product_id=product, amount_minor=amount, quantity=Decimal(pieces))
        for product, amount, pieces in lines
    )


def test_lines_are_named_by_their_goods(shop: Shop) -> None:
    shop.record(shop.order(lines=(*of(shop, (shop.tea, 500, 2)), OrderLine(amount_minor=100))))
    (order_id,) = queries.order_ids([("shop", "A1")]).values()
    tea, nothing = queries.order_lines_standing([order_id, 10**9])[order_id]
    assert (tea.number, tea.product_id, tea.product, tea.category) == (1, shop.tea, "Сенча", "Чай")
    assert (nothing.number, nothing.product_id, nothing.product, nothing.brand) == (2, None, "", "")


def test_a_return_of_a_line_is_that_lines(shop: Shop) -> None:
    lines = of(shop, (shop.tea, 500, 5), (shop.coffee, 400, 4))
    shop.record(shop.order(lines=lines, returns=(shop.back(100, line=2),)))
    assert left(shop) == [(500, 5), (300, 3)]
    without_pieces = replace(shop.back(200, line=1), quantity=None)
    shop.record(shop.order(lines=lines, returns=(without_pieces,)))
    assert left(shop) == [(300, 3), (400, 4)]


def test_a_line_that_was_paid_back_has_no_pieces(shop: Shop) -> None:
    shop.record(shop.order(lines=of(shop, (shop.tea, 500, 5)), returns=(shop.back(500, line=1),)))
    assert left(shop) == [(0, 0)]


def test_a_credit_for_a_product_is_taken_off_its_lines(shop: Shop) -> None:
    lines = of(shop, (shop.tea, 300, 3), (shop.coffee, 400, 4), (shop.tea, 100, 1))
    shop.record(shop.order(lines=lines))
    shop.give_back(shop.credit("C1", 200, order_external_id="A1", product_id=shop.tea, quantity=Decimal(2)))
    assert left(shop) == [(150, 1), (400, 4), (50, 1)]
    assert left(shop, at=NOON) == [(300, 3), (400, 4), (100, 1)]


def test_the_rest_is_spread_by_what_lines_still_cost(shop: Shop) -> None:
    lines = of(shop, (shop.tea, 300, 3), (shop.coffee, 600, 6))
    shop.record(shop.order(lines=lines, returns=(shop.back(300, line=1),)))
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"))
    assert left(shop) == [(0, 0), (500, 5)]
    shop.give_back(shop.credit("C2", 5_000, order_external_id="A1"))
    assert left(shop) == [(0, 0), (0, 0)]


def test_of_a_cancelled_order_there_are_no_lines(shop: Shop) -> None:
    shop.record(shop.order("A1", 500))
    gone = Cancellation(source="shop", external_id="A1", cancelled_at=NOON + timedelta(days=3))
    services.cancel_orders(cancellations=[gone], now=NOW)
    assert left(shop) == []
    assert left(shop, at=NOON + timedelta(days=2)) == [(500, 1)]


def test_what_was_for_nothing_is_given_back_by_pieces(shop: Shop) -> None:
    shop.record(shop.order(lines=of(shop, (shop.tea, 0, 3), (shop.coffee, 0, 1))))
    refund = NewRefund(
        source="shop",
        external_id="R1",
        order_external_id="A1",
        refunded_at=NOON + timedelta(days=1),
        lines=(RefundLine(product="t", quantity=Decimal(2)),),
    )
    services.record_refunds(refunds=[refund], now=NOW)
    assert left(shop) == [(0, 1), (0, 1)]
    services.record_refunds(refunds=[replace(refund, external_id="R2", lines=())], now=NOW)
    assert left(shop) == [(0, 0), (0, 0)]


@given(
    lines=st.lists(
        st.tuples(st.sampled_from([None, 1, 2]), st.integers(1, 6), st.integers(0, 1_000)),
        min_size=1,
        max_size=5,
    ),
    backs=st.lists(
        st.tuples(
            st.integers(0, 700),
            st.one_of(st.none(), st.integers(1, 4)),
            st.one_of(st.none(), st.integers(0, 4)),
            st.one_of(st.none(), st.integers(1, 3)),
        ),
        max_size=5,
    ),
)
def test_what_is_left_comes_to_what_was_not_given_back(
    lines: list[tuple[int | None, int, int]],
    backs: list[tuple[int, int | None, int | None, int | None]],
) -> None:
    left = [Left(product, Decimal(pieces), amount) for product, pieces, amount in lines]
    given_back = [
        GivenBack(
            amount_minor=amount,
            pieces=None if pieces is None else Decimal(pieces),
            line=line if line is not None and line < len(lines) else None,
            product_id=product,
        )
        for amount, pieces, line, product in backs
    ]
    take_off(left, given_back)
    paid, back = sum(amount for _, _, amount in lines), sum(amount for amount, *_ in backs)
    assert sum(line.amount_minor for line in left) == max(0, paid - back)
    for line, (_product, pieces, amount) in zip(left, lines, strict=True):
        assert 0 <= line.amount_minor <= amount
        assert 0 <= line.pieces <= pieces
        assert line.amount_minor or not amount or not line.pieces
