"""What a till was told an order would earn is what the order earns, whatever is spent on it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.depth import tries
from tests.loyalty.shop_with_points import DAY, NOW, Shop, cart

from regulars.commerce.types import OrderLine
from regulars.loyalty import queries, services
from regulars.loyalty.types import NewHold, Wanted

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(hours=1)
PROGRAMMES = st.fixed_dictionaries(
    {
        "cashback_percent": st.decimals(0, 100, places=2).map(str),
        "worth_minor": st.integers(1, 10_000),
        "whole_points": st.booleans(),
        "spend_percent": st.decimals(0, 100, places=2).map(str),
        "spend_from_minor": st.integers(0, 20_000),
    }
)


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    """Within the block the database is as before; after it again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def opening(shop: Shop, points: int, key: str) -> None:
    wanted = Wanted(
        key=f"opening:{key}",
        profile_id=shop.anna,
        points_minor=points,
        at=NOW,
        earned_at=NOW,
        usable_at=NOW,
        expires_at=None,
    )
    services.settle(wanted=[wanted], when_spent="owe", now=NOW)


CARTS = given(
    rules=PROGRAMMES,
    lines=st.lists(st.integers(0, 5_000_000), min_size=1, max_size=6),
    have=st.integers(0, 3_000_000),
    want=st.integers(0, 3_000_000),
)
IN_A_TRANSACTION = [HealthCheck.function_scoped_fixture]


@settings(max_examples=10, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@CARTS
def test_a_quote_is_what_the_order_earns(
    db: None, rules: dict[str, Any], lines: list[int], have: int, want: int
) -> None:
    quote_pay_and_earn(rules, lines, have, want)


@pytest.mark.slow
@settings(max_examples=tries(150), deadline=None, suppress_health_check=IN_A_TRANSACTION)
@CARTS
def test_many_quotes_are_what_the_orders_earn(
    db: None, rules: dict[str, Any], lines: list[int], have: int, want: int
) -> None:
    quote_pay_and_earn(rules, lines, have, want)


def quote_pay_and_earn(rules: dict[str, Any], lines: list[int], have: int, want: int) -> None:
    with taken_back():
        shop = Shop(**rules, currency="RUB")
        if have:
            opening(shop, have, "1")
        quote = queries.quote(cart=cart(*lines), profile_id=shop.anna, points_wanted=want, at=AT)
        assert quote.member is not None
        assert quote.points_minor <= min(want, have, quote.payable_minor)
        if quote.points_minor:
            new = NewHold(
                key="k",
                profile_id=shop.anna,
                points_minor=quote.points_minor,
                at=AT,
                lasts_until=AT + DAY,
            )
            held = services.hold(new=new, now=AT)
            services.capture(hold_id=held.id, now=AT, order_source="shop", order_id="1001")
        bought = tuple(OrderLine(amount_minor=line.amount_minor) for line in quote.lines)
        shop.tell(shop.order(lines=bought, ordered_at=AT))
        found = shop.balance()
        assert found.spendable_minor + found.pending_minor == have - quote.points_minor + quote.earns_minor
        assert queries.verify().findings == ()
